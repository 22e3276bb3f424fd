import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fenced, MOST, plainLines } from './text.ts';

/** The output of `pulumi preview`: untrusted, because a pull request's program wrote it. */
export interface Preview {
  readonly stack: string;
  /** The CLI's exit code; absent if the job ended before it. */
  readonly code: number | undefined;
  readonly lines: readonly string[];
}

export interface Shown {
  readonly stack: string;
  readonly outcome: string;
  readonly lines: readonly string[];
}

/** Maximum lines of an unfolded block. */
const MOST_OPEN = 60;
const AROUND = 160;

/**
 * Returns each stack's preview from `<stack>.txt` and `<stack>.code`.
 * @param stacks a JSON list of names
 * @throws Error for an invalid stack name
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

/** Returns a file's content, or undefined if missing. Links in an artifact are not followed. */
export function readReport(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, 'utf8') : undefined;
}

/** Returns the first parts, a section for each distinct outcome, and the last part. */
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

/** Returns a key that is equal for stacks that differ only in names and generated IDs. */
function keyOf({ stack, outcome, lines }: Shown): string {
  const name = new RegExp(`(?<![A-Za-z0-9])${stack.replaceAll('.', '\\.')}(?![A-Za-z0-9])`, 'g');
  const key = lines
    .filter((line) => !/^\s*\[(?:id|provider)=[^\]]*\]$/.test(line))
    .map((line) => line.replace(name, '<stack>'));
  return JSON.stringify([outcome, key]);
}
