import { request as httpRequest, type IncomingMessage } from 'node:http';
import { BODY_BYTES } from '../../../limits/http-api.ts';
import { METHODS } from '../../../limits/route-key.ts';
import { readBody } from '../common/read-body.ts';
import { quoted } from '../common/quoted.ts';
import { routeOf } from '../gateway/match.ts';
import type { GatewayRequest } from '../gateway/request.ts';
import type { Route } from '../model/http-api.ts';
import { apiEntry, shownResponse } from './entries.ts';
import { QuestionError } from './guard.ts';
import { pairsOf, type Sent } from './mask.ts';
import type { Called, Endpoints } from './messages.ts';
import { LARGE, type ApiHappening, type Recorder } from './recorder.ts';
import type { Known } from './state.ts';

/** Milliseconds to wait for a response. The gateway itself gives up after thirty seconds. */
const PATIENCE = 35_000;

interface Around {
  readonly known: Known;
  readonly apiUrls: readonly string[];
  readonly recorder: Recorder;
}

/**
 * Sends a request from the page to an API, over the gateway's own port. A browser may not call another origin, and
 * would rewrite the path.
 * @throws QuestionError for a request that no client can send
 */
export function call(
  { api: name, method, path, token, body }: Endpoints['call']['question'],
  around: Around,
): Promise<Called> {
  if (method === 'ANY' || !METHODS.some((one) => one === method)) {
    throw new QuestionError(`The method must be one of ${METHODS.filter((one) => one !== 'ANY').join(', ')}`);
  }
  const api = around.known.model.apis.find((one) => one.name === name);
  const { host } = new URL(urlOf(name, around));
  const written = encoded(path);
  const { target, headers } = withToken(written, token, routeOf({ method, target: written }, api?.routes ?? []));
  const payload = Buffer.from(body);
  if (payload.length > 0) headers.push('content-type', 'application/json', 'content-length', String(payload.length));
  const rawHeaders = ['host', host, 'user-agent', 'auth0-http-api-page', ...headers];
  return play(name, { method, target: `${api?.basePath ?? ''}${target}`, rawHeaders, body: payload }, around);
}

/** Sends a recorded request again. @throws QuestionError if its body was too large to record */
export function replay(happening: ApiHappening, around: Around): Promise<Called> {
  return play(happening.api.name, wholeRequest(happening), around);
}

/** @throws QuestionError if the request's body was too large to record */
export function wholeRequest({ exchange: { request }, requestLength }: ApiHappening): GatewayRequest {
  if (request.body.length < requestLength) throw new QuestionError('The body of this request was too large to be kept');
  return request;
}

/** Returns a request as a `curl` command that works as pasted, with its body as text. */
export function curlOf({ method, target, rawHeaders, body }: Sent, url: string): string {
  const headers = pairsOf(rawHeaders).filter(([name]) => !/^(host|content-length|connection)$/i.test(name));
  // Without `-g`, curl expands brackets and braces in a URL to several requests.
  const literally = /[[\]{}]/.test(target) ? ' -g' : '';
  return [
    `curl -i --path-as-is${literally} -X ${method} ${quoted(new URL(url).origin + target)}`,
    ...headers.map((pair) => `-H ${quoted(pair.join(': '))}`),
    ...(body.length > 0 ? [`--data-raw ${quoted(body.toString())}`] : []),
  ].join(' \\\n  ');
}

export function urlOf(api: string, { known, apiUrls }: Pick<Around, 'known' | 'apiUrls'>): string {
  const url = apiUrls[known.model.apis.findIndex(({ name }) => name === api)];
  if (url === undefined) throw new QuestionError('The program no longer declares this API');
  return url;
}

/** Sends a request, and finds the gateway's record of it by its id. */
async function play(api: string, sent: Sent, around: Around): Promise<Called> {
  const { known, recorder } = around;
  const incoming = await send(sent, urlOf(api, around));
  const { statusCode: status = 0, rawHeaders } = incoming;
  const headers = pairsOf(rawHeaders);
  const requestId = headers.find(([name]) => name.toLowerCase() === 'apigw-requestid')?.[1];
  // Before the body has come, since the recorder drops the record after many other requests.
  const happening = recorder.find(requestId);
  // Safe to read: the twin's gateway limits its bodies.
  const { bytes } = await readBody(incoming, BODY_BYTES);
  const response = shownResponse({ status, headers, body: bytes.subarray(0, LARGE) }, bytes.length, LARGE);
  return { response, entry: happening && apiEntry(happening, known, LARGE) };
}

function send({ method, target, rawHeaders, body }: Sent, url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const signal = AbortSignal.timeout(PATIENCE);
    try {
      const options = { hostname, port, method, path: target, headers: rawHeaders, agent: false, signal };
      const outgoing = httpRequest(options, resolve);
      outgoing.on('error', (error) => reject(new QuestionError(`The API did not answer: ${error.message}`)));
      outgoing.end(body);
    } catch (error) {
      // Node rejects a path or header that no HTTP client could send.
      const reason = error instanceof Error ? error.message : String(error);
      throw new QuestionError(`No client can send this: ${reason}`);
    }
  });
}

function encoded(path: string): string {
  return path.toWellFormed().replace(/[^\0-\x7f]+/g, encodeURIComponent);
}

/** Adds the token where the route's authorizer expects it. */
function withToken(path: string, token: string, route: Route | undefined): { target: string; headers: string[] } {
  if (token === '') return { target: path, headers: [] };
  const { from, name } = route?.authorizer?.identitySource ?? { from: 'header', name: 'Authorization' };
  if (from === 'header') return { target: path, headers: [name, `Bearer ${token}`] };
  const parameter = `${encodeURIComponent(name)}=${encodeURIComponent(token)}`;
  return { target: `${path}${path.includes('?') ? '&' : '?'}${parameter}`, headers: [] };
}
