import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fenced, MOST, plainLines } from './text.ts';

/** What `pulumi preview` said of a stack. A pull request's own program wrote it, so it may hold anything. */
export interface Preview {
  readonly stack: string;
  /** The CLI's exit code; absent if the job ended before it. */
  readonly code: number | undefined;
  readonly lines: readonly string[];
}

/** A stack as the body shows it: its outcome, and the lines below. */
export interface Shown {
  readonly stack: string;
  readonly outcome: string;
  readonly lines: readonly string[];
}

/** Longer blocks are folded. */
const MOST_OPEN = 60;
/** The characters around a block's own text. */
const AROUND = 160;

/**
 * Reads `<stack>.txt` and `<stack>.code` of each stack.
 * @param stacks a JSON list of names
 * @throws Error for a name that no stack can have
 */
export function readPreviews(folder: string, stacks: string): Preview[] {
  return (JSON.parse(stacks) as unknown[]).map((stack) => {
    if (typeof stack !== 'string' || !/^[A-Za-z0-9._-]+$/.test(stack)) {
      throw new Error(`${JSON.stringify(stack)} is not the name of a stack`);
    }
    const code = readReport(folder, `${stack}.code`)?.trim();
    const lines = plainLines(readReport(folder, `${stack}.txt`) ?? '');
    return { stack, code: code === undefined || code === '' ? undefined : Number(code), lines };
  });
}

/** Returns the content of a file, or undefined if an earlier job left none. A link in an artifact is not followed. */
export function readReport(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, 'utf8') : undefined;
}

/** Returns the parts before, then a section for each outcome, which stacks with the same lines share, then the last part. */
export function bodyOf(before: readonly string[], all: readonly Shown[], last: string): string {
  const groups = [...Map.groupBy(all, keyOf).values()].map((some) => ({
    head: `### ${some.map(({ stack }) => `\`${stack}\``).join(', ')}: ${some[0]?.outcome}`,
    lines: some[0]?.lines ?? [],
  }));
  const frame = [...before, ...groups.map(({ head }) => head), last].join('\n\n').length;
  const room = Math.floor((MOST - frame) / groups.length) - AROUND;
  const sections = groups.map(({ head, lines }) => {
    if (lines.length === 0) return head;
    const open = lines.length > MOST_OPEN ? '' : ' open';
    return `${head}\n\n<details${open}><summary>${lines.length} lines</summary>\n\n${fenced(lines, room)}\n\n</details>`;
  });
  return [...before, ...sections, last].join('\n\n');
}

/** The same for stacks that differ only in their own names and in the ids that the clouds gave. */
function keyOf({ stack, outcome, lines }: Shown): string {
  const name = new RegExp(`(?<![A-Za-z0-9])${stack.replaceAll('.', '\\.')}(?![A-Za-z0-9])`, 'g');
  const key = lines
    .filter((line) => !/^\s*\[(?:id|provider)=[^\]]*\]$/.test(line))
    .map((line) => line.replace(name, '<stack>'));
  return JSON.stringify([outcome, key]);
}
