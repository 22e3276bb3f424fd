import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { BODY_BYTES, REQUEST_HEAD_BYTES } from '../../../limits/http-api.ts';
import { LOCAL_HOSTS } from '../common/local-hosts.ts';
import { readBody } from '../common/read-body.ts';
import type { HttpApi } from '../model/http-api.ts';
import { errorResponse, MESSAGES, type ErrorStatus } from './errors.ts';
import { answer, type Exchange, type Gateway } from './pipeline.ts';
import { headerValues } from './request.ts';
import type { GatewayResponse } from './response.ts';

const NO_BODY = Buffer.alloc(0);

/** An event at the API's port, after the response was sent. */
export type GatewayEvent =
  | { readonly kind: 'api'; readonly api: HttpApi; readonly exchange: Exchange; readonly milliseconds: number }
  /** A request that could not be parsed or accepted. */
  | { readonly kind: 'unread'; readonly status: number; readonly reason: string }
  /** A bug of the twin: the request got a 500. */
  | { readonly kind: 'defect'; readonly error: unknown };

type OnEvent = (event: GatewayEvent) => void;

/** Timeouts in milliseconds, so that a slow client cannot hold a socket for ever. Node checks them every 30 s by default. */
export const CONNECTION_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 1000,
} as const;

/**
 * The HTTP server of the gateway. It passes requests on as they were sent.
 * @param current the gateway, once there is one; a reload replaces it between two requests
 */
export function gatewayServer(current: () => Promise<Gateway>, onEvent: OnEvent): Server {
  const options = { ...CONNECTION_LIMITS, maxHeaderSize: 4 * REQUEST_HEAD_BYTES, requireHostHeader: false };
  const server = createServer(options, (incoming, outgoing) => {
    void serve(incoming, outgoing, current, onEvent);
  });
  server.on('clientError', ({ code = '', message }: NodeJS.ErrnoException, socket) => {
    const status = UNREADABLE[code] ?? 400;
    if (code !== 'ECONNRESET') onEvent({ kind: 'unread', status, reason: message });
    void answered(socket).then(() => refuse(socket, status));
  });
  // By default Node answers itself, chunked and without a content type.
  server.on('checkExpectation', (_incoming, outgoing: ServerResponse) => {
    onEvent({ kind: 'unread', status: 417, reason: 'an expectation other than 100-continue' });
    send(outgoing, errorResponse(417, [['connection', 'close']]));
  });
  // By default Node closes the connection silently.
  server.on('connect', (_incoming, socket) => {
    onEvent({ kind: 'unread', status: 400, reason: 'CONNECT is for proxies' });
    refuse(socket, 400);
  });
  return server;
}

/** The status by Node's error code; 400 for any other. */
const UNREADABLE: Readonly<Record<string, ErrorStatus>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** The complete requests of each connection that wait for their response. */
const unanswered = new WeakMap<Duplex, Set<ServerResponse>>();

function remember(socket: Duplex, outgoing: ServerResponse): void {
  const waiting = unanswered.get(socket) ?? new Set();
  unanswered.set(socket, waiting.add(outgoing));
  outgoing.once('close', () => waiting.delete(outgoing));
}

/** Waits for the responses to earlier requests; else the client would take the error for the first of them. */
async function answered(socket: Duplex): Promise<void> {
  const before = [...(unanswered.get(socket) ?? [])].filter(({ req }) => req.complete);
  await Promise.all(before.map((outgoing) => new Promise((done) => outgoing.once('close', done))));
}

/** Sends an error and closes the connection, even if the client keeps its side open. */
function refuse(socket: Duplex, status: ErrorStatus): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { headers, body } = errorResponse(status);
  const lines = [...headers, ['connection', 'close'], ['content-length', String(body.length)]].map((pair) =>
    pair.join(': '),
  );
  socket.end([`HTTP/1.1 ${status} ${MESSAGES[status]}`, ...lines, '', String(body)].join('\r\n'));
  setTimeout(() => socket.destroy(), 1000).unref();
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  current: () => Promise<Gateway>,
  onEvent: OnEvent,
): Promise<void> {
  const began = performance.now();
  remember(incoming.socket, outgoing);
  try {
    // Read the body first: if the parser rejects the rest of it, the client must not get two responses.
    const body = await bodyOf(incoming);
    const gateway = await current();
    const fault = faultOf(incoming, gateway.api);
    if (fault !== undefined || body === undefined) {
      const { status, reason } = fault ?? TOO_LARGE_BODY;
      send(outgoing, errorResponse(status, [['connection', 'close']]));
      onEvent({ kind: 'unread', status, reason });
      return;
    }
    const exchange = await answer(
      {
        method: incoming.method ?? '',
        target: incoming.url ?? '',
        rawHeaders: incoming.rawHeaders,
        body,
        sourceIp: incoming.socket.remoteAddress ?? '',
        httpVersion: incoming.httpVersion,
      },
      gateway,
    );
    send(outgoing, exchange.response);
    onEvent({ kind: 'api', api: gateway.api, exchange, milliseconds: performance.now() - began });
  } catch (error) {
    if (outgoing.headersSent || incoming.errored) outgoing.destroy();
    else send(outgoing, errorResponse(500));
    // A client that hangs up in the middle of its body is not a bug.
    if (!incoming.errored) onEvent({ kind: 'defect', error });
  }
}

interface Fault {
  readonly status: ErrorStatus;
  readonly reason: string;
}

const TOO_LARGE_BODY: Fault = { status: 413, reason: 'the body is larger than 10 MB' };

/**
 * Rejects what Node's parser accepts and a gateway must not: an HTTP version other than 1.0 and 1.1; no Host, two, or a
 * foreign one; a transfer coding other than chunked, or any in HTTP/1.0; and too large a head.
 * Source: RFC 9112, sections 2.3, 3.2 and 6.1
 */
function faultOf(incoming: IncomingMessage, api: HttpApi): Fault | undefined {
  const { httpVersion, headers, rawHeaders } = incoming;
  const encoding = headers['transfer-encoding']?.toLowerCase();
  if (!['1.0', '1.1'].includes(httpVersion)) return { status: 400, reason: `HTTP/${httpVersion} is not supported` };
  const hosts = headerValues(rawHeaders, 'host');
  if (hosts.length !== 1) return { status: 400, reason: `${hosts.length === 0 ? 'no' : 'more than one'} Host header` };
  if (encoding !== undefined && (encoding !== 'chunked' || httpVersion === '1.0')) {
    return { status: 400, reason: `the transfer coding ${encoding} in HTTP/${httpVersion}` };
  }
  const size = headSize(incoming);
  if (size > REQUEST_HEAD_BYTES) {
    return { status: 431, reason: `request line and headers are ${size} bytes, the limit is ${REQUEST_HEAD_BYTES}` };
  }
  return isOwnHost(hosts[0] ?? '', api)
    ? undefined
    : { status: 403, reason: `the Host ${hosts[0]} is neither this machine's nor the API's` };
}

/** AWS routes by the Host, and likely answers 403 if it belongs to no API. This also prevents DNS rebinding. */
function isOwnHost(value: string, { apiId, region, host }: HttpApi): boolean {
  const own = [...LOCAL_HOSTS, host, `${apiId}.execute-api.${region}.amazonaws.com`];
  return own.includes(value.toLowerCase().replace(/:\d+$/, ''));
}

function headSize({ method = '', url = '', rawHeaders }: IncomingMessage): number {
  const line = method.length + url.length + ' HTTP/1.1\r\n'.length + 1;
  return rawHeaders.reduce((size, part) => size + part.length + 2, line);
}

/** @returns undefined if the body is too large */
async function bodyOf(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
  if (length === undefined && encoding === undefined) return NO_BODY;
  if (Number(length ?? 0) > BODY_BYTES) return undefined;
  const body = await readBody(incoming, BODY_BYTES);
  return body.isWhole ? body.bytes : undefined;
}

function send(outgoing: ServerResponse, { status, headers, body }: GatewayResponse): void {
  const flat = headers.flat();
  if (status !== 204 && status !== 304) flat.push('content-length', String(Buffer.byteLength(body)));
  outgoing.writeHead(status, flat).end(body);
}
