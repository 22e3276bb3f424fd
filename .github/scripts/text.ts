/** What GitHub takes in the body of a comment or an issue. It counts characters; bytes are never fewer. */
export const MOST_BYTES = 65_536;

/** The UTF-8 bytes of a text. */
export function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** What a program printed, as lines without colours, with every other control or reordering character made visible. */
export function plainLines(output: string): string[] {
  const lines = output
    // oxlint-disable-next-line no-control-regex -- colours and cursor movements begin with the control character ESC
    .replace(/\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g, '')
    .split(/\r\n|\r|\n/)
    .map((line) =>
      line
        .replaceAll('\t', '    ')
        .trimEnd()
        .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`),
    );
  while (lines.at(-1) === '') lines.pop();
  while (lines[0] === '') lines.shift();
  return lines;
}

/**
 * Lines as text of at most so many bytes. What is too long loses its middle, whole lines of it: a preview says at its
 * end how many resources change.
 */
export function cut(lines: readonly string[], most: number): string {
  const whole = lines.join('\n');
  if (bytes(whole) <= most) return whole;
  const note = (left: number): string => `[… ${left} lines left out: the log has them …]`;
  const room = Math.max(0, most - bytes(note(lines.length)) - 2);
  const head = taken(lines, (room * 2) / 3);
  const tail = taken(lines.slice(head.length).toReversed(), room / 3).toReversed();
  return [...head, note(lines.length - head.length - tail.length), ...tail].join('\n');
}

/** The first lines that take no more than so many bytes together. */
function taken(lines: readonly string[], most: number): string[] {
  let sum = 0;
  const end = lines.findIndex((line) => (sum += bytes(line) + 1) > most);
  return lines.slice(0, end === -1 ? lines.length : end);
}

/**
 * Lines as a code block of at most so many bytes, which its own text cannot end: the fence is longer than every run of
 * backticks inside.
 */
export function fenced(lines: readonly string[], most: number, language: 'diff' | 'text'): string {
  const runs = [...lines.join('\n').matchAll(/`+/g)].map(([run]) => run.length);
  const fence = '`'.repeat(runs.reduce((longest, run) => Math.max(longest, run), 2) + 1);
  return `${fence}${language}\n${cut(lines, most - 2 * fence.length - language.length - 2)}\n${fence}`;
}
