/**
 * Returns untrusted text for a terminal or log line: shortened, and with escapes for characters that move the cursor,
 * hide or reorder text.
 */
export function printable(text: string, most = 400): string {
  const escaped = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, asEscape);
  // Do not cut a surrogate pair in half.
  return escaped.length > most ? `${escaped.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}…` : escaped;
}

/** Escapes a message of several lines in the same way, without shortening it. */
export function printableLines(text: string): string {
  return text.replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, asEscape);
}

function asEscape(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
