/** Maximum characters of a body: GitHub's limit is 65,536, and the comment's action needs a few. */
export const MOST = 65_000;

/** Returns output as lines without colors; other control or reordering characters are escaped. */
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

/** Returns a line as a code span, so that nothing in it acts as Markdown. */
export function span(line: string): string {
  return `\`\` ${line.replace(/`{2,}/g, '`').slice(0, 300)} \`\``;
}

/**
 * Returns lines as a code block of about `most` characters, with three backticks replaced by two and `…`, so that no
 * line ends the block. The middle is cut, because a preview's summary is at its end.
 */
export function fenced(lines: readonly string[], most: number): string {
  const whole = lines.join('\n').replace(/`{3,}/g, '``…');
  const cut = `${whole.slice(0, most / 2)}\n[… left out: the log has it …]\n${whole.slice(-most / 2)}`;
  return `\`\`\`diff\n${whole.length > most ? cut : whole}\n\`\`\``;
}
