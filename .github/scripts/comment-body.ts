import { bytes, cut, fenced, MOST_BYTES, plainLines } from './text.ts';

/** What became of one stack's preview. */
export interface Preview {
  readonly stack: string;
  readonly succeeded: boolean;
  /** What `pulumi preview` printed; absent when the job ended before it. */
  readonly output: string | undefined;
  /** What `npm run access -- --since` printed; absent when it failed. */
  readonly access: string | undefined;
  /** The commit that was previewed. */
  readonly commit: string;
  readonly runUrl: string;
}

/** What the access table may take of a comment, in bytes, before the changes get the rest. */
const MOST_ACCESS = 20_000;

/** Output of more lines is folded, which takes so many bytes at most. */
const MOST_OPEN = 60;
const FOLDING = 100;

/** How the comment of a stack begins, by which the next run finds it. */
export function marker(stack: string): string {
  return `<!-- auth0-http-api: preview of ${stack} -->`;
}

/** The comment on one stack: who gains and loses access, then what changes. At most what GitHub takes. */
export function commentBody({ stack, succeeded, output, access, commit, runUrl }: Preview): string {
  const log = `[log](${runUrl})`;
  const head = [
    marker(stack),
    `## Stack \`${stack}\` at ${commit.slice(0, 10)}: ${succeeded ? 'preview' : 'the preview **failed**'}`,
    accessTable(access, log),
  ];
  const foot = `<sub>${log} · how this works: [docs/pull-requests.md](../blob/HEAD/docs/pull-requests.md)</sub>`;
  const room = MOST_BYTES - bytes([...head, '### Resources', foot].join('\n\n')) - FOLDING;
  return [...head, '### Resources', changes(succeeded, output, log, room), foot].join('\n\n');
}

/**
 * The table, which has a heading of its own, is written by the pull request's own code. It is shown as Markdown as long
 * as it is mere sentences and tables with line breaks in their cells; what could hide the text after it (another HTML
 * tag, a comment, a fence) turns it into plain text.
 */
function accessTable(access: string | undefined, log: string): string {
  if (access === undefined)
    return `### Access\n\nIt could not be told: \`npm run access\` failed, and the ${log} says why.`;
  const lines = plainLines(access);
  if (lines.length === 0) return `### Access\n\nIt could not be told: \`npm run access\` printed nothing (${log}).`;
  return lines.some((line) => /<(?!br>)|```|~~~/.test(line))
    ? fenced(lines, MOST_ACCESS, 'text')
    : cut(lines, MOST_ACCESS);
}

function changes(succeeded: boolean, output: string | undefined, log: string, most: number): string {
  if (output === undefined) {
    return `There is no preview: the job ended before it, or its reviewer refused it. The ${log} says more.`;
  }
  const lines = plainLines(output);
  if (succeeded && nothingChanges(lines)) return 'No resource changes.';
  const block = fenced(lines, most, succeeded ? 'diff' : 'text');
  if (lines.length <= MOST_OPEN) return block;
  return `<details><summary>${lines.length} lines</summary>\n\n${block}\n\n</details>`;
}

/** Whether the preview's last section, which counts resources by what is done with them, has only such as stay. */
function nothingChanges(lines: readonly string[]): boolean {
  const counts = lines.slice(lines.lastIndexOf('Resources:') + 1).filter((line) => line !== '');
  return lines.includes('Resources:') && counts.length === 1 && /^\s+\d+ unchanged$/.test(counts[0] ?? '');
}
