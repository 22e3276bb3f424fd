import { expect, it } from 'vitest';
import type { Contract } from '../../../program/contract/define-contract.ts';
import { useRoutes } from '../../../tests/support/routes.ts';
import { evaluateHere } from '../../../tests/support/evaluate.ts';
import { refusal } from '../../../tests/support/program.ts';
import { call, serviceToken, startTestTwin } from '../support/twin.ts';

const ROUTE = { handler: 'test', scopes: ['read:user'] } as const;
const HANDLER =
  'export const handler = async (event: any) => ({ statusCode: 200, body: JSON.stringify(event.pathParameters) });\n';
const routes = (...keys: readonly string[]): Contract['routes'] => Object.fromEntries(keys.map((key) => [key, ROUTE]));

it('A renamed path parameter is served under its new name, and a second name at its place is an error', async () => {
  const twin = await startTestTwin({
    change: (project) => useRoutes(project, routes('GET /orders/{orderId}', 'GET /orders/{orderId}/items'), HANDLER),
  });
  const { status, text } = await call(twin, await serviceToken(twin), '/orders/17');
  expect([status, JSON.parse(text)]).toEqual([200, { orderId: '17' }]);

  useRoutes(twin.project, routes('GET /orders/{orderId}', 'GET /orders/{id}/items'), HANDLER);
  const error = await refusal(() =>
    evaluateHere({ root: twin.project.root.href, stack: 'dev', config: {}, seed: 'a seed for tests' }),
  );
  expect(error.message).toContain(
    'contract.ts:22, routes, "GET /orders/{id}/items": API Gateway rejects {id} where "GET /orders/{orderId}" has {orderId}; give both the same name',
  );
});
