/** The most characters of a body: GitHub accepts 65,536, of which the comment's action needs a few. */
export const MOST = 65_000;

/** Returns a program's output as lines without colors. Every other control or reordering character becomes an escape. */
export function plainLines(output: string): string[] {
  const lines = output
    // oxlint-disable-next-line no-control-regex -- colors and cursor movements begin with the control character ESC
    .replace(/\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g, '')
    .replace(/\r\n?/g, '\n')
    .replaceAll('\t', '    ')
    .replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .split('\n')
    .map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line !== '');
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex((line) => line !== '') + 1);
}

/** Returns a line as a code span, in which nothing is Markdown, a mention or a link. */
export function span(line: string): string {
  return `\`\` ${line.replace(/`{2,}/g, '`').slice(0, 300)} \`\``;
}

/**
 * Returns lines as a code block of at most about `most` characters. No line ends it, since three backticks in a row become
 * two and `…`. The middle is cut: a preview counts its changes at its end.
 */
export function fenced(lines: readonly string[], most: number): string {
  const whole = lines.join('\n').replace(/`{3,}/g, '``…');
  const cut = `${whole.slice(0, most / 2)}\n[… left out: the log has it …]\n${whole.slice(-most / 2)}`;
  return `\`\`\`diff\n${whole.length > most ? cut : whole}\n\`\`\``;
}
