import { pathToFileURL } from 'node:url';
import { writeFileSync } from 'node:fs';
import { surviveCutOutput } from './cut-output.ts';
import { configValues, readOptions } from './options.ts';
import { shown, UserError } from '../common/user-error.ts';
import { parseForwards, type Forwards } from '../server/forward.ts';
import { junitOf } from '../verify/junit.ts';
import { open, type Opened } from '../verify/open.ts';
import { planOf } from '../verify/plan.ts';
import { play, tokensToAsk, type Played, type PlayOptions } from '../verify/play.ts';
import { countOf, differencesOf, tableOf } from '../verify/table.ts';
import type { Choice } from '../verify/target.ts';

const USAGE =
  'npm run verify -- [--twin name | --stack name | --outputs file [--stack name]] [--all-methods] [--max-tokens n] [--strict] [--junit file] [--config key=value …] [--forward "GET /x=http://127.0.0.1:4000" …]';
const root = pathToFileURL(`${process.cwd()}/`);

/** All that was tried agrees; there is a difference; nothing could be tried, or with `--strict` not everything. */
const AGREES = 0;
const DIFFERS = 1;
const NOT_TRIED = 2;

/** `npm run verify`. What the user can put right is said without a stack. */
export async function verify(): Promise<void> {
  surviveCutOutput(NOT_TRIED);
  try {
    process.exitCode = await run();
  } catch (error) {
    process.stderr.write(`${shown(error)}\n`);
    process.exitCode = NOT_TRIED;
  }
}

async function run(): Promise<number> {
  const chosen = readArguments();
  const opened = await open(chosen.choice);
  try {
    const played = await playAll(opened, chosen);
    return report(played, opened, chosen);
  } finally {
    await opened.target.end();
  }
}

async function playAll({ model, target, clientIds, examples }: Opened, chosen: Chosen): Promise<Played> {
  const plan = planOf(model, examples, chosen.allMethods);
  const { maxTokens } = chosen;
  const options: PlayOptions = { model, plan, target, clientIds, maxTokens, progress };
  const { services, users } = tokensToAsk(options);
  say(`Verifying ${target.name} against stack ${model.stack} of this checkout.`);
  const bill = target.local ? '' : ' (Auth0 bills machine-to-machine tokens; --max-tokens caps them)';
  say(`It will ask for ${services + users} tokens: ${services} by client credentials, ${users} by password${bill}.`);
  const played = await play(options);
  progress(0, 0);
  return played;
}

function report(played: Played, { target, model }: Opened, chosen: Chosen): number {
  const { agree, differ, notTried } = countOf(played);
  const differences = differencesOf(played);
  if (chosen.junit !== undefined) writeJunit(chosen.junit, junitOf(played, `${target.name}, stack ${model.stack}`));
  say(`\n${tableOf(played)}\n`);
  if (differences.length > 0) {
    say(`${differences.length === 1 ? 'A difference' : `${differences.length} differences`}:`);
    for (const sentence of differences) say(`  ${sentence}`);
    say('');
  }
  say(`${agree} cells agree, ${differ} differ, ${notTried} were not tried.`);
  if (agree + differ === 0) say('Nothing could be tried.');
  return exitCodeOf(played, chosen.strict);
}

/** What the command ends with. */
export function exitCodeOf(played: Played, strict: boolean): number {
  const { agree, notTried } = countOf(played);
  if (differencesOf(played).length > 0) return DIFFERS;
  return agree === 0 || (strict && notTried > 0) ? NOT_TRIED : AGREES;
}

function writeJunit(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(`--junit ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One line that is written over, for a person who waits; nothing for a log. */
function progress(done: number, all: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(all === 0 ? '\r\u001b[K' : `\r${done} of ${all}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

interface Chosen {
  readonly choice: Choice;
  readonly allMethods: boolean;
  readonly maxTokens: number;
  readonly strict: boolean;
  readonly junit: string | undefined;
}

function readArguments(): Chosen {
  const values = readOptions(
    {
      twin: { type: 'string' },
      stack: { type: 'string' },
      outputs: { type: 'string' },
      'all-methods': { type: 'boolean', default: false },
      'max-tokens': { type: 'string' },
      strict: { type: 'boolean', default: false },
      junit: { type: 'string' },
      config: { type: 'string', multiple: true, default: [] },
      forward: { type: 'string', multiple: true, default: [] },
    },
    USAGE,
  );
  return {
    choice: choiceOf(values, configValues(values.config), USAGE, parseForwards(values.forward)),
    allMethods: values['all-methods'],
    maxTokens: mostTokens(values['max-tokens']),
    strict: values.strict,
    junit: values.junit,
  };
}

/** Which system the options name; the twin of dev where they name none. */
export function choiceOf(
  { twin, stack, outputs }: { readonly twin?: string; readonly stack?: string; readonly outputs?: string },
  config: Readonly<Record<string, string>>,
  usage: string,
  forwards: Forwards = new Map(),
): Choice {
  if (twin !== undefined && (stack !== undefined || outputs !== undefined)) {
    throw new UserError(
      `--twin is the twin's stack, --stack a deployed one, --outputs a file: choose one.\nUsage: ${usage}`,
    );
  }
  if (forwards.size > 0 && (stack !== undefined || outputs !== undefined)) {
    throw new UserError(`--forward is for a twin; what is deployed goes where it says.\nUsage: ${usage}`);
  }
  if (outputs !== undefined) return { root, stack: stack ?? 'dev', from: { file: outputs }, config, forwards };
  return stack === undefined
    ? { root, stack: twin ?? 'dev', from: 'twin', config, forwards }
    : { root, stack, from: 'deployed', config, forwards };
}

function mostTokens(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UserError(`--max-tokens must be a whole number, not ${JSON.stringify(text)}.`);
}
