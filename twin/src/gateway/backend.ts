import { request as send, type ClientRequest, type IncomingMessage } from 'node:http';
import { BODY_BYTES } from '../../../limits/http-api.ts';
import { readBody } from '../common/read-body.ts';

/** A request as it is sent. */
export interface BackendRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** Name and value in turn. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export type BackendAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Name and value in turn, as sent. */
      readonly rawHeaders: readonly string[];
      readonly body: Buffer;
    }
  | Failed;

interface Failed {
  readonly kind: 'failed';
  readonly reason: string;
}

/**
 * Sends a request to a local backend over its own connection. Never rejects; resolves by the deadline.
 * @param milliseconds until the last byte of the response
 */
export function callBackend(backend: URL, request: BackendRequest, milliseconds: number): Promise<BackendAnswer> {
  return new Promise((settle) => {
    let answering = false;
    const outgoing = begin(backend, request);
    if ('reason' in outgoing) {
      settle(outgoing);
      return;
    }
    const timer = setTimeout(() => {
      fail(`did not respond within ${milliseconds} ms`);
    }, milliseconds);
    const end = (answer: BackendAnswer): void => {
      clearTimeout(timer);
      settle(answer);
      outgoing.destroy();
    };
    const fail = (reason: string): void => end({ kind: 'failed', reason: `${backend.origin} ${reason}` });
    outgoing.on('response', (incoming) => {
      answering = true;
      readResponse(incoming).then(
        (answer) => (answer.kind === 'answered' ? end(answer) : fail(answer.reason)),
        (error: unknown) => fail(`ended its response too early: ${messageOf(error)}`),
      );
    });
    outgoing.on('upgrade', (_incoming, socket) => {
      socket.destroy();
      fail('switched to another protocol');
    });
    outgoing.on('error', (error) => {
      // readResponse reports a response that breaks off.
      if (!answering) fail(`cannot be reached: ${messageOf(error)}`);
    });
    outgoing.end(request.body);
  });
}

/** Opens the request. Node throws for one that cannot be sent. */
function begin(backend: URL, { method, target, rawHeaders }: BackendRequest): ClientRequest | Failed {
  try {
    return send({
      // A URL writes an IPv6 address in brackets; a socket address has none.
      host: backend.hostname.replace(/^\[|\]$/g, ''),
      port: backend.port === '' ? 80 : Number(backend.port),
      method,
      path: target,
      headers: [...rawHeaders, 'host', backend.host, 'connection', 'close'],
      agent: false,
    });
  } catch (error) {
    return { kind: 'failed', reason: `the request cannot be sent: ${messageOf(error)}` };
  }
}

async function readResponse(incoming: IncomingMessage): Promise<BackendAnswer> {
  const body = await readBody(incoming, BODY_BYTES);
  if (!body.isWhole) return { kind: 'failed', reason: "sent more than the gateway's limit (10 MB)" };
  const { statusCode: status = 0, rawHeaders } = incoming;
  return status < 200 || status > 599
    ? { kind: 'failed', reason: `answered with the status ${status}` }
    : { kind: 'answered', status, rawHeaders, body: body.bytes };
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A host with two addresses fails with an AggregateError, whose message is empty.
  return 'code' in error && error.message === '' ? String(error.code) : error.message;
}
