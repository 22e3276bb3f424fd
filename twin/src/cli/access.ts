import { commandLine } from '../common/command-line.ts';
import { UserError } from '../common/user-error.ts';
import type { evaluate } from '../evaluate/program-process.ts';
import { readProject } from '../evaluate/project.ts';
import { readStackFile, stackNames } from '../evaluate/stack-file.ts';
import { staleReports, writeReports } from '../report/committed.ts';
import type { Report } from '../report/data.ts';
import { reportsOf, reportsOfState } from '../report/reports.ts';
import { reportsAt } from '../report/revision.ts';
import { brokenRules } from '../report/sections.ts';
import { compare, gone, type StackChange } from '../report/since.ts';
import { markdown, words } from '../report/since-words.ts';

export interface AccessOptions {
  readonly check?: boolean;
  readonly since?: string;
  readonly markdown?: boolean;
  readonly stack?: string;
  readonly state?: string;
  readonly config?: Readonly<Record<string, string>>;
}

export async function access(chosen: AccessOptions, root: URL, run?: typeof evaluate): Promise<number> {
  if (chosen.markdown === true && chosen.since === undefined) throw new UserError('--markdown needs --since.');
  if (chosen.config !== undefined && chosen.stack === undefined && chosen.state === undefined) {
    throw new UserError('--config needs --stack, because its values apply to one stack.');
  }
  // Report an unknown revision before the evaluation.
  const old = chosen.since === undefined ? undefined : await reportsAt(root, chosen.since);
  const { reports, only } = await chosenReports(chosen, root, old, run);
  const complete = only === undefined;
  if (old !== undefined) {
    const kept = [...old.keys()].filter((stack) => complete || stack === only);
    const removed = kept.filter((stack) => !reports.some((report) => report.stack === stack));
    const compared = reports.map((report) => compare(old.get(report.stack) ?? 'new', report));
    printChanges([...compared, ...removed.map(gone)], chosen.since ?? '', chosen.markdown);
    return 0;
  }
  const broken = brokenRules(reports).map((item) => `A rule does not hold in ${withoutMarks(item)}\n`);
  if (chosen.check === true) {
    const stale = staleReports(root, reports, complete);
    if (stale.length === 0 && broken.length === 0) {
      const subject = chosen.state === undefined ? 'the program declares' : `${chosen.state} has`;
      return say(`access/: the reports of ${reports.map(({ stack }) => stack).join(', ')} are what ${subject}.`, 0);
    }
    const advice = `The committed reports are stale; run ${commandLine('twin access', root)} and commit what it writes.\n`;
    return say(
      [...broken, ...stale.map((difference) => `${difference}\n`), stale.length > 0 ? advice : ''].join('').trimEnd(),
      1,
    );
  }
  const done = writeReports(root, reports, complete);
  return say([...broken, done.length === 0 ? 'access/ is up to date.' : done.join('\n')].join(''), 0);
}

async function chosenReports(
  { stack, state, config = {} }: AccessOptions,
  root: URL,
  old: ReadonlyMap<string, unknown> | undefined,
  run: typeof evaluate | undefined,
): Promise<{ readonly reports: readonly Report[]; readonly only: string | undefined }> {
  if (state === undefined) {
    return { reports: await reportsOf(root, stacksFor(root, stack, old), config, run), only: stack };
  }
  const { reports, stack: only } = reportsOfState(state, config);
  return { reports, only };
}

function stacksFor(root: URL, stack: string | undefined, old?: ReadonlyMap<string, unknown>): string[] {
  const all = stackNames(root);
  if (stack === undefined) {
    if (all.length > 0) return all;
    readProject(root);
    throw new UserError('There is no Pulumi.<stack>.yaml here; write one for each stack.');
  }
  // A removed stack is compared with its old report.
  if (!all.includes(stack) && old?.has(stack) === true) return [];
  // Throws with the reason why the name is invalid.
  if (!all.includes(stack)) readStackFile(root, stack);
  return [stack];
}

/** Prints changes as Markdown, or for a terminal. */
export function printChanges(changes: readonly StackChange[], revision: string, asMarkdown = false): void {
  process.stdout.write(asMarkdown ? markdown(changes, revision) : withoutMarks(words(changes, revision)));
}

/** Removes the marks of code spans. Names have none: theirs are escaped. */
function withoutMarks(text: string): string {
  return text.replaceAll('`', '');
}

function say(text: string, exitCode: number): number {
  process.stdout.write(`${text}\n`);
  return exitCode;
}
