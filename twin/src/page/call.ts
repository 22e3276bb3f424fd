import { request as httpRequest, type IncomingMessage } from 'node:http';
import { BODY_BYTES } from '../../../limits/http-api.ts';
import { METHODS } from '../../../limits/route-key.ts';
import { readBody } from '../common/read-body.ts';
import { heading, cellText } from '../report/texts.ts';
import type { Route } from '../model/http-api.ts';
import { failedCheck, type Decision } from '../gateway/decision.ts';
import { routeOf } from '../gateway/match.ts';
import { apiEntry, shownResponse } from './entries.ts';
import { QuestionError } from './guard.ts';
import type { UnreadHappening } from './happening.ts';
import type { Advice, Asked, Called, UnreadEntry } from './messages.ts';
import { LARGE, type Recorder } from './recorder.ts';
import type { Known } from './state.ts';

/** Milliseconds that an answer may take: the gateway itself gives up after thirty seconds. */
const PATIENCE = 35_000;

/** What came back over the socket. */
interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  readonly length: number;
}

/**
 * Plays a request to the API in the page's stead, over the gateway's own port: a browser may not ask another origin, and
 * would rewrite the path. What the gateway did with it is found by the request's id.
 */
export async function call(
  question: Asked['call']['question'],
  known: Known,
  { apiUrl, recorder }: { readonly apiUrl: string; readonly recorder: Recorder },
): Promise<Called> {
  const { answer, happening } = await recorder.calling(
    () => send(question, known, apiUrl),
    ({ headers }) => headers.find(([name]) => name.toLowerCase() === 'apigw-requestid')?.[1],
  );
  const response = shownResponse(answer, answer.length, LARGE);
  if (happening?.kind !== 'api') return { response, entry: happening && unreadEntry(happening), advice: undefined };
  return {
    response,
    entry: apiEntry(happening, known, LARGE),
    advice: adviceOn(happening.exchange.decision, question.caller, known),
  };
}

function unreadEntry({ kind, id, at, status, reason }: UnreadHappening): UnreadEntry {
  return { kind, id, at, status, why: reason };
}

/** What the access report says about the caller and the route, where it was the scope that was lacking. */
function adviceOn(decision: Decision, caller: string, { access }: Known): Advice | undefined {
  if (failedCheck(decision)?.name !== 'scope') return undefined;
  const row = access.rows.find(({ route }) => route.routeKey === decision.route?.routeKey);
  const cell = row?.cells.find((one) => heading(one.caller) === caller);
  if (cell === undefined) return undefined;
  const { reason } = cell;
  return reason.kind === 'scopes'
    ? { kind: 'may have', scopes: reason.scopes }
    : { kind: 'may not', cell: cellText(cell) };
}

function send(
  { method, path: written, token, body }: Asked['call']['question'],
  { model }: Known,
  url: string,
): Promise<Answer> {
  if (method === 'ANY' || !METHODS.some((one) => one === method)) {
    throw new QuestionError(`The method must be one of ${METHODS.filter((one) => one !== 'ANY').join(', ')}`);
  }
  const path = encoded(written);
  const { target, headers } = withToken(path, token, routeOf({ method, target: path }, model.api.routes));
  const payload = Buffer.from(body);
  if (payload.length > 0) headers.push('content-type', 'application/json', 'content-length', String(payload.length));
  return new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(url);
    try {
      const outgoing = httpRequest(
        {
          hostname,
          port,
          method,
          path: model.api.basePath + target,
          headers: ['host', host, 'user-agent', 'auth0-http-api-page', ...headers],
          agent: false,
          signal: AbortSignal.timeout(PATIENCE),
        },
        (incoming) => void read(incoming).then(resolve, reject),
      );
      outgoing.on('error', (error) => reject(new QuestionError(`The API did not answer: ${error.message}`)));
      outgoing.end(payload);
    } catch (error) {
      // Node refuses a path or a header that no HTTP client could send.
      const reason = error instanceof Error ? error.message : String(error);
      throw new QuestionError(`No client can send this: ${reason}`);
    }
  });
}

/** What is beyond ASCII goes as browsers send it, each byte of its UTF-8 by its number; the rest stays to the letter. */
function encoded(path: string): string {
  return path.toWellFormed().replace(/[^\0-\x7f]+/g, encodeURIComponent);
}

/** Puts the token where the route's authorizer looks for it. */
function withToken(path: string, token: string, route: Route | undefined): { target: string; headers: string[] } {
  if (token === '') return { target: path, headers: [] };
  const { from, name } = route?.authorizer?.identitySource ?? { from: 'header', name: 'Authorization' };
  if (from === 'header') return { target: path, headers: [name, `Bearer ${token}`] };
  const parameter = `${encodeURIComponent(name)}=${encodeURIComponent(token)}`;
  return { target: `${path}${path.includes('?') ? '&' : '?'}${parameter}`, headers: [] };
}

async function read(incoming: IncomingMessage): Promise<Answer> {
  // The twin's own gateway answers it, whose bodies have a limit.
  const { bytes } = await readBody(incoming, BODY_BYTES);
  const { rawHeaders, statusCode = 0 } = incoming;
  const headers = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));
  return { status: statusCode, headers, body: bytes.subarray(0, LARGE), length: bytes.length };
}
