import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { NO_LOGIN, type Tenant } from '../../../src/model/tenant.ts';
import { codeFlow, LoginFailed, tokenRequest } from '../../../src/verify/login.ts';
import { localTenant } from '../../support/local-tenant.ts';
import { obtainableScopes, OIDC, randomCase, wordsOf, type Case } from '../../support/random-tenant.ts';

const CALLBACK = 'https://app.example.com/callback';
const REFRESH = { rotates: true, leeway: 0, lifetime: undefined, idleLifetime: undefined };

/** The same tenant with clients that log users in, each a first or a third party. */
function withLogins({ clients, resourceServers, ...rest }: Tenant, firstParty: boolean): Tenant {
  return {
    ...rest,
    resourceServers: resourceServers.map((api) => ({ ...api, allowOfflineAccess: true })),
    clients: clients.map((client) => ({
      ...client,
      firstParty,
      grantTypes: ['authorization_code', 'refresh_token'],
      login: { ...NO_LOGIN, callbacks: [CALLBACK], refresh: REFRESH },
    })),
  };
}

/** The scopes that no token of the case may exceed. */
function most(random: Case, firstParty: boolean): Set<string> {
  const { api, requested } = random;
  const effective = requested.length === 0 && !api.enforcePolicies ? api.scopes : [...requested, 'offline_access'];
  const all = [...obtainableScopes(random, firstParty), ...(firstParty ? OIDC : []), 'offline_access'];
  return new Set(all.filter((scope) => effective.includes(scope)));
}

it('In any tenant, the scope of a login and of each refresh is within requested ∩ permitted (∩ client grant)', async () => {
  const seen = new Set<string>();
  const narrower = fc.array(fc.constantFrom('read', 'write', 'admin', 'openid', 'x'), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(randomCase, fc.boolean(), narrower, async (one, firstParty, narrow) => {
      const { api, client, user, requested } = one;
      const { fetch } = localTenant(withLogins(one.tenant, firstParty));
      const flow = {
        tenantUrl: 'http://localhost',
        client: { clientId: client.clientId, secret: client.secret, redirectUri: CALLBACK },
        user,
        audience: api.identifier,
        scope: [...requested, ...(requested.length > 0 ? ['offline_access'] : [])].join(' '),
        fetch,
      };
      const limit = most(one, firstParty);
      try {
        const { status, body } = await codeFlow(flow);
        expect(status).toBe(200);
        expect(wordsOf(body['scope']).filter((scope) => !limit.has(scope))).toEqual([]);
        seen.add('tokens');
        if (typeof body['refresh_token'] !== 'string') return;
        const grant = { grant_type: 'refresh_token', refresh_token: body['refresh_token'] };
        const refreshed = await tokenRequest(flow, { ...grant, scope: narrow.join(' ') });
        const within = wordsOf(refreshed.body['scope']);
        expect(refreshed.status).toBe(200);
        expect(within.filter((scope) => !limit.has(scope) || !narrow.some((one) => one === scope))).toEqual([]);
        expect((await tokenRequest(flow, grant)).status).toBe(403);
        seen.add('refreshed');
      } catch (error) {
        if (!(error instanceof LoginFailed)) throw error;
        expect(error.error).toBe('access_denied');
        seen.add('refused');
      }
    }),
    // One seed: that every outcome was among them is part of the claim.
    { numRuns: 60, seed: 2026 },
  );
  expect([...seen].toSorted()).toEqual(['refreshed', 'refused', 'tokens']);
});
