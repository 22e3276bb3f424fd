import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answer, type Exchange, type Gateway } from './pipeline.ts';
import { headerValues } from './request.ts';
import { FUNCTION_FAILED, messageResponse, PAYLOAD_TOO_LARGE, type GatewayResponse } from './response.ts';

/** Bytes of request line and headers together, and of the body. Source: http-api-quotas. */
const HEAD_LIMIT = 10_240;
const BODY_LIMIT = 10 * 1024 * 1024;

const NO_BODY = Buffer.alloc(0);

/** Told of what happened, after the response has been handed to the socket. */
export interface Observer {
  readonly exchanged: (exchange: Exchange, milliseconds: number) => void;
  /** A defect of ours: the request got no answer, and the twin goes on. */
  readonly failed: (error: unknown) => void;
}

/**
 * The socket side of the gateway: reads requests as they are and writes what the pipeline answers.
 * @param current the gateway at work now; a reload puts another in its place, between two requests
 */
export function gatewayServer(current: () => Gateway, observe: Observer): Server {
  // Node looks at its time limits every 30 s unless it is told to look more often.
  const options = { maxHeaderSize: 4 * HEAD_LIMIT, requireHostHeader: true, connectionsCheckingInterval: 1000 };
  const server = createServer(options, (incoming, outgoing) => {
    void serve(incoming, outgoing, current(), observe);
  });
  // A client that never ends its headers or its body must not hold a socket for ever.
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;
  server.on('clientError', ({ code }: NodeJS.ErrnoException, socket) => refuse(socket, UNREADABLE[code ?? '']));
  // Nobody listening, Node would close the connection without a word.
  server.on('connect', (_incoming, socket) => refuse(socket));
  return server;
}

/** Answers what never became a request, and closes the connection: a client that leaves its side open holds no socket. */
function refuse(socket: Duplex, status = '400 Bad Request'): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  setTimeout(() => socket.destroy(), 1000).unref();
}

/** The status of what never became a request, by Node's code for it; anything else is a 400. */
const UNREADABLE: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  gateway: Gateway,
  observe: Observer,
): Promise<void> {
  const began = performance.now();
  try {
    // First the body: an answer before its end would get a second one behind it, should the parser refuse the rest.
    const body = await readBody(incoming);
    if (isFaulty(incoming)) return send(outgoing, messageResponse(400, 'Bad Request', [['connection', 'close']]));
    if (headSize(incoming) > HEAD_LIMIT) {
      return send(outgoing, messageResponse(431, 'Request Header Fields Too Large', [['connection', 'close']]));
    }
    if (body === undefined)
      return send(outgoing, {
        ...PAYLOAD_TOO_LARGE,
        headers: [...PAYLOAD_TOO_LARGE.headers, ['connection', 'close']],
      });
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
    observe.exchanged(exchange, performance.now() - began);
  } catch (error) {
    if (outgoing.headersSent || incoming.errored) outgoing.destroy();
    else send(outgoing, FUNCTION_FAILED);
    // A client that went away in the middle of its body is no defect.
    if (!incoming.errored) observe.failed(error);
  }
}

/**
 * What Node's parser takes and no gateway should: another version than 1.0 and 1.1, two hosts, a transfer coding besides
 * chunked, or any in HTTP/1.0. Source: RFC 9112, sections 2.3, 3.2 and 6.1
 */
function isFaulty({ httpVersion, headers, rawHeaders }: IncomingMessage): boolean {
  const encoding = headers['transfer-encoding']?.toLowerCase();
  return (
    !['1.0', '1.1'].includes(httpVersion) ||
    headerValues(rawHeaders, 'host').length > 1 ||
    (encoding !== undefined && (encoding !== 'chunked' || httpVersion === '1.0'))
  );
}

function headSize({ method = '', url = '', rawHeaders }: IncomingMessage): number {
  const line = method.length + url.length + ' HTTP/1.1\r\n'.length + 1;
  return rawHeaders.reduce((size, part) => size + part.length + 2, line);
}

/** @returns undefined when it is more than the gateway takes */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
  if (length === undefined && encoding === undefined) return NO_BODY;
  if (Number(length ?? 0) > BODY_LIMIT) return undefined;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_LIMIT) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(outgoing: ServerResponse, { status, headers, body }: GatewayResponse): void {
  const flat = headers.flat();
  if (status !== 204 && status !== 304) flat.push('content-length', String(Buffer.byteLength(body)));
  outgoing.writeHead(status, flat).end(body);
}
