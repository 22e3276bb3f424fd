import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Server as SocketServer, Socket } from 'node:net';
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

/** The open connections of a server, by the port at their other end: with TLS a request has another socket object. */
const connectionsOf = new WeakMap<Server, Map<number | undefined, Connection>>();

/**
 * Binds a server to the loopback address.
 * @param flag the flag that chooses the port, for the message
 * @returns the port, which the system chose if 0 was asked for
 * @throws UserError when the port is taken or not allowed
 */
export function listen(server: Server, port: number, flag: string): Promise<number> {
  track(server);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is in use' : error.code === 'EACCES' ? 'is not allowed' : undefined;
      reject(
        reason === undefined
          ? error
          : new UserError(`Port ${port} ${reason}; choose another with ${flag} (0 takes any free one).`),
      );
    });
    server.listen({ port, host: '127.0.0.1', backlog: BACKLOG }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function track(server: Server): void {
  const connections = new Map<number | undefined, Connection>();
  connectionsOf.set(server, connections);
  // What both kinds of servers have in common.
  const plain: SocketServer = server;
  plain.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    connections.set(remotePort, { socket });
    socket.once('close', () => {
      if (connections.get(remotePort)?.socket === socket) connections.delete(remotePort);
    });
  });
  plain.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(socket.remotePort);
    if (connection !== undefined) connection.response = response;
  });
}

/**
 * Lets requests under way end, and closes each connection when it has nothing under way any more. Node alone would wait
 * for ever for a client that has connected and is silent, as browsers do in advance, or that stops in mid-request.
 */
export function close(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  const began = performance.now();
  const cut = (): void => {
    const patient = performance.now() - began < PATIENCE;
    connectionsOf.get(server)?.forEach(({ socket, response }) => {
      const underWay = response !== undefined && !response.writableFinished;
      // Then it is not the client that everybody waits for.
      const unanswered = underWay && response.req.complete && !response.writableEnded;
      if (!unanswered && !(underWay && patient)) socket.destroy();
    });
  };
  return new Promise((resolve) => {
    const timer = setInterval(cut, 20);
    server.close(() => {
      clearInterval(timer);
      resolve();
    });
  });
}
