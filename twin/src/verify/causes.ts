import type { Route } from '../model/http-api.ts';
import type { Claims } from '../gateway/decision.ts';
import { scopesOf } from '../gateway/judge.ts';
import { callerName } from '../report/texts.ts';
import type { Verdict } from './call.ts';
import type { Probe, PlannedToken } from './plan.ts';
import { credentialsOf, type Target } from './target.ts';
import type { TokenResult } from './tokens.ts';

interface CallDifference {
  readonly kind: 'call';
  readonly probe: Probe;
  readonly route: Route;
  readonly verdict: Exclude<Verdict, { kind: 'not tried' }>;
  readonly claims: Claims | undefined;
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

function likely({ route, verdict, claims }: CallDifference): string {
  if (verdict.kind === 'unreachable') return `${verdict.why}.`;
  if (verdict.kind === 'not found') {
    return "the route is not deployed there (or its backend returns the gateway's own 404).";
  }
  if (verdict.kind === 'failed') {
    return 'the backend fails (its log says why; for a twin, the terminal does), or the gateway may not invoke the function (lambda:InvokeFunction).';
  }
  const { authorizer } = route;
  const [, says] = /error_description="([^"]+)"/.exec(verdict.kind === 'denied' ? verdict.challenge : '') ?? [];
  if (authorizer === undefined || says === undefined) {
    return 'the deployed route has another authorizer, or needs other scopes, than the program declares.';
  }
  if (says === 'issuer does not match') {
    return `the deployed authorizer trusts another issuer than ${String(claims?.['iss'])}; usually the slash at its end is missing.`;
  }
  if (says.includes('audience')) {
    return `the token's audience is ${JSON.stringify(claims?.['aud'])}; the deployed authorizer accepts other audiences than ${authorizer.audiences.join(' or ')}.`;
  }
  return `the gateway says: ${says}.`;
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
  const says = `${error}: ${description}`;
  if (/: .*not (?:authorized to access|been granted scopes)/.test(says)) {
    return `the client grant of ${client} for ${audience} is missing, or lacks a scope (${says}).`;
  }
  if (/: .*connection/i.test(says)) {
    return `the connection ${connection ?? ''} does not exist or is not enabled for ${client} (${says}).`;
  }
  return `the tenant says: ${says}.`;
}

function list(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'no scope' : scopes.join(', ');
}
