import { bodyOf, readPreviews, readReport, type Preview, type Shown } from './stacks.ts';
import { fenced, plainLines, span } from './text.ts';

/** Maximum characters of the access comparison. */
const MOST_ACCESS = 20_000;

/**
 * Returns a pull request's comment: the headline of `npm run access -- --since`, its details, and the stacks.
 * @param access the command's output; absent if it failed
 */
export function commentBody(access: string | undefined, previews: readonly Preview[], last: string): string {
  const [headline = 'access cannot be compared: npm run access failed', ...rest] = plainLines(access ?? '');
  // GitHub colors a line whose first character is its sign.
  const lines = plainLines(rest.join('\n')).map((line) => line.replace(/^( +)([-+!]) /, '$2$1'));
  const block = lines.length === 0 ? [] : [fenced(lines, MOST_ACCESS)];
  return bodyOf([`**${span(headline)}**`, ...block], previews.map(shown), last);
}

function shown({ stack, code, lines }: Preview): Shown {
  if (code !== undefined && code !== 0) return { stack, outcome: 'the preview **failed**', lines };
  if (code === undefined || lines.length === 0) return { stack, outcome: 'no preview (yet)', lines: [] };
  return nothingChanges(lines)
    ? { stack, outcome: 'no resource changes', lines: [] }
    : { stack, outcome: 'resources change', lines };
}

/** Returns whether the preview's summary lists only unchanged resources. */
function nothingChanges(lines: readonly string[]): boolean {
  const counts = lines.slice(lines.lastIndexOf('Resources:') + 1).filter((line) => line !== '');
  return lines.includes('Resources:') && counts.length === 1 && /^\s+\d+ unchanged$/.test(counts[0] ?? '');
}

if (import.meta.main) {
  const [folder = '', stacks = '', last = ''] = process.argv.slice(2);
  console.log(commentBody(readReport(folder, 'access.txt'), readPreviews(folder, stacks), last));
}
