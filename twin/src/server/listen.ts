import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { Server as SocketServer, type Socket } from 'node:net';
import { UserError } from '../common/user-error.ts';

type Server = HttpServer | TlsServer;

/** Connections that may wait to be taken, where the system allows as many: a burst of clients is not to be refused. */
const BACKLOG = 4096;

/** Milliseconds that a client has, once the server closes, to send the rest of its request or to take its answer. */
const PATIENCE = 2000;

interface Connection {
  readonly socket: Socket;
  /** To the last request that came over it. */
  response?: ServerResponse;
}

/** The open connections of a server, by the other end: with TLS, a request has a socket object of its own. */
const connectionsOf = new WeakMap<Server, Map<string, Connection>>();

/** The socket on `::1` of a server, where the machine has that address. */
const secondSocketOf = new WeakMap<Server, SocketServer>();

/** Free ports to try when the system chooses: it looks at 127.0.0.1 alone. */
const ATTEMPTS = 20;

/**
 * Binds a server to 127.0.0.1 and, where the machine has it, to ::1. `localhost` means either, so a port of which
 * another process holds one of the two is in use: that process would receive a part of the clients, and their secrets.
 * @param flag the flag that chooses the port, for the message
 * @returns the port, which the system chose if 0 was asked for
 * @throws UserError when the port is taken or not allowed
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
      throw new UserError(`Port ${port} ${reason}; choose another with ${flag} (0 takes any free one).`);
    }
  }
}

/** Hands its connections to the server: Node's HTTP servers take a socket by this event, wherever it was accepted. */
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
  // What both kinds of servers have in common.
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
 * Closes a server: each connection once its request has ended. Node would wait for ever for a silent client, such as a
 * browser that has connected in advance, or one that stops in the middle of a request.
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
