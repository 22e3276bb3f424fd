import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { Server as SocketServer, type Socket } from 'node:net';
import { UserError } from '../common/user-error.ts';

type Server = HttpServer | TlsServer;

/** Connections that may wait to be accepted, so that a burst of clients is not refused. The system may allow fewer. */
const BACKLOG = 4096;

/** Milliseconds after `close` for a client to finish its request or to read its response. */
const PATIENCE = 2000;

interface Connection {
  readonly socket: Socket;
  response?: ServerResponse;
}

/** The open connections of each server by remote address: with TLS, a request has a different socket object. */
const connectionsOf = new WeakMap<Server, Map<string, Connection>>();

const secondSocketOf = new WeakMap<Server, SocketServer>();

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
  track(server);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const bound = await bind(server, port, '127.0.0.1');
      const second = secondSocket(server);
      await bind(second, bound, '::1').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EAFNOSUPPORT') throw error;
      });
      if (second.listening) secondSocketOf.set(server, second);
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

function track(server: Server): void {
  const connections = new Map<string, Connection>();
  connectionsOf.set(server, connections);
  const keyOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string => `${remoteAddress} ${remotePort}`;
  const plain: SocketServer = server;
  plain.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    connections.set(key, { socket });
    socket.once('close', () => {
      if (connections.get(key)?.socket === socket) connections.delete(key);
    });
  });
  plain.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(keyOf(socket));
    if (connection !== undefined) connection.response = response;
  });
}

/**
 * Closes a server, each connection after its current request. Node alone would wait forever for a silent client,
 * such as a browser that connected in advance.
 */
export async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const began = performance.now();
  const cut = (): void => {
    const patient = performance.now() - began < PATIENCE;
    connectionsOf.get(server)?.forEach(({ socket, response }) => {
      const underWay = response !== undefined && !response.writableFinished;
      // A complete request without a response waits for the server, not for the client.
      const unanswered = underWay && response.req.complete && !response.writableEnded;
      if (!unanswered && !(underWay && patient)) socket.destroy();
    });
  };
  const timer = setInterval(cut, 20);
  const closed = (each: SocketServer | undefined): Promise<void> =>
    new Promise((resolve) => (each === undefined ? resolve() : each.close(() => resolve())));
  await Promise.all([server, secondSocketOf.get(server)].map(closed));
  clearInterval(timer);
}
