import { createServer as createHttpServer, get, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { fromTenant } from '../../../src/server/issuer-documents.ts';
import { close, listen } from '../../../src/server/listen.ts';
import { plainModel } from '../../support/plain-model.ts';

const hasSecond = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');

const opened: Server[] = [];
afterEach(() => opened.splice(0).forEach((server) => server.close()));

function hold(host: string, port = 0): Promise<number> {
  const server = createServer((socket) => socket.end());
  opened.push(server);
  return new Promise((resolve) => {
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

const statusAt = (host: string, port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get({ host, port, agent: false }, ({ statusCode }: IncomingMessage) => resolve(statusCode)).on('error', reject);
  });

describe.runIf(hasSecond)('Ports of the twin', () => {
  it('A port of the twin is bound on 127.0.0.1 and ::1, and both are free after the server has closed', async () => {
    const server = createHttpServer((_, outgoing) => outgoing.writeHead(204).end());
    const port = await listen(server, 0, '--port');
    expect(await Promise.all([statusAt('127.0.0.1', port), statusAt('::1', port)])).toEqual([204, 204]);
    await close(server);
    expect(await Promise.all([hold('127.0.0.1', port), hold('::1', port)])).toEqual([port, port]);
  });

  it.each(['127.0.0.1', '::1'])(
    'A port of the twin is rejected if another process holds it on %s only',
    async (host) => {
      const port = await hold(host);
      const server = createHttpServer();
      await expect(listen(server, port, '--tenant-port')).rejects.toThrow(
        `Port ${port} is in use; choose another with --tenant-port`,
      );
      expect(server.listening).toBe(false);
    },
  );
});

// docs/fidelity.md F29
it('The gateway fetches the issuer’s keys from 127.0.0.1, although the tenant’s URL says localhost', async () => {
  const reached: (string | undefined)[] = [];
  const tenant = createHttpServer(({ headers, socket }, outgoing) => {
    reached.push(headers.host, socket.localAddress);
    outgoing.end('{}');
  });
  const port = await listen(tenant, 0, '--tenant-port');
  const model = plainModel();
  const fetchDocument = fromTenant(
    () => model,
    () => ({ url: `http://localhost:${port}`, ca: undefined }),
  );
  await fetchDocument(`https://${model.tenant.domain}/`, 'jwks', '');
  // An unset second domain is no domain.
  await expect(fetchDocument('https://undefined/', 'jwks', '')).rejects.toThrow("is not this stack's tenant");
  expect(reached).toEqual(['localhost', '127.0.0.1']);
  await close(tenant);
});
