import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterFile } from '../../../tests/support/cleanup.ts';

/**
 * Starts a proxy that replaces a line `127.0.0.1 <host>` in the hosts file and a server on port 443: it connects the host to
 * a port of this machine, and rejects every other host.
 * @returns its address
 */
export async function hostsEntry(host: string, port: number): Promise<string> {
  const proxy = createServer((_request, response) => response.writeHead(403).end());
  proxy.on('connect', (request, socket, head) => {
    socket.on('error', () => undefined);
    if (request.url !== `${host}:443`) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const server = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      server.write(head);
      server.pipe(socket).pipe(server);
    });
    server.on('error', () => socket.destroy());
    return undefined;
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  afterFile(() => proxy.close());
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
