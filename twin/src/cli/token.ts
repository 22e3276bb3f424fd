import { didYouMean } from '../../../limits/nearest.ts';
import { UserError } from '../common/user-error.ts';
import type { evaluate } from '../evaluate/program-process.ts';
import type { Model } from '../model/model.ts';
import type { Claims } from '../gateway/decision.ts';
import { judgeClaims } from '../gateway/judge.ts';
import { callersOf, type Ask, type Caller } from '../report/callers.ts';
import { differenceText, tokenDifferenceOf } from '../verify/causes.ts';
import { open, type SystemOptions } from '../verify/open.ts';
import { readClientKey } from '../verify/client-keys.ts';
import { TokenClient } from '../verify/tokens.ts';
import { answerTo } from '../report/cells.ts';

/** The value of `--as` for the stack's test user, as an alternative to its address. */
const TEST_USER = 'test user';

export interface TokenOptions extends SystemOptions {
  /** Without it, the error lists the callers. */
  readonly as?: string;
  readonly through?: string;
  readonly scope?: string;
  readonly audience?: string;
  readonly decode?: boolean;
  readonly key?: string;
}

/** Runs `twin token`: prints only a token, or with `--decode` its claims. */
export async function token(chosen: TokenOptions, root: URL, run?: typeof evaluate): Promise<void> {
  const { target, model, clientIds } = await open(chosen, root, run);
  const caller = callerNamed(chosen, model);
  const ask = askOf(caller, chosen);
  const keys = chosen.key === undefined ? {} : { [nameOf(ask, clientIds)]: readClientKey(chosen.key) };
  const result = await new TokenClient({ ...target, keys }, clientIds).get(ask);
  if (result.kind !== 'token') {
    const planned = { caller, ask, what: chosen.scope ?? 'every scope that it can get', answer: answerTo(ask, 0) };
    throw new UserError(differenceText(tokenDifferenceOf(planned, result, target)));
  }
  process.stdout.write(`${chosen.decode === true ? described(result.claims, model) : result.token}\n`);
}

/** Returns the client's name if it signs with `--key`. */
function nameOf({ client }: Ask, clientIds: Readonly<Record<string, string>>): string {
  if (client.keys === undefined) throw new UserError(`${client.name} does not sign with a key; leave --key out.`);
  return Object.keys(clientIds).find((name) => clientIds[name] === client.clientId) ?? '';
}

/** Returns the caller that `--as` names. A user logs in through the first possible client, or through `--through`. */
export function callerNamed({ as, through }: Pick<TokenOptions, 'as' | 'through'>, model: Model): Caller {
  const callers = callersOf(model.tenant, model.stack).filter(({ asks, kind }) => asks.length > 0 && kind !== 'role');
  const asked = callers.filter(
    ({ name, kind, through: client }) =>
      (name === as || (as === TEST_USER && kind === 'user' && model.tenant.users.length === 1)) &&
      (through === undefined || through === client),
  );
  // If a user can log in both ways, prefer the way without a browser.
  const isBrowser = (one: Caller): boolean => one.kind === 'user' && one.flow === 'authorization_code';
  const found = asked.find((one) => !isBrowser(one)) ?? asked[0];
  if (found !== undefined) return found;
  const wayOf = (name: string, client?: string): string => (client ? `${name} through ${client}` : name);
  const ways = [...new Set(callers.map((one) => wayOf(one.name, one.through)))];
  const problem =
    as === undefined
      ? 'Name a caller with --as.'
      : `There is no caller ${wayOf(as, through)}${didYouMean(wayOf(as, through), ways) || '.'}`;
  throw new UserError(`${problem} Stack ${model.stack} has: ${ways.join(', ') || 'none'}.`);
}

/**
 * Returns the chosen token request. `scope` replaces the scopes of the access report, which are all that the caller can
 * get; an empty one leaves the parameter out, and the tenant decides.
 * @throws UserError for an API that the caller cannot request tokens for
 */
export function askOf({ asks, name }: Caller, { scope, audience }: Pick<TokenOptions, 'scope' | 'audience'>): Ask {
  const ask = asks.find(({ api }) => audience === undefined || api.identifier === audience);
  if (ask === undefined) {
    const all = [...new Set(asks.map(({ api }) => api.identifier))];
    throw new UserError(`${name} cannot request tokens for the API ${audience}; the tenant has ${all.join(', ')}.`);
  }
  if (scope === undefined) return ask;
  const rest = [...ask.parameters].filter(([parameter]) => parameter !== 'scope');
  return { ...ask, parameters: new Map(scope === '' ? rest : [...rest, ['scope', scope]]) };
}

function described(claims: Claims, { apis }: Model): string {
  const now = Math.floor(Date.now() / 1000);
  const all = apis.flatMap((api) => api.routes);
  const width = Math.max(...all.map(({ routeKey }) => routeKey.length));
  const routes = all.map(({ routeKey, authorizer, scopes }) => {
    const { refusal, checks } = authorizer === undefined ? OPEN : judgeClaims(claims, authorizer, scopes, now);
    const failed = checks.find(({ outcome }) => outcome === 'failed');
    const why =
      failed === undefined ? '' : ` (${failed.name}: needs ${failed.expected}, has ${failed.actual || 'none'})`;
    return `  ${routeKey.padEnd(width)}  ${refusal === undefined ? 'opens' : `${refusal.status}${why}`}`;
  });
  return [JSON.stringify(claims, null, 2), '', ...routes].join('\n');
}

const OPEN: ReturnType<typeof judgeClaims> = { checks: [], refusal: undefined };
