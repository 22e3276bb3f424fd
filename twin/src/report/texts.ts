import type { Route } from '../model/http-api.ts';
import type { ResourceServer, Tenant } from '../model/tenant.ts';
import { scopesOf } from '../gateway/judge.ts';
import type { Caller } from './callers.ts';
import type { Answer, Cell } from './cells.ts';
import { code, codes } from './markdown.ts';

/** What a route needs that any caller may use. */
export const PUBLIC = 'public';

/** How a caller is called in the report, in Markdown; no two of a stack are called alike. */
export function heading(caller: Caller): string {
  if (caller.kind === 'anyone') return 'anyone';
  const name = code(caller.name);
  if (caller.kind === 'client') return `${name} (${caller.grantType ?? 'no grant type'})`;
  if (caller.kind === 'role') return `role ${name}`;
  return caller.client === undefined ? `user ${name}` : `user ${name} through ${code(caller.through)}`;
}

/** What a route asks of a token. */
export function needsOf({ authorizer, scopes }: Route): string {
  if (authorizer === undefined) return PUBLIC;
  return scopes.length === 0 ? 'any token' : codes(scopes.toSorted(), ' or ');
}

/** A verdict and what decides it; it begins with `allowed: ` or `denied: `. */
export function cellText({ reason, route, answer }: Cell): string {
  if (reason.kind === 'public' || reason.kind === 'any token') return `allowed: ${reason.kind}`;
  if (reason.kind === 'scopes') return `allowed: ${codes(reason.scopes, ', ')}`;
  if (reason.kind === 'lacks') return `denied: lacks ${codes(reason.scopes.toSorted(), ' or ')}`;
  if (reason.kind === 'no token') return reason.why === '' ? 'denied: no token' : `denied: no token (${reason.why})`;
  const { name, got, wanted } = reason.check;
  if (name === 'issuer') return `denied: the issuer is ${code(got)}, not ${code(wanted)}`;
  if (name !== 'audience') return `denied: ${name}`;
  const audiences = codes(route.authorizer?.audiences ?? [], ' or ');
  return `denied: the audience is ${code(answer?.ask.api.identifier ?? '')}, not ${audiences}`;
}

/** The permissions that a caller can get, or `none`. OpenID Connect's scopes are not among them: they are no API's. */
export function permissionsOf(answers: readonly Answer[], tenant: Tenant): string {
  const held = answers.flatMap((answer) => {
    if (answer.kind === 'refused') return [];
    const { api } = answer.ask;
    const scopes = scopesOf(answer.claims).filter((scope) => api.scopes.includes(scope));
    return scopes.map((scope) => permission(scope, api, tenant));
  });
  return held.length === 0 ? 'none' : [...new Set(held)].toSorted().join(', ');
}

/** A permission as it is called: with its API where there is more than one. */
export function permission(scope: string, { identifier }: ResourceServer, { resourceServers }: Tenant): string {
  return resourceServers.length > 1 ? `${code(scope)} of ${code(identifier)}` : code(scope);
}
