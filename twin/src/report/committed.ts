import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createTwoFilesPatch } from 'diff';
import { commandLine } from '../common/command-line.ts';
import { UserError } from '../common/user-error.ts';
import { toJson, type Report } from './data.ts';
import { toMarkdown } from './sections.ts';

const REPORT = /^(?:# Access of stack `[A-Za-z0-9._-]+`\n|\{\n {2}"stack": ")/;

/**
 * Writes the committed reports, and deletes those of removed stacks.
 * @param complete whether these are the reports of all stacks
 * @returns a line for each changed file
 * @throws UserError when the folder cannot be written
 */
export function writeReports(root: URL, reports: readonly Report[], complete: boolean): string[] {
  return guarded(() => {
    mkdirSync(new URL('access/', root), { recursive: true });
    return changes(root, reports, complete).map(({ name, after }) => {
      const file = new URL(`access/${encodeURIComponent(name)}`, root);
      if (after !== undefined) {
        writeFileSync(file, after);
        return `access/${name} is written.`;
      }
      rmSync(file);
      return `access/${name} is removed: there is no Pulumi.${name.replace(/\.(md|json)$/, '')}.yaml.`;
    });
  });
}

/**
 * Compares the reports with the committed ones.
 * @param complete whether these are the reports of all stacks
 * @returns a difference for each file that is stale, missing or left over
 * @throws UserError when the folder cannot be read
 */
export function staleReports(root: URL, reports: readonly Report[], complete: boolean): string[] {
  return guarded(() =>
    changes(root, reports, complete).map(({ name, before, after }) => {
      const shown = (text: string | undefined, side: string): string =>
        text === undefined ? '/dev/null' : `${side}/access/${name}`;
      return createTwoFilesPatch(
        shown(before, 'a'),
        shown(after, 'b'),
        before ?? '',
        after ?? '',
        undefined,
        undefined,
        { headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true } },
      );
    }),
  );
}

interface FileChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

function changes(root: URL, reports: readonly Report[], complete: boolean): FileChange[] {
  const committed = committedFiles(root);
  const origin = { command: commandLine('twin access', root), hasGuide: existsSync(new URL('docs/access.md', root)) };
  const expected = new Map(
    reports.flatMap((report) => [
      [`${report.stack}.md`, toMarkdown(report, origin)],
      [`${report.stack}.json`, toJson(report)],
    ]),
  );
  const leftOver = [...committed].filter(([name, text]) => complete && !expected.has(name) && REPORT.test(text));
  return [...expected, ...leftOver.map(([name]) => [name, undefined] as const)]
    .map(([name, after]) => ({ name, before: committed.get(name), after }))
    .filter(({ before, after }) => before !== after);
}

function committedFiles(root: URL): ReadonlyMap<string, string> {
  const folder = new URL('access/', root);
  const names = existsSync(new URL('access', root)) ? readdirSync(folder) : [];
  const files = names.filter((name) => /\.(md|json)$/.test(name)).toSorted();
  return new Map(files.map((name) => [name, readFileSync(new URL(encodeURIComponent(name), folder), 'utf8')]));
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new UserError(`access/ cannot be used (${error.message}).`);
  }
}
