import { beforeAll, describe, expect, it } from 'vitest';
import { modelOf, type Recorded } from '@auth0-http-api/twin';
import type { Contract } from '../program/contract/define-contract.ts';
import { HANDLER } from './support/handlers.ts';
import { clientsOfSize, contractOfSize, LARGE } from './support/large.ts';
import { recordWith, resourcesOf, type Changes } from './support/program.ts';

/** The thirty functions have the fixture's one handler. */
const contractOf = (size: typeof LARGE): Contract => contractOfSize(size, () => HANDLER.file);
const valuesOf = (size: typeof LARGE): Changes => ({
  'api:clients': clientsOfSize(size),
  'api:testUser': undefined,
  'api:defaultDirectory': false,
});
const record = (size: typeof LARGE): Promise<Recorded> =>
  recordWith({ contract: contractOf(size), values: valuesOf(size) });

/** How many resources of Auth0's there are: each is a fixed number of calls of the Management API. */
const ofAuth0 = ({ resources }: Recorded): number => resources.filter(({ type }) => type.startsWith('auth0:')).length;

describe('A contract of 300 routes, 30 handlers, 50 permissions and 40 clients', () => {
  let large: Recorded;
  beforeAll(async () => (large = await record(LARGE)));

  it('The program accepts a contract of 300 routes, and the twin serves it', () => {
    const { api } = modelOf(large);
    expect(api.routes).toHaveLength(300);
    expect(resourcesOf(large, 'Client')).toHaveLength(40);
  });

  it('A contract of 300 routes is within the quotas of an API and of a function’s policy', () => {
    const amounts = Object.fromEntries(
      ['Route', 'Integration', 'Authorizer', 'Function', 'Permission'].map((kind) => [
        kind,
        resourcesOf(large, kind).length,
      ]),
    );
    // 300 routes, 300 integrations, 10 authorizers: http-api-quotas. A permission for each route would burst a policy.
    expect(amounts).toEqual({ Route: 300, Integration: 30, Authorizer: 1, Function: 30, Permission: 30 });
    const functions = resourcesOf(large, 'Permission').map(({ inputs }) => inputs['function']);
    expect(new Set(functions).size).toBe(30);
    for (const { inputs } of resourcesOf(large, 'Route')) expect(inputs['authorizationScopes']).toHaveLength(1);
  });

  it('A contract of 500 permissions makes as many calls to Auth0 as one of 50', async () => {
    const few = { ...LARGE, routes: 10, handlers: 1, clients: 2 };
    // One after the other: an evaluation has the SDK's state to itself.
    const fifty = ofAuth0(await record({ ...few, permissions: 50 }));
    expect(ofAuth0(await record({ ...few, permissions: 500 }))).toBe(fifty);
    // A client is three: itself, its secret and its grant.
    expect(ofAuth0(large) - fifty).toBe(3 * (40 - 2));
  });
});
