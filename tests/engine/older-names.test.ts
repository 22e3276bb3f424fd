import { beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../program/contract/define-contract.ts';
import { CONTRACT, HANDLER, selectOwnStack, writeContract } from './support/contracts.ts';
import { Sandbox, UP } from './support/sandbox.ts';

const sandbox = new Sandbox();
const NAMING = 'program/aws/route-name.ts';

/** Routes with a parameter of this name: to a handler, and to an HTTP endpoint. */
function useParameter(name: string, handlers: Contract['handlers'] = CONTRACT.handlers): void {
  const routes: Contract['routes'] = {
    [`GET /orders/{${name}}`]: { handler: 'test', scopes: ['read:user'] },
    [`GET /orders/{${name}}/items/{rest+}`]: {
      forward: `https://orders.example.com/{${name}}/{rest}`,
      scopes: ['read:user'],
    },
  };
  writeContract(sandbox, { ...CONTRACT, handlers, routes: { ...CONTRACT.routes, ...routes } });
}

/** The names in AWS of functions, roles, policies and authorizers, without their random ends. */
function names(): string[] {
  return [...sandbox.services.resources.values()]
    .filter(({ type }) => /^aws:.*:(Function|Role|RolePolicy|Authorizer)$/.test(type))
    .map(({ type, inputs }) => `${type.split(':').at(-1) ?? ''} ${String(inputs['name']).replace(/-[0-9a-f]{7}$/, '')}`)
    .toSorted();
}

const OLDER = ['Authorizer api', 'Function api-test', 'Role api-test', 'RolePolicy api-test'];

describe('A stack from before the names of routes and of AWS resources', () => {
  const shipped = ['Pulumi.yaml', NAMING] as const;
  let texts: readonly string[] = [];
  beforeAll(async () => {
    await selectOwnStack(sandbox);
    texts = shipped.map((file) => sandbox.project.read(file));
    useParameter('id');
    sandbox.project.write('Pulumi.yaml', (texts[0] ?? '').replace(/^config:[^]*$/m, ''));
    sandbox.project.edit(NAMING, 'name: counted + suffix, aliases:', 'name: routeKey + suffix, aliases: true ? [] :');
    await sandbox.up();
  });

  it('API Gateway rejects a renamed parameter where resources are named by their route keys', async () => {
    useParameter('orderId');
    const { code, text } = await sandbox.attempt(UP);
    expect(code).not.toBe(0);
    expect(text).toContain('has a conflicting variable on the same hierarchical level as');
    useParameter('id');
    await sandbox.up();
  });

  it('The names of today change nothing in a stack from before', async () => {
    expect(names()).toEqual(OLDER);
    for (const [index, file] of shipped.entries()) sandbox.project.write(file, texts[index] ?? '');
    expect(await sandbox.changesBy(() => sandbox.up())).toEqual([]);
    await sandbox.upUnchanged();
    expect(names()).toEqual(OLDER);
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

  it('New resources in AWS have names that begin with project and stack', async () => {
    useParameter('orderId', { test: HANDLER, other: HANDLER });
    await sandbox.up();
    const added = ['Function', 'Role', 'RolePolicy'].map((type) => `${type} auth0-http-api--dev--api-other`);
    expect(names()).toEqual([...OLDER, ...added].toSorted());
  });
});
