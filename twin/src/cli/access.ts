import { commandLine } from '../common/command-line.ts';
import { UserError } from '../common/user-error.ts';
import type { evaluate } from '../evaluate/program-process.ts';
import { readProject } from '../evaluate/project.ts';
import { readStackFile, stackNames } from '../evaluate/stack-file.ts';
import { staleReports, writeReports } from '../report/committed.ts';
import { fromJson, type Report } from '../report/data.ts';
import { reportsOf, reportsOfState } from '../report/reports.ts';
import { reportsAt } from '../report/revision.ts';
import { brokenRules } from '../report/sections.ts';
import { compare, type StackChange } from '../report/since.ts';
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
    throw new UserError('--config needs --stack: the values are those of one stack.');
  }
  // Report an unknown revision before the evaluation.
  const old = chosen.since === undefined ? undefined : await reportsAt(root, chosen.since);
  const { reports, only } = await chosenReports(chosen, root, old, run);
  const complete = only === undefined;
  if (old !== undefined) {
    const changes = changesSince(old, reports, only);
    process.stdout.write((chosen.markdown === true ? markdown : words)(changes, chosen.since ?? ''));
    return 0;
  }
  const broken = brokenRules(reports).map((item) => `A rule does not hold in ${item.replaceAll('`', '')}\n`);
  if (chosen.check === true) {
    const stale = staleReports(root, reports, complete);
    if (stale.length === 0 && broken.length === 0) {
      const subject = chosen.state === undefined ? 'the program declares' : `${chosen.state} has`;
      return say(`access/: the reports of ${reports.map(({ stack }) => stack).join(', ')} are what ${subject}.`, 0);
    }
    const advice = `The committed reports are stale; run ${commandLine('twin access', root)} and commit what it writes.\n`;
    return say(
      [...broken, ...stale.map((one) => `${one}\n`), ...(stale.length > 0 ? [advice] : [])].join('').trimEnd(),
      1,
    );
  }
  const done = writeReports(root, reports, complete);
  return say([...broken, done.length === 0 ? 'access/ is up to date.' : done.join('\n')].join(''), 0);
}

async function chosenReports(
  { stack, state, config = {} }: AccessOptions,
  root: URL,
  old: Committed | undefined,
  run: typeof evaluate | undefined,
): Promise<{ readonly reports: readonly Report[]; readonly only: string | undefined }> {
  if (state === undefined) {
    return { reports: await reportsOf(root, stacksFor(root, stack, old), config, run), only: stack };
  }
  const { reports, stack: only } = reportsOfState(state, config);
  return { reports, only };
}

function stacksFor(root: URL, stack: string | undefined, old: Committed | undefined): string[] {
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

type Committed = ReadonlyMap<string, string | undefined>;

function changesSince(old: Committed, reports: readonly Report[], stack: string | undefined): StackChange[] {
  const compared = reports.map((report) => {
    if (!old.has(report.stack)) return compare('new', report);
    const json = old.get(report.stack);
    if (json === undefined) return compare('without JSON', report);
    const before = fromJson(json);
    return compare(before?.stack === report.stack ? before : 'unreadable', report);
  });
  const gone = [...old.keys()].filter(
    (name) => !reports.some((report) => report.stack === name) && (stack === undefined || name === stack),
  );
  return [...compared, ...gone.map((name) => ({ kind: 'gone', stack: name }) as const)];
}

function say(text: string, exitCode: number): number {
  process.stdout.write(`${text}\n`);
  return exitCode;
}
