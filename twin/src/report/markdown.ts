/**
 * A name as a code span. What would end the span or a table's cell, hide or reorder text becomes an escape; as the
 * escape's own backslash does too, no two names look alike.
 */
export function code(name: string): string {
  const escaped = name.replace(
    /[\\`|\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}|^ | $/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return `\`${escaped === '' ? '\\u{}' : escaped}\``;
}

export function codes(names: readonly string[], between: ', ' | ' or '): string {
  return names.map(code).join(between);
}
