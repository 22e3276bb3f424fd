import { printable } from '../common/printable.ts';
import type { Tenant } from '../model/tenant.ts';
import { accessLogLine } from '../gateway/access-log.ts';
import type { Claims } from '../gateway/decision.ts';
import { explain } from '../gateway/explain.ts';
import type { TokenExchange } from '../tenant/app.ts';
import { accessScopes } from '../tenant/grant.ts';
import type { TenantRequest } from '../tenant/report.ts';
import type { Asked } from '../tenant/token.ts';
import { fewHeaders, fewTexts, LONGEST } from './bounds.ts';
import { maskedText } from './mask.ts';
import type { ApiEntry, Entry, ShownResponse, TenantEntry, TokenEntry } from './messages.ts';
import type { ApiHappening, Happening } from './happening.ts';
import { permittedBy, type Known } from './state.ts';

/** Characters of a response's body in an entry of the live list. */
export const GLIMPSE = 2000;

/** Characters of a line of the access log, which has a message of the integration in it. */
const LINE = 8000;

/** Characters of a reason, which may have several values in it. */
const SENTENCE = 2000;

/** How a service asks for itself: in the request, and in the claim that the grant is named by. */
const SERVICE: readonly string[] = ['client_credentials', 'client-credentials'];

/** What happened, as the page shows it. The texts are a token's, a header's, a path's: they are text, whatever is in them. */
export function entryOf(happening: Happening, known: Known): Entry {
  if (happening.kind === 'api') return apiEntry(happening, known, GLIMPSE);
  const { id, at } = happening;
  if (happening.kind === 'unread') {
    return { kind: 'unread', id, at, status: happening.status, why: shownText(happening.reason) };
  }
  if (happening.kind === 'tenant') return tenantEntry(happening.request, { id, at });
  return tokenEntry(happening.exchange, { id, at }, known);
}

/** A request explained: what the gateway looked at, in its order, from its own record. */
export function apiEntry(happening: ApiHappening, { model: { api, tenant } }: Known, bodyLimit: number): ApiEntry {
  const { id, at, exchange, milliseconds, responseLength } = happening;
  const { decision, response, invocation, requestId, integrationError = '' } = exchange;
  return {
    kind: 'api',
    id,
    at,
    status: response.status,
    milliseconds,
    requestId,
    method: decision.method,
    path: shownText(decision.path),
    routeKey: decision.route?.routeKey ?? '',
    caller: callerOf(decision.claims, tenant),
    why: shownText(
      decision.refusal === undefined ? (integrationError.split('\n', 1)[0] ?? '') : explain(decision),
      SENTENCE,
    ),
    checks: decision.checks.map((check) => ({
      ...check,
      wanted: shownText(check.wanted),
      got: shownText(check.got),
    })),
    response: withoutTokensOf(shownResponse(response, responseLength, bodyLimit)),
    log: shownText(accessLogLine(exchange, api, { milliseconds, responseLength }), LINE),
    invoked: invocation !== undefined,
  };
}

type Happened = Pick<Entry, 'id' | 'at'>;

function tenantEntry({ status, method, path, endpoint, reason }: TenantRequest, happened: Happened): TenantEntry {
  return {
    kind: 'tenant',
    ...happened,
    status,
    method,
    path: shownText(path),
    routeKey: endpoint,
    why: shownText(reason),
  };
}

function tokenEntry(exchange: TokenExchange, happened: Happened, known: Known): TokenEntry {
  if (exchange.kind === 'refused') {
    const { status, error, message } = exchange.refusal;
    const refused = { status, why: shownText(`${error}: ${message}`, SENTENCE), subject: '', granted: [] };
    return { kind: 'token', ...happened, ...refused, ...askedFor(exchange.asked, known) };
  }
  const { granted, requested } = exchange;
  const { grantType = 'authorization_code', subject } = granted;
  const asked = askedFor({ ...granted, grantType, scopes: requested }, known);
  return {
    kind: 'token',
    ...happened,
    ...asked,
    status: 200,
    why: '',
    grantType,
    subject,
    granted: fewTexts(accessScopes(granted)),
  };
}

/** Who asked, and for what; nothing where the client did not prove who it is. */
function askedFor(
  asked: Asked | undefined,
  known: Known,
): Pick<TokenEntry, 'caller' | 'grantType' | 'requested' | 'permitted'> {
  if (asked === undefined) return { caller: '', grantType: '', requested: [], permitted: [] };
  const { client, user, api, grantType, scopes } = asked;
  const isOf = (scope: string): boolean => api?.scopes.includes(scope) === true || scopes.includes(scope);
  return {
    caller: user?.email ?? client.name,
    grantType: shownText(grantType),
    requested: scopes.map((one) => shownText(one)),
    permitted: fewTexts(permittedTo(asked, known).filter(isOf)),
  };
}

/** What the access report says that this client, or this user through it, can get of the API. */
function permittedTo({ client, user, api, grantType }: Asked, { access }: Known): readonly string[] {
  // A login of nobody whom the tenant knows: what the client can get for itself is not that one's.
  if (user === undefined && !SERVICE.includes(grantType)) return [];
  const answers = [...access.answers].flatMap(([caller, all]) => (caller.kind === 'role' ? [] : all));
  const answer = answers.find(
    ({ ask }) =>
      ask.client.clientId === client.clientId &&
      ask.api.identifier === api?.identifier &&
      (ask.user?.email ?? ask.parameters.get('username')) === user?.email,
  );
  return permittedBy(answer);
}

/** A text of somebody else's as an entry has it: whichever it is, what it holds may be a token. */
function shownText(text: string, most = LONGEST): string {
  // First the tokens: of one that was cut nobody could tell.
  return printable(maskedText(text), most);
}

/** A response as its client got it, as far as it is text and not too long. */
export function shownResponse(
  response: {
    readonly status: number;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body: string | Buffer;
  },
  length: number,
  limit: number,
): ShownResponse {
  const { status, body } = response;
  const headers = fewHeaders(response.headers);
  const text = typeof body === 'string' ? body : textOf(body, body.length < length);
  if (text === undefined) return { status, headers, body: '', note: `${length} bytes that are no text` };
  const shown = text.slice(0, limit);
  const note = shown.length < text.length || Buffer.byteLength(text) < length ? `the beginning of ${length} bytes` : '';
  return { status, headers, body: shown, note };
}

/** A response that somebody else got: a handler that gives its event back gives the caller's token with it. */
function withoutTokensOf(response: ShownResponse): ShownResponse {
  return {
    ...response,
    headers: response.headers.map(([name, value]) => [name, maskedText(value)]),
    body: maskedText(response.body),
  };
}

/** The bytes as text, if they are UTF-8; the last character may be incomplete where they were cut. */
function textOf(body: Buffer, cut: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body, { stream: cut });
  } catch {
    return undefined;
  }
}

/** Who called, by the claims of a token whose signature was good: the user, or the client. */
function callerOf(claims: Claims | undefined, { users, clients }: Tenant): string {
  if (claims === undefined) return '';
  const { sub, azp } = claims;
  const user = users.find(({ userId }) => userId === sub);
  const client = clients.find(({ clientId }) => clientId === azp);
  const unknown = typeof azp === 'string' ? azp : typeof sub === 'string' ? sub : '';
  return shownText(user?.email ?? client?.name ?? unknown, 100);
}
