import { beforeAll, describe, expect, it } from 'vitest';
import type { Contract } from '../../program/contract/define-contract.ts';
import { changeNames } from './standin/services.ts';
import { CONTRACT, selectOwnStack, setConfig, writeContract } from './support/contracts.ts';
import { leftovers } from './support/interruption.ts';
import { openMoments } from './support/open-routes.ts';
import { DESTROY, Sandbox, UP } from './support/sandbox.ts';

const sandbox = new Sandbox();
let routes: Contract['routes'] = {};

beforeAll(() => selectOwnStack(sandbox));

interface Row {
  readonly title: string;
  /** The contract's routes from now on. */
  readonly routes?: Contract['routes'];
  readonly config?: Readonly<Record<string, unknown>>;
  /** The last word of a type whose resource is to be replaced, as if it were broken. */
  readonly replace?: string;
  /** What must have been done to prove anything, as the type's last word and what happened to it. */
  readonly did: readonly string[];
}

const read = { handler: 'test', scopes: ['read:user'] } as const;
const both = { handler: 'test', scopes: ['read:user', 'write:user'] } as const;
const open = { handler: 'test', scopes: 'public' } as const;
const forward = 'https://orders.example.com/v1';

/** One after the other, each on what the one before it left. */
const UPDATES: readonly Row[] = [
  { title: 'creating everything', did: ['created Route', 'created Authorizer'] },
  {
    title: 'adding a scope to one route and removing one from another',
    routes: { 'GET /test': both, 'POST /test': read, 'GET /open': open },
    did: ['updated Route'],
  },
  {
    title: 'making a public route protected',
    routes: { 'GET /test': both, 'POST /test': read, 'GET /open': read },
    did: ['updated Route'],
  },
  {
    title: 'making a protected route public and adding a protected one',
    routes: { 'GET /test': open, 'POST /test': read, 'GET /open': read, 'PUT /test': both },
    did: ['updated Route', 'created Route'],
  },
  {
    title: 'adding a public forwarded route',
    routes: { 'GET /test': open, 'GET /open': read, 'POST /hook': { forward, scopes: 'public' } },
    did: ['created Route', 'deleted Route'],
  },
  {
    // With one integration for both it would say who calls while anybody still may, and who calls may write that himself.
    title: 'making a forwarded route protected, with another integration and one update of the route',
    routes: { 'GET /test': open, 'GET /open': read, 'POST /hook': { forward, scopes: ['write:user'] } },
    did: ['created Integration', 'updated Route', 'deleted Integration'],
  },
  {
    title: 'removing routes',
    routes: { 'GET /test': read, 'GET /open': read },
    did: ['updated Route', 'deleted Route'],
  },
  {
    title: 'changing where the authorizer reads the token',
    config: { 'api:identitySource': '$request.header.X-Token' },
    did: ['updated Authorizer'],
  },
  {
    title: 'replacing the authorizer',
    replace: 'Authorizer',
    did: ['created Authorizer', 'updated Route', 'deleted Authorizer'],
  },
  {
    title: 'changing the audience, which makes another API in Auth0',
    config: { 'api:audience': 'https://other.example.com' },
    did: ['updated Authorizer', 'deleted ResourceServer', 'created ResourceServer'],
  },
];

describe('Protected routes during an update', () => {
  it.each(UPDATES)(
    'No route is open at any moment of $title',
    async ({ routes: next = routes, config, replace, did }) => {
      const before = Object.keys(routes).length === 0 ? CONTRACT.routes : routes;
      const after = Object.keys(next).length === 0 ? CONTRACT.routes : next;
      writeContract(sandbox, { ...CONTRACT, routes: after });
      if (config) setConfig(sandbox, config);
      if (replace !== undefined) await taint(replace);
      await expectNoOpenRoute(UP, { before, after }, did);
      routes = after;
    },
  );

  it('No route is open at any moment of destroying everything', async () => {
    await expectNoOpenRoute(DESTROY, { before: routes, after: {} }, ['deleted Route', 'deleted Authorizer']);
    expect(leftovers(sandbox)).toEqual([]);
  });
});

async function taint(kind: string): Promise<void> {
  const { resources = [] } = await sandbox.state();
  const resource = resources.find(({ type }) => type.endsWith(`:${kind}`));
  await sandbox.pulumi(['state', 'taint', '--yes', resource?.urn ?? '']);
}

async function expectNoOpenRoute(
  command: readonly string[],
  change: { readonly before: Contract['routes']; readonly after: Contract['routes'] },
  did: readonly string[],
): Promise<void> {
  const earlier = [...sandbox.services.entries];
  await sandbox.pulumi(command);
  const update = sandbox.services.entries.slice(earlier.length);
  expect(changeNames(update)).toEqual(expect.arrayContaining([...did]));
  expect(openMoments(earlier, update, change)).toEqual([]);
}
