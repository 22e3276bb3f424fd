import { createServer, type AddressInfo } from 'node:net';

/** A port that is free now, for a callback that must be declared before it is served. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
