import type { Server as HttpServer } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { UserError } from '../common/user-error.ts';

type Server = HttpServer | TlsServer;

/**
 * Binds a server to the loopback address.
 * @param flag the flag that chooses the port, for the message
 * @returns the port, which the system chose if 0 was asked for
 * @throws UserError when the port is taken or not allowed
 */
export function listen(server: Server, port: number, flag: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is in use' : error.code === 'EACCES' ? 'is not allowed' : undefined;
      reject(
        reason === undefined
          ? error
          : new UserError(`Port ${port} ${reason}; choose another with ${flag} (0 takes any free one).`),
      );
    });
    server.listen({ port, host: '127.0.0.1' }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Lets requests under way end, and closes each connection when it has nothing under way any more. */
export function close(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setInterval(() => server.closeIdleConnections(), 20);
    server.close(() => {
      clearInterval(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
