import { writeFileSync } from 'node:fs';
import { didYouMean } from '../../../limits/nearest.ts';
import { UserError } from '../common/user-error.ts';
import type { evaluate } from '../evaluate/program-process.ts';
import { eachApi } from '../model/model.ts';
import { decides } from '../report/report.ts';
import { junitOf } from '../verify/junit.ts';
import { open, type Opened, type SystemOptions } from '../verify/open.ts';
import { readClientKey } from '../verify/client-keys.ts';
import { HOSTED_LOGIN } from '../verify/tokens.ts';
import { planOf } from '../verify/plan.ts';
import { play, tokensToAsk, type Played, type PlayOptions } from '../verify/play.ts';
import { causesOf, countOf, differencesOf, tableOf } from '../verify/table.ts';
import { restrictedToProbe } from '../verify/target.ts';

export interface VerifyOptions extends SystemOptions {
  readonly allMethods?: boolean;
  readonly maxTokens?: number;
  readonly strict?: boolean;
  /** Plays all clients of a production stack, not only its probe. */
  readonly asClients?: boolean;
  readonly junit?: string;
  readonly key?: Readonly<Record<string, string>>;
}

/** Exit codes: all agrees; a difference; nothing tried, or with `--strict` not everything. */
const AGREES = 0;
const DIFFERS = 1;
const NOT_TRIED = 2;

/** Runs `twin verify` and returns the exit code. */
export async function verify(chosen: VerifyOptions, root: URL, run?: typeof evaluate): Promise<number> {
  const codes: number[] = [];
  for (const opened of eachOpened(await open(chosen, root, run))) {
    codes.push(report(await playAll(opened, chosen), opened, chosen));
  }
  return codes.includes(DIFFERS) ? DIFFERS : Math.max(...codes);
}

function eachOpened(opened: Opened): Opened[] {
  const { model, target } = opened;
  const models = eachApi(model);
  if (models.length === 1) return [opened];
  return models.map((one) => {
    const apiUrl = target.outputs.apiUrls?.[one.api.name];
    if (apiUrl === undefined) {
      throw new UserError(
        `The program has ${models.length} APIs, and ${target.name} has no URL of the API "${one.api.name}"; export apiUrls, a map from each API’s name in the program to its URL.`,
      );
    }
    const issuer = one.tenant === model.tenant ? undefined : target.outputs.secondIssuer;
    const name = `the API "${one.api.name}" of ${target.name}`;
    return { ...opened, model: one, target: { ...target, name, outputs: { ...target.outputs, ...issuer, apiUrl } } };
  });
}

async function playAll(opened: Opened, chosen: VerifyOptions): Promise<Played> {
  const { model, clientIds } = opened;
  const keys = Object.entries(chosen.key ?? {}).map(([name, file]) => [name, readClientKey(file)] as const);
  const unknown = keys.find(([name]) => clientIds[name] === undefined)?.[0];
  if (unknown !== undefined) {
    const known = Object.keys(clientIds);
    throw new UserError(
      `--key names no client ${unknown}${didYouMean(unknown, known)}; there are ${known.join(', ')}.`,
    );
  }
  const system = { ...opened.target, keys: Object.fromEntries(keys) };
  const target = chosen.asClients === true ? system : restrictedToProbe(system);
  const plan = planOf(model, chosen.allMethods === true);
  const { maxTokens = Infinity } = chosen;
  const options: PlayOptions = { plan, target, clientIds, maxTokens, progress };
  const { services, passwords, logins } = tokensToAsk(options);
  say(`Verifying ${target.name} against stack ${model.stack} of this checkout.`);
  if (target.playable !== undefined) {
    const [probe] = target.playable;
    const who = probe === undefined ? 'no client: the outputs name no probe' : `its probe ${probe}`;
    say(`A production stack: it is called as ${who}; --as-clients calls as every client.`);
  }
  const bill = target.local ? '' : ' (Auth0 bills machine-to-machine tokens; --max-tokens caps them)';
  const kinds = `${services} with client credentials, ${passwords} with a password, ${logins} with a login`;
  say(`Requesting ${services + passwords + logins} tokens: ${kinds}${bill}.`);
  if (!target.local && target.playable === undefined && plan.tokens.some(({ ask }) => ask.user !== undefined))
    say(`Not played: ${HOSTED_LOGIN}.`);
  for (const { name } of model.tenant.actions.filter(decides)) {
    say(`The Action "${name}" may deny access or change scopes, which the report does not include.`);
  }
  const played = await play(options);
  progress(0, 0);
  return played;
}

function report(played: Played, { target, model }: Opened, chosen: VerifyOptions): number {
  const { agree, differ, notTried } = countOf(played);
  const differences = differencesOf(played);
  const { junit } = chosen;
  const file = model.apis.length === 1 ? junit : junit?.replace(/(\.\w+)?$/, `.${model.api.name}$1`);
  if (file !== undefined) writeJunit(file, junitOf(played, `${target.name}, stack ${model.stack}`));
  say(`\n${tableOf(played)}\n`);
  if (differences.length > 0) {
    say(`${differences.length === 1 ? 'A difference' : `${differences.length} differences`}, by cause:`);
    say(`${causesOf(played)}\n`);
  }
  const tried = agree + differ;
  const outcome = differ === 0 ? 'all agree' : `${agree} agree, ${differ} differ`;
  say(`${tried} of ${tried + notTried} cells tried: ${tried === 0 ? 'nothing is proved' : outcome}.`);
  const exitCode = exitCodeOf(played, chosen.strict === true);
  if (chosen.strict === true && exitCode === NOT_TRIED)
    say(`--strict: fails, because ${notTried} ${notTried === 1 ? 'cell was' : 'cells were'} not tried.`);
  return exitCode;
}

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

function progress(done: number, all: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(all === 0 ? '\r\u001b[K' : `\r${done} of ${all}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
