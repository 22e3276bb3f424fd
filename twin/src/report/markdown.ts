/**
 * Returns a name as a code span. Characters that would end the span or a table cell, or hide or reorder text, become
 * escapes. The backslash is escaped too, so that different names look different.
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
