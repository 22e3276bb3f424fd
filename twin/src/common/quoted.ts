/** Quotes a word for a shell. Control characters are escaped: one could end a paste and run the rest. */
export function quoted(text: string): string {
  if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = text
    .replace(/[\\']/g, String.raw`\$&`)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
      Array.from(Buffer.from(character), (byte) => String.raw`\x${byte.toString(16).padStart(2, '0')}`).join(''),
    );
  return `$'${escaped}'`;
}
