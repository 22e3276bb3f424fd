import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { printable } from '../common/printable.ts';
import { isUserError, UserError } from '../common/user-error.ts';
import { evaluate as runProgram } from '../evaluate/program-process.ts';
import { recordedFromState } from '../evaluate/state-file.ts';
import { eachApi, modelOf, type Model } from '../model/model.ts';
import type { Report } from './data.ts';
import { reportOf } from './report.ts';

/** Ids and secrets are derived from it; no report contains any. */
const SEED = 'access';

/**
 * Evaluates the program for stacks and returns their reports.
 * @param config values from the command line that replace those of the stack files
 * @param evaluate runs the program, by default in a separate process
 * @throws UserError with the errors of all stacks
 */
export async function reportsOf(
  root: URL,
  stacks: readonly string[],
  config: Readonly<Record<string, string>> = {},
  evaluate: typeof runProgram = runProgram,
): Promise<Report[]> {
  const reportOn = async (stack: string): Promise<Report[]> =>
    eachReport(modelOf(await evaluate({ root: root.href, stack, config, seed: SEED })));
  const reports: Report[] = [];
  const wrong = new Set<string>();
  const atOnce = availableParallelism();
  for (let next = 0; next < stacks.length; next += atOnce) {
    for (const outcome of await Promise.allSettled(stacks.slice(next, next + atOnce).map(reportOn))) {
      if (outcome.status === 'fulfilled') reports.push(...outcome.value);
      else if (isUserError(outcome.reason)) wrong.add(outcome.reason.message);
      else throw outcome.reason;
    }
  }
  // An error in the program occurs in every stack; report it once.
  if (wrong.size > 0) throw new UserError([...wrong].join('\n'));
  return reports;
}

/** Returns a stack's report. A program with several APIs has a report for each, such as `dev.orders`. */
function eachReport(model: Model): Report[] {
  const models = eachApi(model);
  if (models.length === 1) return [reportOf(model)];
  return models.map((part) => reportOf({ ...part, stack: `${model.stack}.${part.api.name}` }));
}

/**
 * Returns the reports of a deployed stack from the output of `pulumi stack export`.
 * @param file its path; `-` is standard input
 * @throws UserError for a file that cannot be read or reported on
 */
export function reportsOfState(
  file: string,
  config: Readonly<Record<string, string>> = {},
): { readonly stack: string; readonly reports: readonly Report[] } {
  const name = file === '-' ? 'standard input' : printable(file);
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UserError(`Cannot read ${name} (${why}); write it with pulumi stack export`, { code: 'invalid-state' });
  }
  const model = modelOf(recordedFromState(text, name, config));
  return { stack: model.stack, reports: eachReport(model) };
}
