/**
 * Untrusted text made fit for a terminal and a log line: what could move the cursor, hide or reorder text becomes an
 * escape, and what is long is cut.
 */
export function printable(text: string, most = 400): string {
  const escaped = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, asEscape);
  // A character of two halves is left out whole.
  return escaped.length > most ? `${escaped.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}…` : escaped;
}

/** The same for a message of several lines, which may hold a text of the user's files: it is not cut. */
export function printableLines(text: string): string {
  return text.replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, asEscape);
}

function asEscape(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
