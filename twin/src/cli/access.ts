import { pathToFileURL } from 'node:url';
import { surviveCutOutput } from './cut-output.ts';
import { configValues, readOptions } from './options.ts';
import { shown, UserError } from '../common/user-error.ts';
import { readStackFile, stackNames } from '../evaluate/stack-file.ts';
import { staleReports, writeReports } from '../report/committed.ts';
import { brokenRules, type Report } from '../report/report.ts';
import { parse } from '../report/report-file.ts';
import { reportsOf } from '../report/reports.ts';
import { reportsAt } from '../report/revision.ts';
import { compare, type StackChange } from '../report/since.ts';
import { markdown, words } from '../report/since-words.ts';

const USAGE = 'npm run access -- [--check | --since revision [--markdown]] [--stack name] [--config key=value …]';
const root = pathToFileURL(`${process.cwd()}/`);

/** `npm run access`. What the user can put right is said without a stack. */
export async function access(): Promise<void> {
  surviveCutOutput(1);
  try {
    process.exitCode = await run();
  } catch (error) {
    process.stderr.write(`${shown(error)}\n`);
    process.exitCode = 1;
  }
}

/** @returns the exit code */
async function run(): Promise<number> {
  const chosen = readArguments();
  // Before anything is evaluated: an unknown revision is said at once.
  const old = chosen.since === undefined ? undefined : await reportsAt(root, chosen.since);
  const stacks = stacksFor(chosen.stack, old);
  const reports = await reportsOf(root, stacks, chosen.config);
  const complete = chosen.stack === undefined;
  if (old !== undefined) {
    const changes = changesSince(old, reports, chosen.stack);
    process.stdout.write((chosen.markdown ? markdown : words)(changes, chosen.since ?? ''));
    return 0;
  }
  const broken = brokenRules(reports).map((item) => `A rule does not hold in ${item}\n`);
  if (chosen.check) {
    const stale = staleReports(root, reports, complete);
    if (stale.length === 0 && broken.length === 0) {
      return say(`access/: the reports of ${list(stacks)} are what the program declares.`, 0);
    }
    const advice = 'The committed reports are stale; run npm run access and commit what it writes.\n';
    return say(
      [...broken, ...stale.map((one) => `${one}\n`), ...(stale.length > 0 ? [advice] : [])].join('').trimEnd(),
      1,
    );
  }
  const done = writeReports(root, reports, complete);
  return say([...broken, done.length === 0 ? 'access/: nothing has changed.' : done.join('\n')].join(''), 0);
}

/** The stacks to evaluate: all that have a file, or the one that was asked for. */
function stacksFor(stack: string | undefined, old: ReadonlyMap<string, string> | undefined): string[] {
  const all = stackNames(root);
  if (stack === undefined) {
    if (all.length > 0) return all;
    throw new UserError('There is no Pulumi.<stack>.yaml here; write one for each stack.');
  }
  // One that has gone is compared with what it was.
  if (!all.includes(stack) && old?.has(stack) === true) return [];
  // It says what is wrong with the name.
  if (!all.includes(stack)) readStackFile(root, stack);
  return [stack];
}

function changesSince(
  old: ReadonlyMap<string, string>,
  reports: readonly Report[],
  stack: string | undefined,
): StackChange[] {
  const compared = reports.map((report): StackChange => {
    const text = old.get(report.stack);
    const before = text === undefined ? undefined : parse(text);
    if (text !== undefined && before?.stack !== report.stack) return { kind: 'unreadable', stack: report.stack };
    return compare(before, report);
  });
  const gone = [...old.keys()].filter((name) => !reports.some((report) => report.stack === name));
  return [
    ...compared,
    ...gone
      .filter((name) => stack === undefined || name === stack)
      .map((name) => ({ kind: 'gone', stack: name }) as const),
  ];
}

interface Chosen {
  readonly check: boolean;
  readonly since: string | undefined;
  readonly markdown: boolean;
  readonly stack: string | undefined;
  readonly config: Readonly<Record<string, string>>;
}

function readArguments(): Chosen {
  const values = readOptions(
    {
      check: { type: 'boolean', default: false },
      since: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      stack: { type: 'string' },
      config: { type: 'string', multiple: true, default: [] },
    },
    USAGE,
  );
  if (values.check && values.since !== undefined)
    throw new UserError(`--check and --since are two commands.\nUsage: ${USAGE}`);
  if (values.markdown && values.since === undefined)
    throw new UserError(`--markdown goes with --since.\nUsage: ${USAGE}`);
  if (values.config.length > 0 && values.stack === undefined)
    throw new UserError(`--config goes with --stack: one stack's values are no other's.\nUsage: ${USAGE}`);
  return {
    check: values.check,
    since: values.since,
    markdown: values.markdown,
    stack: values.stack,
    config: configValues(values.config),
  };
}

function list(stacks: readonly string[]): string {
  return stacks.join(', ');
}

function say(text: string, exitCode: number): number {
  process.stdout.write(`${text}\n`);
  return exitCode;
}
