import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import type { Contract } from '../../../program/contract/define-contract.ts';
import { useRoutes } from '../../../tests/support/routes.ts';
import { welcome } from '../../src/cli/screen.ts';
import { reportOf } from '../../src/report/report.ts';
import { call, serviceToken, startTestTwin } from '../support/twin.ts';

const LISTENER =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/orders/50dc6c495c0c9188/f2f7dc8efc522ab2';
const ROUTES: Contract['routes'] = {
  'GET /orders/{id}': { forward: 'vpc://orders/v1/{id}', scopes: ['read:user'] },
  'ANY /files/{path+}': { forward: 'vpc://orders/files/{path}', scopes: ['read:user'] },
  'GET /test': { handler: 'test', scopes: ['read:user'] },
  'GET /unnamed': { forward: 'vpc://plain', scopes: ['read:user'] },
};

const requests: string[] = [];
const backend = createServer(({ url, headers }, response) => {
  requests.push(`${url} ${String(headers['x-caller-azp'])}`);
  response.end('from the VPC');
});
await new Promise<void>((done) => backend.listen(0, '127.0.0.1', done));
const url = new URL(`http://127.0.0.1:${(backend.address() as AddressInfo).port}`);
const orders = { vpcLink: 'abc123', listener: LISTENER, serverName: 'orders.example.com' };
const plain = { vpcLink: 'abc123', listener: LISTENER.replace('/orders/', '/plain/'), reason: 'A test network' };
const twin = await startTestTwin({
  change: (project) => {
    useRoutes(project, ROUTES, "export const handler = async () => 'own';\n");
    project.edit('Pulumi.dev.yaml', 'config:', `config:\n  api:privateBackends: ${JSON.stringify({ orders, plain })}`);
  },
  forwards: new Map([
    ['GET /orders/{id}', url],
    ['ANY /files/{path+}', url],
  ]),
});
const token = await serviceToken(twin);
afterAll(() => backend.close());

it('With --forward, a local backend gets the path that the contract declares, and who calls', async () => {
  expect((await call(twin, token, '/orders/a%20b')).text).toBe('from the VPC');
  await call(twin, token, '/files/x/y?z=1');
  const client = twin.outputs.clientIds['test-app'];
  expect(requests).toEqual([`/v1/a%20b ${client}`, `/files/x/y?z=1 ${client}`]);
});

it('The local backend gets no request without a token', async () => {
  const before = requests.length;
  expect((await call(twin, undefined, '/orders/1')).status).toBe(401);
  expect(requests).toHaveLength(before);
});

it('The gateway answers 503 without --forward, and the log says what to write', async () => {
  expect((await call(twin, token, '/unnamed')).status).toBe(503);
  expect(twin.log.at(-1)).toContain('--forward "GET /unnamed=http://127.0.0.1:4000"');
  expect(twin.log.at(-1)).toContain('(VPC link abc123, without TLS) /');
});

it('The report shows listener, VPC link and path, and the reason of a listener without TLS', () => {
  const { routes, facts, violations } = reportOf(twin.model());
  expect(routes.map(({ backend: { name } }) => name.replace(/^arn:.*\/app/, ''))).toEqual(
    expect.arrayContaining([
      '/orders/50dc6c495c0c9188/f2f7dc8efc522ab2 (VPC link abc123, as orders.example.com) /v1/{id}',
      '/plain/50dc6c495c0c9188/f2f7dc8efc522ab2 (VPC link abc123, without TLS) /',
    ]),
  );
  expect(facts.accepted.map(({ is }) => is)).toContain('A test network');
  expect(violations).toEqual([]);
});

it('The start screen names the load balancer in place of its ARN', () => {
  const screen = welcome(twin.model(), twin);
  expect(screen).toContain('; goes to load balancer orders (VPC link abc123, as orders.example.com) /v1/{id} (http:');
  expect(screen).not.toContain('arn:');
});
