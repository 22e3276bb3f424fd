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

/** Names as code spans with a word or a comma between. */
export function codes(names: readonly string[], between: ', ' | ' or '): string {
  return names.map(code).join(between);
}

const SPAN = /`[^`|\p{C}\p{Zl}\p{Zp}]+`/u.source;

/** What a cell, a heading or an item of a report may consist of: plain words, and names as `code` writes them. */
export const INLINE = new RegExp(`^(?:[A-Za-z0-9 ,:()_'-]|${SPAN})+$`, 'u');

const KEYED = new RegExp(`^((?:[A-Za-z0-9 ,()_'-]|${SPAN})+): (.+)$`, 'u');

/** Takes `key: value` apart, at the first colon that is not in a name. */
export function keyAndValue(item: string): readonly [key: string, value: string] {
  const [, key = item, value = ''] = KEYED.exec(item) ?? [];
  return [key, value];
}
