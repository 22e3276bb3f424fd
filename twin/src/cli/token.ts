import { didYouMean } from '../../../limits/nearest.ts';
import { UserError } from '../common/user-error.ts';
import type { evaluate } from '../evaluate/program-process.ts';
import type { Model } from '../model/model.ts';
import { clientNames } from '../model/names.ts';
import { asSecondIssuer } from '../model/tenant.ts';
import type { Claims } from '../gateway/decision.ts';
import { judgeClaims } from '../gateway/judge.ts';
import { callersOf, type Ask, type Caller } from '../report/callers.ts';
import { differenceText, tokenDifferenceOf } from '../verify/causes.ts';
import { open, type Opened, type SystemOptions } from '../verify/open.ts';
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
  /** A URL or host, to choose between two issuers; the first by default. */
  readonly issuer?: string;
  readonly decode?: boolean;
  readonly key?: string;
}

/** Runs `twin token`: prints only a token, or with `--decode` its claims. */
export async function token(chosen: TokenOptions, root: URL, run?: typeof evaluate): Promise<void> {
  const { target, model, clientIds } = atIssuer(await open(chosen, root, run), chosen.issuer);
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

function atIssuer(opened: Opened, issuer: string | undefined): Opened {
  const { model, target } = opened;
  const { issuerDomain, secondIssuerDomain } = model.tenant;
  const domain = issuer?.replace(/^https:\/\/|\/$/g, '') ?? issuerDomain;
  if (![issuerDomain, secondIssuerDomain].includes(domain)) {
    const known = [issuerDomain, secondIssuerDomain].filter((one) => one !== undefined);
    throw new UserError(
      `Stack ${model.stack} has no issuer ${issuer}${didYouMean(domain, known) || '.'} Use --issuer ${known.join(' or ')}.`,
    );
  }
  const isFirst = domain === issuerDomain;
  const outputs = { ...target.outputs, ...(!isFirst && target.outputs.secondIssuer) };
  // A deployed stack may have other issuers than this checkout.
  if (issuer !== undefined && outputs.issuer !== `https://${domain}/`) {
    throw new UserError(`${target.name} has no issuer https://${domain}/; deploy it first.`);
  }
  const tenant = isFirst ? model.tenant : asSecondIssuer(model.tenant);
  return { ...opened, model: { ...model, tenant }, target: { ...target, outputs } };
}

/** Returns the client's name if it signs with `--key`. */
function nameOf({ client }: Ask, clientIds: Readonly<Record<string, string>>): string {
  if (client.keys === undefined) throw new UserError(`${client.name} does not sign with a key; leave --key out.`);
  return Object.keys(clientIds).find((name) => clientIds[name] === client.clientId) ?? '';
}

/** Returns the caller that `--as` names. A user logs in through the first possible client, or through `--through`. */
export function callerNamed({ as, through }: Pick<TokenOptions, 'as' | 'through'>, model: Model): Caller {
  const callers = callersOf(model.tenant, model.stack).filter(({ asks, kind }) => asks.length > 0 && kind !== 'role');
  const names = [...new Set(callers.map(({ name }) => name))];
  const choice = names.length === 0 ? 'It has no callers.' : `Use --as ${names.join(' or ')}.`;
  if (as === undefined) throw new UserError(`Name a caller of stack ${model.stack}. ${choice}`);
  // If a user can log in both ways, prefer the way without a browser.
  const isBrowser = (one: Caller): boolean => one.kind === 'user' && one.flow === 'authorization_code';
  const named = callers
    .filter(
      (one) =>
        one.name === as ||
        (one.kind === 'client' && one.client.name === as) ||
        (as === TEST_USER && one.kind === 'user' && model.tenant.users.length === 1),
    )
    // A client's name in the report may be another client's name in the tenant.
    .toSorted((a, b) => Number(a.name !== as) - Number(b.name !== as) || Number(isBrowser(a)) - Number(isBrowser(b)));
  const found = named.find((caller) => through === undefined || caller.through === through);
  if (found !== undefined) return found;
  if (named.length > 0) {
    if (named.some(({ kind }) => kind === 'client')) {
      throw new UserError(`${as} is a client, which logs in through no other; leave --through out.`);
    }
    const clients = [...new Set(named.map((caller) => caller.through))];
    throw new UserError(
      `${as} cannot log in through ${through}${didYouMean(through ?? '', clients) || '.'} Use --through ${clients.join(' or ')}.`,
    );
  }
  const client = clientNames(model.tenant, model.stack).find(({ declared, name }) =>
    [name, declared.name].includes(as),
  );
  if (client !== undefined) {
    const instead =
      client.declared.grantTypes.length === 0
        ? ': it has no grant type'
        : `; write --as <user> --through ${client.name}`;
    throw new UserError(`${as} cannot request a token for itself${instead}.`);
  }
  throw new UserError(`Stack ${model.stack} has no caller ${as}${didYouMean(as, names) || '.'} ${choice}`);
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
