import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createTwoFilesPatch } from 'diff';
import { UserError } from '../common/user-error.ts';
import type { Report } from './report.ts';
import { isReport, render } from './report-file.ts';

/**
 * Writes the reports where they are committed, and removes those of stacks that have gone.
 * @param complete whether these are the reports of all stacks
 * @returns what was done, a line for each file that changed
 * @throws UserError when the folder cannot be written
 */
export function writeReports(root: URL, reports: readonly Report[], complete: boolean): string[] {
  return guarded(() => {
    mkdirSync(new URL('access/', root), { recursive: true });
    const committed = committedReports(root);
    const done: string[] = [];
    for (const report of reports) {
      const text = render(report);
      if (committed.get(report.stack) === text) continue;
      writeFileSync(fileOf(root, report.stack), text);
      done.push(`access/${report.stack}.md is written.`);
    }
    for (const stack of complete ? leftOver(committed, reports) : []) {
      rmSync(fileOf(root, stack));
      done.push(`access/${stack}.md is removed: there is no Pulumi.${stack}.yaml.`);
    }
    return done;
  });
}

/**
 * Compares the reports with those that are committed.
 * @param complete whether these are the reports of all stacks
 * @returns a difference for each file that is stale, missing or left over
 * @throws UserError when the folder cannot be read
 */
export function staleReports(root: URL, reports: readonly Report[], complete: boolean): string[] {
  return guarded(() => {
    const committed = committedReports(root);
    const difference = (stack: string, before: string | undefined, after: string | undefined): string => {
      const name = (text: string | undefined, side: string): string =>
        text === undefined ? '/dev/null' : `${side}/access/${stack}.md`;
      return createTwoFilesPatch(name(before, 'a'), name(after, 'b'), before ?? '', after ?? '', undefined, undefined, {
        headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
      });
    };
    return [
      ...reports.flatMap((report) => {
        const before = committed.get(report.stack);
        const after = render(report);
        return before === after ? [] : [difference(report.stack, before, after)];
      }),
      ...(complete ? leftOver(committed, reports) : []).map((stack) =>
        difference(stack, committed.get(stack), undefined),
      ),
    ];
  });
}

function leftOver(committed: ReadonlyMap<string, string>, reports: readonly Report[]): string[] {
  return [...committed]
    .filter(([stack, text]) => isReport(text) && !reports.some((report) => report.stack === stack))
    .map(([stack]) => stack);
}

/** Stack to the text of its file. */
function committedReports(root: URL): ReadonlyMap<string, string> {
  const folder = new URL('access/', root);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map();
    throw error;
  }
  const files = names.filter((name) => name.endsWith('.md')).toSorted();
  return new Map(
    files.map((name) => [name.slice(0, -3), readFileSync(new URL(encodeURIComponent(name), folder), 'utf8')]),
  );
}

function fileOf(root: URL, stack: string): URL {
  return new URL(`access/${encodeURIComponent(stack)}.md`, root);
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new UserError(`access/ cannot be used (${error.message}).`);
  }
}
