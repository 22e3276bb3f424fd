import { printable } from '../common/printable.ts';
import { clientName } from '../model/names.ts';
import type { Model } from '../model/model.ts';
import { accessLogLine } from '../gateway/access-log.ts';
import type { Claims } from '../gateway/decision.ts';
import { reasonOf } from '../gateway/explain.ts';
import type { TokenExchange } from '../tenant/app.ts';
import { accessScopes } from '../tenant/grant.ts';
import type { TokenAttempt } from '../tenant/token.ts';
import { fewHeaders, fewTexts, LONGEST } from './bounds.ts';
import { maskedRequest, maskedText, pairsOf } from './mask.ts';
import type { ApiEntry, Entry, ShownRequest, ShownResponse, TokenEntry } from './messages.ts';
import type { ApiHappening, Happening } from './recorder.ts';
import { adviceOn, permittedBy, type Known } from './state.ts';

/** The most characters of a body in the list. */
const GLIMPSE = 2000;

/** The most characters of an access log line, which may contain an integration's message. */
const LINE = 8000;

/** The most characters of a reason, which may contain several values. */
const SENTENCE = 2000;

/** How tokens name a service's own grant: in the request, and in the claim. */
const SERVICE: readonly string[] = ['client_credentials', 'client-credentials'];

/** Returns an event as the page shows it. Strings from tokens, headers and paths stay plain text. */
export function entryOf(happening: Happening, known: Known): Entry {
  const { id, at } = happening;
  if (happening.kind === 'api') return apiEntry(happening, known);
  if (happening.kind === 'token') return tokenEntry(happening.exchange, { id, at }, known);
  if (happening.kind === 'unread') {
    return { kind: 'unread', id, at, status: happening.status, why: shownText(happening.reason) };
  }
  const { status, method, path, endpoint, reason } = happening.request;
  const texts = { path: shownText(path), routeKey: endpoint, why: shownText(reason) };
  return { kind: 'tenant', id, at, status, method, ...texts };
}

/** Returns a request with the gateway's checks in order, from its own record. */
export function apiEntry(happening: ApiHappening, known: Known, bodyLimit = GLIMPSE): ApiEntry {
  const { id, at, api, exchange, milliseconds, responseLength } = happening;
  const { decision, response, invocation, requestId } = exchange;
  const { headers, body, ...rest } = shownResponse(response, responseLength, bodyLimit);
  return {
    kind: 'api',
    id,
    at,
    status: response.status,
    milliseconds,
    requestId,
    api: api.name,
    method: decision.method,
    path: shownText(decision.path),
    routeKey: decision.route?.routeKey ?? '',
    ...bearerOf(decision.claims, known.model),
    why: shownText(reasonOf(exchange), SENTENCE),
    checks: decision.checks.map(({ expected, actual, ...check }) => ({
      ...check,
      expected: shownText(expected),
      actual: shownText(actual),
    })),
    request: shownRequest(happening, bodyLimit),
    // A handler may return its event, with the token of another client.
    response: { ...rest, headers: headers.map(([name, value]) => [name, maskedText(value)]), body: maskedText(body) },
    log: shownText(accessLogLine(exchange, api, { milliseconds, responseLength }), LINE),
    invoked: invocation !== undefined,
    advice: adviceOn(decision, api.name, known),
  };
}

function shownRequest({ exchange, requestLength }: ApiHappening, limit: number): ShownRequest {
  const { target, rawHeaders, body } = maskedRequest(exchange.request, exchange.decision.route);
  const headers = pairsOf(rawHeaders.map((text) => printable(text, LONGEST)));
  const query = printable(target.replace(/^[^?]*/, ''), LONGEST);
  // A masked body may be shorter than the original.
  const length = exchange.request.body.length < requestLength ? requestLength : body.length;
  return { query, ...shownBody(headers, body, length, limit) };
}

function tokenEntry(exchange: TokenExchange, happened: Pick<Entry, 'id' | 'at'>, known: Known): TokenEntry {
  if (exchange.kind === 'refused') {
    const { status, error, message } = exchange.refusal;
    const why = shownText(`${error}: ${message}`, SENTENCE);
    return { kind: 'token', ...happened, status, why, subject: '', granted: [], ...attemptOf(exchange.attempt, known) };
  }
  const { granted, requested } = exchange;
  const { grantType = 'authorization_code', subject } = granted;
  const attempt = attemptOf({ ...granted, grantType, scopes: requested }, known);
  return {
    kind: 'token',
    ...happened,
    status: 200,
    why: '',
    subject,
    granted: fewTexts(accessScopes(granted)),
    ...attempt,
  };
}

type Attempt = Pick<TokenEntry, 'client' | 'user' | 'grantType' | 'requested' | 'permitted'>;

function attemptOf(attempt: TokenAttempt | undefined, known: Known): Attempt {
  if (attempt === undefined) return { client: '', user: '', grantType: '', requested: [], permitted: [] };
  const { client, user, api, grantType, scopes } = attempt;
  const isOf = (scope: string): boolean => api?.scopes.includes(scope) === true || scopes.includes(scope);
  return {
    client: clientName(known.model, client.clientId) ?? '',
    user: user?.email ?? '',
    grantType: shownText(grantType),
    requested: scopes.map((one) => shownText(one)),
    permitted: fewTexts(permittedTo(attempt, known).filter(isOf)),
  };
}

/** Returns the scopes that the access report permits to this client, or to this user through it. */
function permittedTo({ client, user, api, grantType }: TokenAttempt, { access }: Known): readonly string[] {
  // The user is unknown, and the client's own scopes are not the user's.
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

/** Returns a string of a request for an entry, masked: any string may contain a token. */
function shownText(text: string, most = LONGEST): string {
  // Mask before cutting: a cut token would not be recognized.
  return printable(maskedText(text), most);
}

type Headers = ShownRequest['headers'];

/** Returns a response as its client received it, if its body is short text. */
export function shownResponse(
  response: { readonly status: number; readonly headers: Headers; readonly body: string | Buffer },
  length: number,
  limit: number,
): ShownResponse {
  const { status, headers, body } = response;
  return { status, ...shownBody(headers, body, length, limit) };
}

/** @param length the bytes of the whole body, which may have been cut */
function shownBody(
  headers: Headers,
  body: string | Buffer,
  length: number,
  limit: number,
): Pick<ShownRequest, 'headers' | 'body' | 'note'> {
  const few = fewHeaders(headers);
  const text = typeof body === 'string' ? body : textOf(body, body.length < length);
  if (text === undefined) return { headers: few, body: '', note: `${length} bytes of binary data` };
  const shown = text.slice(0, limit);
  const note = shown.length < text.length || Buffer.byteLength(text) < length ? `the beginning of ${length} bytes` : '';
  return { headers: few, body: shown, note };
}

/** Returns UTF-8 bytes as text, otherwise undefined. If they were cut, the last character may be incomplete. */
function textOf(body: Buffer, cut: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body, { stream: cut });
  } catch {
    return undefined;
  }
}

/** Returns the caller by the claims of a token with a valid signature. */
function bearerOf(claims: Claims | undefined, model: Model): Pick<ApiEntry, 'client' | 'user'> {
  if (claims === undefined) return { client: '', user: '' };
  const { sub, azp } = claims;
  const email = model.tenant.users.find(({ userId }) => userId === sub)?.email ?? '';
  const fallback = typeof sub === 'string' ? sub : '';
  return { client: shownText(clientName(model, azp) ?? fallback, 100), user: shownText(email, 100) };
}
