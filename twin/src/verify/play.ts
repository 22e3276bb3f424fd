import type { Route } from '../model/http-api.ts';
import { integrationName } from '../model/integrations.ts';
import { scopesOf } from '../gateway/judge.ts';
import type { Cell } from '../report/cells.ts';
import { callRoute, type Verdict } from './call.ts';
import { tokenDifferenceOf, type Difference } from './causes.ts';
import type { Caller } from '../report/callers.ts';
import type { Plan, Play, Probe, PlannedToken } from './plan.ts';
import type { Sample } from './paths.ts';
import type { Target } from './target.ts';
import { TokenClient, PLATFORM, type TokenResult, type Platform } from './tokens.ts';

export type Outcome =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'differs'; readonly differences: readonly Difference[] }
  | { readonly kind: 'not tried'; readonly why: string };

/** A cell of the report and the outcome of its probes together. One difference makes the cell differ. */
interface PlayedCell {
  readonly cell: Cell;
  readonly outcome: Outcome;
}

export interface Played {
  readonly plan: Plan;
  readonly rows: readonly (readonly PlayedCell[])[];
  /** The outcome of each caller's tokens, in the callers' order; absent if no token was requested. */
  readonly tokens: readonly (Outcome | undefined)[];
}

export interface PlayOptions {
  readonly plan: Plan;
  readonly target: Target;
  readonly clientIds: Readonly<Record<string, string>>;
  readonly maxTokens: number;
  readonly progress: (done: number, all: number) => void;
  readonly platform?: Platform;
}

/** Requests every token, plays every cell, and compares both with what the program declares. */
export async function play(options: PlayOptions): Promise<Played> {
  const { plan, target, clientIds, maxTokens, progress, platform = PLATFORM } = options;
  const client = new TokenClient(target, clientIds, platform);
  const requested = requestable(options, client);
  const plays = plan.rows.flatMap((row) => row.plays);
  const all = requested.length + plays.length;
  let done = 0;

  const results = new Map<PlannedToken, TokenResult>();
  for (const planned of plan.tokens) {
    if (requested.includes(planned)) {
      results.set(planned, await client.get(planned.ask));
      progress((done += 1), all);
    } else {
      results.set(planned, {
        kind: 'not tried',
        why: client.lacks(planned.ask) ?? `--max-tokens allows ${maxTokens} tokens`,
      });
    }
  }
  const playing: Playing = { target, results, platform };
  const outcomes = new Map<Play, Outcome>();
  const queue = plays.values();
  // Run only a few at once: a stage may have a low throttle.
  const work = async (): Promise<void> => {
    for (const entry of queue) {
      outcomes.set(entry, await playCell(entry, playing));
      progress((done += 1), all);
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return {
    plan,
    rows: plan.rows.map((row) =>
      row.plays.map((entry) => ({ cell: entry.cell, outcome: outcomes.get(entry) ?? { kind: 'not tried', why: '' } })),
    ),
    tokens: plan.callers.map((caller) => {
      const own = plan.tokens.filter((token) => token.caller === caller);
      return own.length === 0
        ? undefined
        : together(own.map((token) => tokenOutcome(token, results.get(token), target)));
    }),
  };
}

export function tokensToAsk(options: PlayOptions): {
  readonly [kind in 'services' | 'passwords' | 'logins']: number;
} {
  const asks = requestable(options, new TokenClient(options.target, options.clientIds)).map(({ ask }) => ask);
  const services = asks.filter(({ parameters }) => parameters.get('grant_type') === 'client_credentials').length;
  const logins = asks.filter(({ user }) => user !== undefined).length;
  return { services, passwords: asks.length - services - logins, logins };
}

/** Returns the tokens that the outputs have credentials for, at most `maxTokens`. */
function requestable({ plan, maxTokens }: PlayOptions, client: TokenClient): PlannedToken[] {
  return plan.tokens.filter(({ ask }) => client.lacks(ask) === undefined).slice(0, maxTokens);
}

interface Playing {
  readonly target: Target;
  readonly results: ReadonlyMap<PlannedToken, TokenResult>;
  readonly platform: Platform;
}

async function playCell({ cell, sample, probes }: Play, playing: Playing): Promise<Outcome> {
  const { caller, answer, route } = cell;
  if (sample.kind === 'none') return { kind: 'not tried', why: sample.why };
  const elsewhere = unserved(route, playing.target);
  if (elsewhere !== undefined) return { kind: 'not tried', why: elsewhere };
  if (probes.length === 0) {
    const why = caller.kind === 'role' ? withoutUser(caller) : 'no declared client or user can request such a token';
    return {
      kind: 'not tried',
      why: answer === undefined && caller.kind !== 'role' ? `${why} (${cell.reason.kind})` : why,
    };
  }
  const outcomes: Outcome[] = [];
  for (const probe of probes) outcomes.push(await playProbe(probe, cell, sample, playing));
  return together(outcomes);
}

function withoutUser({ name, through }: Caller): string {
  const login = through === '' ? '' : ` and logs in through ${through}`;
  return `no declared user has the role ${name} alone${login}; declare one (api:users in a stack file, or an auth0.User)`;
}

async function playProbe(
  probe: Probe,
  { route }: Cell,
  sample: Extract<Sample, { kind: 'request' }>,
  { target, results, platform }: Playing,
): Promise<Outcome> {
  const result = probe.token && results.get(probe.token);
  if (probe.token !== undefined) {
    const outcome = tokenOutcome(probe.token, result, target);
    // Without the token, its own outcome is the result.
    if (result?.kind !== 'token' || probe.expected === 'no token') return outcome;
  }
  const bearer = result?.kind === 'token' ? result.token : undefined;
  const call = {
    url: target.outputs.apiUrl + sample.path,
    method: sample.method,
    body: sample.body,
    token: probe.tampered && bearer !== undefined ? tampered(bearer, route.scopes) : bearer,
    source: route.authorizer?.identitySource ?? ({ from: 'header', name: 'Authorization' } as const),
  };
  const verdict = await callRoute(call, platform);
  if (verdict.kind === 'not tried') return verdict;
  if (agrees(verdict, probe)) return { kind: 'agrees' };
  const claims = result?.kind === 'token' ? result.claims : undefined;
  return { kind: 'differs', differences: [{ kind: 'call', probe, route, verdict, claims }] };
}

function agrees(verdict: Verdict, { expected }: Probe): boolean {
  return verdict.kind === 'allowed' ? expected === 'allowed' : verdict.kind === 'denied' && verdict.status === expected;
}

/** Returns why a twin cannot serve a route: it needs a local address in place of the deployed backend. */
function unserved({ routeKey, integration }: Route, { forwarded }: Target): string | undefined {
  if (integration.kind === 'function' || forwarded === undefined || forwarded.includes(routeKey)) return undefined;
  return `it goes to ${integrationName(integration)}; start the twin with --forward "${routeKey}=http://127.0.0.1:4000"`;
}

function tokenOutcome(planned: PlannedToken, result: TokenResult | undefined, target: Target): Outcome {
  if (result === undefined) return { kind: 'not tried', why: 'it was not requested' };
  if (result.kind === 'not tried') return result;
  const { answer } = planned;
  const isExpected =
    answer.kind === 'refused'
      ? result.kind === 'refused'
      : result.kind === 'token' && sameScopes(answer.claims, result.claims);
  if (isExpected) return { kind: 'agrees' };
  return { kind: 'differs', differences: [tokenDifferenceOf(planned, result, target)] };
}

function sameScopes(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  return String(scopesOf(a).toSorted()) === String(scopesOf(b).toSorted());
}

/** Combines several outcomes: a difference counts most, then a probe that was not tried. */
function together(outcomes: readonly Outcome[]): Outcome {
  const differences = outcomes.flatMap((outcome) => (outcome.kind === 'differs' ? outcome.differences : []));
  if (differences.length > 0) return { kind: 'differs', differences };
  return outcomes.find(({ kind }) => kind === 'not tried') ?? { kind: 'agrees' };
}

function tampered(token: string, scopes: readonly string[]): string {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
  const changed = JSON.stringify({ ...claims, scope: [...scopesOf(claims), ...scopes].join(' '), tampered: true });
  return `${head}.${Buffer.from(changed).toString('base64url')}.${signature}`;
}
