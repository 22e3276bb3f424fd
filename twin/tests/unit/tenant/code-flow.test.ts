import { decodeJwt } from 'jose';
import { beforeAll, expect, it } from 'vitest';
import { codeFlow, tokenRequest } from '../../../src/verify/login.ts';
import { signingTenant } from '../../support/local-tenant.ts';
import { API, flowOf, loginTenant } from '../../support/login-tenant.ts';

const START = Date.parse('2026-03-01T12:00:00Z');
let clock = START;
let tenant: Awaited<ReturnType<typeof signingTenant>>;
beforeAll(async () => {
  tenant = await signingTenant(loginTenant(), () => clock);
});

it.each(['spa', 'web', 'local', 'native'])(
  // docs/fidelity.md F123
  'The code flow gives the first-party client %s an access token and an ID token',
  async (client) => {
    const { status, body } = await codeFlow(flowOf(client, tenant.fetch, { extra: { nonce: 'n-1' } }));
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['access_token', 'id_token', 'scope', 'expires_in', 'token_type']);
    const access = decodeJwt(String(body['access_token']));
    expect(access).toMatchObject({ scope: 'openid read write', azp: client, aud: [API, expect.any(String)] });
    expect(access).not.toHaveProperty('gty');
    const id = decodeJwt(String(body['id_token']));
    expect(id).toMatchObject({ aud: client, nonce: 'n-1' });
    expect(id['sid']).toMatch(/^[\w-]{32}$/);
    expect(id).not.toHaveProperty('auth_time');
  },
);

// docs/fidelity.md F124
it('The code flow gives a refresh token for offline_access, which gives the next tokens', async () => {
  const flow = flowOf('spa', tenant.fetch, { scope: 'openid offline_access read' });
  const { body } = await codeFlow(flow);
  expect(Object.keys(body)).toEqual(['access_token', 'refresh_token', 'id_token', 'scope', 'expires_in', 'token_type']);
  const refreshed = await tokenRequest(flow, {
    grant_type: 'refresh_token',
    refresh_token: String(body['refresh_token']),
  });
  expect(refreshed.status).toBe(200);
  expect(decodeJwt(String(refreshed.body['access_token']))).toMatchObject({
    gty: 'refresh_token',
    scope: 'openid offline_access read',
  });
  expect(refreshed.body['refresh_token']).not.toBe(body['refresh_token']);
});

// docs/fidelity.md F125
it('A third party gets what the user has and its client grant allows, after consent, and no ID token', async () => {
  const { status, body } = await codeFlow(flowOf('partner', tenant.fetch));
  expect(status).toBe(200);
  expect(body).toMatchObject({ scope: 'read' });
  expect(body).not.toHaveProperty('id_token');
  clock = START;
});
