import type { Server as HttpServer, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { Server as SocketServer, type Socket } from 'node:net';
import { UserError } from '../common/user-error.ts';

type Server = HttpServer | TlsServer;

/** Connections that may wait to be accepted, so that a burst of clients is not refused. The system may allow fewer. */
const BACKLOG = 4096;

/** Milliseconds after `close` for a client to finish its request or to read its response. */
const PATIENCE = 2000;

interface Tracked {
  /** With TLS, also those without a handshake, which Node's `closeAllConnections` leaves open. */
  readonly sockets: Set<Socket>;
  readonly responses: Set<ServerResponse>;
  /** The socket on ::1. */
  second?: SocketServer;
}

const trackedOf = new WeakMap<Server, Tracked>();

/** Free ports to try: the system finds a port that is free on 127.0.0.1, but perhaps not on ::1. */
const ATTEMPTS = 20;

/**
 * Binds a server to 127.0.0.1 and, where available, to ::1. `localhost` means either, so the port must be free on both:
 * a process on the other address would receive some of the clients and their secrets.
 * @param flag the command's flag for this port, for the error
 * @returns the port; for 0, the port that the system chose
 * @throws UserError when the port is in use or not permitted
 */
export async function listen(server: Server, port: number, flag: string): Promise<number> {
  const tracked = track(server);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const bound = await bind(server, port, '127.0.0.1');
      const second = secondSocket(server);
      await bind(second, bound, '::1').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EAFNOSUPPORT') throw error;
      });
      if (second.listening) tracked.second = second;
      return bound;
    } catch (error) {
      if (server.listening) await new Promise((resolve) => server.close(resolve));
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (port === 0 && code === 'EADDRINUSE' && attempt < ATTEMPTS) continue;
      const reason = code === 'EADDRINUSE' ? 'is in use' : code === 'EACCES' ? 'is not allowed' : undefined;
      if (reason === undefined) throw error;
      throw new UserError(`Port ${port} ${reason}; choose another with ${flag} (0 chooses a free one).`);
    }
  }
}

/** Creates a socket that passes its connections to an HTTP server, through the server's `connection` event. */
function secondSocket(server: Server): SocketServer {
  const { allowHalfOpen } = server as { readonly allowHalfOpen?: boolean };
  const second = new SocketServer({ allowHalfOpen: allowHalfOpen === true, noDelay: true });
  return second.on('connection', (socket) => server.emit('connection', socket));
}

function bind(server: SocketServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG, ipv6Only: true }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function track(server: Server): Tracked {
  const tracked: Tracked = { sockets: new Set(), responses: new Set() };
  trackedOf.set(server, tracked);
  const remember = <One extends Socket | ServerResponse>(all: Set<One>, one: One): void => {
    all.add(one);
    one.once('close', () => all.delete(one));
  };
  const plain: SocketServer = server;
  plain.on('connection', (socket: Socket) => remember(tracked.sockets, socket));
  plain.on('request', (_request, response: ServerResponse) => remember(tracked.responses, response));
  return tracked;
}

/**
 * Closes a server after its current requests. Node alone would wait forever for a silent client, such as a browser that
 * connected in advance.
 */
export async function close(server: Server): Promise<void> {
  const tracked = trackedOf.get(server);
  if (!server.listening || tracked === undefined) return;
  const { sockets, responses, second } = tracked;
  const began = performance.now();
  const current = [...responses];
  const isAwaited = (response: ServerResponse): boolean =>
    responses.has(response) &&
    // A complete request without a response waits for the server, not for the client.
    ((response.req.complete && !response.writableEnded) || performance.now() - began < PATIENCE);
  const timer = setInterval(() => {
    if (!current.some(isAwaited)) sockets.forEach((socket) => socket.destroy());
  }, 20);
  const closed = (each: SocketServer | undefined): Promise<void> =>
    new Promise((resolve) => (each === undefined ? resolve() : each.close(() => resolve())));
  await Promise.all([server, second].map(closed));
  clearInterval(timer);
}
