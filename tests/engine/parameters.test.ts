import { beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../program/contract/define-contract.ts';
import { CONTRACT, selectOwnStack, writeContract } from './support/contracts.ts';
import { Sandbox, UP } from './support/sandbox.ts';

const sandbox = new Sandbox();
const NAMING = 'program/aws/route-name.ts';
const naming = sandbox.project.read(NAMING);

/** Routes with a parameter of this name: to a handler, and to an HTTP endpoint. */
function useParameter(name: string): void {
  const routes: Contract['routes'] = {
    [`GET /orders/{${name}}`]: { handler: 'test', scopes: ['read:user'] },
    [`GET /orders/{${name}}/items/{rest+}`]: {
      forward: `https://orders.example.com/{${name}}/{rest}`,
      scopes: ['read:user'],
    },
  };
  writeContract(sandbox, { ...CONTRACT, routes: { ...CONTRACT.routes, ...routes } });
}

beforeAll(async () => {
  await selectOwnStack(sandbox);
  useParameter('id');
  // As in stacks from before the routes were named by their shape.
  sandbox.project.edit(NAMING, 'name: counted + suffix, aliases:', 'name: routeKey + suffix, aliases: true ? [] :');
  await sandbox.up();
});

describe('The name of a path parameter', () => {
  it('API Gateway rejects a renamed parameter where resources are named by their route keys', async () => {
    useParameter('orderId');
    const { code, text } = await sandbox.attempt(UP);
    expect(code).not.toBe(0);
    expect(text).toContain('has a conflicting variable on the same hierarchical level as');
    useParameter('id');
    await sandbox.up();
  });

  it('Naming resources by the shape of their routes changes nothing in a stack from before', async () => {
    sandbox.project.write(NAMING, naming);
    expect(await sandbox.changesBy(() => sandbox.up())).toEqual([]);
    await sandbox.upUnchanged();
  });

  it('A renamed parameter is an update in place', async () => {
    useParameter('orderId');
    expect((await sandbox.changesBy(() => sandbox.up())).toSorted()).toEqual([
      'updated Integration',
      'updated Route',
      'updated Route',
    ]);
    expect(sandbox.values('aws:apigatewayv2/route:Route', 'routeKey')).toEqual(
      expect.arrayContaining(['GET /orders/{orderId}', 'GET /orders/{orderId}/items/{rest+}']),
    );
    await sandbox.upUnchanged();
  });
});
