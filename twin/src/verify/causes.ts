import type { Route } from '../model/http-api.ts';
import type { Model } from '../model/model.ts';
import type { Claims } from '../gateway/decision.ts';
import { scopesOf } from '../gateway/judge.ts';
import type { Caller } from '../report/callers.ts';
import type { Verdict } from './call.ts';
import type { Probe, PlannedToken } from './plan.ts';
import { credentialsOf, type Target } from './target.ts';
import type { TokenResult } from './tokens.ts';

export function callerName(caller: Caller): string {
  if (caller.kind === 'anyone') return 'anyone';
  if (caller.kind === 'client') return `${caller.name} (${caller.grantType ?? 'no grant type'})`;
  const who = caller.kind === 'role' ? `a user with the role ${caller.name}` : caller.name;
  return caller.flow === undefined ? who : `${who} through ${caller.through} (${caller.flow})`;
}

interface CallDifference {
  readonly kind: 'call';
  readonly probe: Probe;
  readonly route: Route;
  readonly verdict: Exclude<Verdict, { kind: 'not tried' }>;
  readonly claims: Claims | undefined;
  readonly model: Model;
}

/** A token request with an outcome other than the program declares. It holds no token. */
interface TokenDifference {
  readonly kind: 'token';
  readonly planned: PlannedToken;
  readonly actual:
    Exclude<TokenResult, { kind: 'token' }> | { readonly kind: 'scopes'; readonly scopes: readonly string[] };
  readonly connection: string | undefined;
}

export type Difference = CallDifference | TokenDifference;

interface Explained {
  readonly tried: string;
  readonly cause: string;
}

export function tokenDifferenceOf(planned: PlannedToken, result: TokenResult, { outputs }: Target): TokenDifference {
  const actual = result.kind === 'token' ? ({ kind: 'scopes', scopes: scopesOf(result.claims) } as const) : result;
  const email = planned.ask.user?.email ?? planned.ask.parameters.get('username') ?? '';
  return { kind: 'token', planned, actual, connection: credentialsOf(outputs, email)?.connection };
}

/** Returns one sentence: the caller, the expected and the actual outcome, and the likely cause. */
export function differenceText(difference: Difference): string {
  const { tried, cause } = explained(difference);
  return `${tried}: ${cause}`;
}

export function explained(difference: Difference): Explained {
  return difference.kind === 'call' ? explainedCall(difference) : explainedToken(difference);
}

function explainedCall(difference: CallDifference): Explained {
  const { probe, route, verdict } = difference;
  const who = probe.token === undefined ? 'anyone' : callerName(probe.token.caller);
  const expected = probe.expected === 'allowed' ? '2xx' : probe.expected;
  const actual = verdict.kind === 'not found' ? 404 : verdict.kind === 'unreachable' ? 'no response' : verdict.status;
  return {
    tried: `${route.routeKey}: ${who}, ${probe.how}: expected ${expected}, got ${actual}`,
    cause: likely(difference),
  };
}

function likely({ probe, route, verdict, claims, model }: CallDifference): string {
  const { authorizer } = route;
  if (verdict.kind === 'unreachable') return `${verdict.why}.`;
  if (verdict.kind === 'not found')
    return "the route is not deployed there (or its backend returns the gateway's own 404).";
  if (verdict.kind === 'failed') {
    if (route.integration.kind === 'http') {
      return `the gateway cannot reach ${route.integration.url}, or that endpoint fails.`;
    }
    return route.integration.mayInvoke
      ? 'the function fails (its log says why; for a twin, the terminal does), or the deployed stack lacks the permission to invoke it (lambda:InvokeFunction).'
      : 'the program gives the gateway no permission to invoke the function (lambda:InvokeFunction for this route).';
  }
  if (verdict.kind === 'allowed') {
    if (probe.expected === 403) return 'the deployed route needs other scopes, or none.';
    return 'the deployed route has no authorizer, or a different one.';
  }
  if (authorizer === undefined) return 'the deployed route has an authorizer, and the program says public.';
  if (verdict.status === 403) return 'the deployed route needs other scopes than the program declares.';
  if (probe.expected === 403 || probe.expected === 'allowed')
    return refusedToken(verdict.challenge, authorizer, claims, model);
  return 'it is rejected for another reason than the program gives.';
}

/** Returns the cause of a 401 for a token that should be valid, from the gateway's challenge. */
function refusedToken(
  challenge: string,
  { issuer, audiences }: NonNullable<Route['authorizer']>,
  claims: Claims | undefined,
  { tenant }: Model,
): string {
  const [, description = ''] = /error_description="([^"]*)"/.exec(challenge) ?? [];
  const iss = String(claims?.['iss']);
  if (description === 'issuer does not match') {
    if (iss !== issuer) {
      const slash = iss === `${issuer}/` || `${iss}/` === issuer ? ', which differs in the slash at its end' : '';
      return `the token's issuer is ${iss} and the program's authorizer trusts ${issuer}${slash}.`;
    }
    return `the deployed authorizer trusts another issuer than ${iss}; usually the slash at its end is missing.`;
  }
  if (description.includes('audience')) {
    const aud = JSON.stringify(claims?.['aud']);
    return `the token's audience is ${aud}; the deployed authorizer accepts other audiences than ${audiences.join(' or ')}.`;
  }
  if (description.includes('communication error')) {
    return `the gateway cannot read the keys of https://${tenant.issuerDomain}/ (${description}).`;
  }
  if (description === '') return 'the gateway found no token: the deployed authorizer reads it from somewhere else.';
  return `the gateway says: ${description}.`;
}

function explainedToken({ planned: { caller, ask, answer, what }, actual, connection }: TokenDifference): Explained {
  const who = `${callerName(caller)}, requesting ${what}`;
  const none = `${who}, gets no token`;
  if (actual.kind === 'unreachable' || actual.kind === 'not tried') return { tried: none, cause: `${actual.why}.` };
  if (actual.kind === 'scopes') {
    const came = actual.scopes;
    const meant = answer.kind === 'refused' ? [] : scopesOf(answer.claims);
    const more = came.filter((scope) => !meant.includes(scope));
    const less = meant.filter((scope) => !came.includes(scope));
    const parts = [
      more.length > 0 ? `${list(more)} more than the program grants` : '',
      less.length > 0 ? `no ${less.join(', ')}, which the program grants` : '',
    ].filter((part) => part !== '');
    const tried =
      answer.kind === 'refused'
        ? `${who}: expected no token, got one with ${list(came)}`
        : `${who}, gets ${parts.join(' and ')}`;
    return { tried, cause: 'the deployed permissions differ.' };
  }
  const { error, description } = actual;
  const client = caller.kind === 'client' ? caller.name : caller.through || ask.client.name;
  return { tried: none, cause: whyRefused(error, description, ask.api.identifier, client, connection) };
}

function whyRefused(
  error: string,
  description: string,
  audience: string,
  client: string,
  connection: string | undefined,
): string {
  const causes: readonly (readonly [response: RegExp, cause: string])[] = [
    [/: .*not authorized to access/, `the client grant of ${client} for ${audience} is missing`],
    [/: .*not been granted scopes/, `the client grant of ${client} lacks that scope`],
    [/: Service not (?:found|enabled within domain)/, `the tenant has no API with the identifier ${audience}`],
    [/: .*connection/i, `the connection ${connection ?? ''} does not exist or is not enabled for ${client}`],
    [/: .*Grant type/, `${client} lacks the grant type`],
    [/^access_denied: Unauthorized$/, `the tenant rejects the credentials of ${client}`],
    [/^invalid_grant: /, 'the user does not exist, or has another password'],
  ];
  const response = `${error}: ${description}`;
  const cause = causes.find(([pattern]) => pattern.test(response))?.[1] ?? 'the tenant rejects the request';
  return `${cause} (${response}).`;
}

function list(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'no scope' : scopes.join(', ');
}
