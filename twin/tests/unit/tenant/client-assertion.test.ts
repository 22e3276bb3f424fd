import { createPrivateKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, SignJWT, type JWTHeaderParameters } from 'jose';
import { beforeAll, expect, it } from 'vitest';
import { newClientKey } from '../../../../tests/support/client-keys.ts';
import { ASSERTION_TYPE } from '../../../src/common/client-assertion.ts';
import type { Client } from '../../../src/model/tenant.ts';
import { newKeyPem } from '../../../src/tenant/signing-key.ts';
import { localTenant, type LocalTenant, type TokenAnswer } from '../../support/local-tenant.ts';
import { AUDIENCE, plainClient, plainTenant, serviceOf } from '../../support/plain-tenant.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const SECONDS = NOW / 1000;
const ISSUER = 'https://tenant.eu.auth0.com/';
const GOOD = { iss: 'client', sub: 'client', aud: ISSUER, iat: SECONDS, exp: SECONDS + 60 };

let tenant: LocalTenant;
let own: KeyObject;
let next: KeyObject;
let kid: string;
const foreign = createPrivateKey(newKeyPem());
let used = 0;

const PLAIN: Partial<Client> = { secret: '' };
beforeAll(async () => {
  const [first, second] = [newClientKey(), newClientKey()];
  own = first.privateKey;
  next = second.privateKey;
  kid = await calculateJwkThumbprint(await exportJWK(own));
  const keys: Client['keys'] = [
    { kid, pem: first.pem, algorithm: 'RS256' },
    { kid: 'of the second', pem: second.pem, algorithm: 'PS256' },
  ];
  const ended: Client['keys'] = [
    { kid: 'ended', pem: first.pem, algorithm: 'RS256', expiresAt: '2026-03-01T11:59:59Z' },
  ];
  const clients = [
    plainClient({ ...PLAIN, keys }),
    plainClient({ ...PLAIN, keys: ended, clientId: 'ended' }),
    plainClient({ clientId: 'other' }),
  ];
  const declared = plainTenant({ clients });
  tenant = localTenant(
    declared,
    serviceOf(declared, () => NOW),
  );
});

interface Signed {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Partial<JWTHeaderParameters>;
  readonly key?: KeyObject;
}

function signed({ claims = {}, header = {}, key = own }: Signed = {}): Promise<string> {
  return new SignJWT({ ...GOOD, jti: `id ${(used += 1)}`, ...claims })
    .setProtectedHeader({ alg: 'RS256', ...header })
    .sign(key);
}

const ask = (
  client_assertion: string | undefined,
  more: Readonly<Record<string, unknown>> = {},
): Promise<TokenAnswer> =>
  tenant.requestToken({
    grant_type: 'client_credentials',
    audience: AUDIENCE,
    client_id: 'client',
    client_secret: undefined,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion,
    ...more,
  });

const ACCEPTED: readonly (readonly [title: string, signed: () => Signed])[] = [
  ['the first of two keys', () => ({})],
  ['the second key, with its own algorithm', () => ({ key: next, header: { alg: 'PS256' } })],
  ['a key that it names by its thumbprint', () => ({ header: { kid } })],
  // docs/fidelity.md F106
  ['the token endpoint as its audience', () => ({ claims: { aud: `${ISSUER}oauth/token` } })],
  ['the address of the twin as its audience', () => ({ claims: { aud: ['http://localhost/'] } })],
  ['no iat', () => ({ claims: { iat: undefined } })],
  ['an nbf ten seconds in the future', () => ({ claims: { nbf: SECONDS + 10 } })],
  ['a lifetime of five minutes', () => ({ claims: { exp: SECONDS + 300 } })],
];

const REJECTED: readonly (readonly [title: string, signed: () => Signed, why: string])[] = [
  ['another key', () => ({ key: foreign }), 'none of the client'],
  ['a key that it does not name', () => ({ header: { kid: 'of the second' } }), 'none of the client'],
  ['another algorithm than its key has', () => ({ header: { alg: 'RS384' } }), 'none of the client'],
  ['another tenant as its audience', () => ({ claims: { aud: 'https://other.eu.auth0.com/' } }), "'aud' must be"],
  ['the API as its audience', () => ({ claims: { aud: AUDIENCE } }), "'aud' must be"],
  ['another issuer', () => ({ claims: { iss: 'other' } }), "'iss' and 'sub' must be"],
  ['another subject', () => ({ claims: { sub: 'other' } }), "'iss' and 'sub' must be"],
  ['an exp that is now', () => ({ claims: { exp: SECONDS } }), 'has expired'],
  ['no exp', () => ({ claims: { exp: undefined } }), "'exp' is missing"],
  // docs/fidelity.md F107
  ['a lifetime of 301 s', () => ({ claims: { exp: SECONDS + 301 } }), "'exp' claim must specify a time"],
  ['a lifetime of 301 s without iat', () => ({ claims: { iat: undefined, exp: SECONDS + 301 } }), "'exp' claim must"],
  ['an iat too far in the future', () => ({ claims: { iat: SECONDS + 11 } }), 'in the future'],
  ['an nbf too far in the future', () => ({ claims: { nbf: SECONDS + 11 } }), 'in the future'],
  ['no jti', () => ({ claims: { jti: undefined } }), "'jti' is missing"],
  ['a jti of 65 characters', () => ({ claims: { jti: 'x'.repeat(65) } }), "'jti' is missing, too long"],
  ['2049 bytes', () => ({ claims: { more: 'x'.repeat(2048) } }), 'longer than 2048 bytes'],
];

const refused = (why: string): object => ({
  status: 401,
  body: { error: 'invalid_client', error_description: expect.stringContaining(why) as unknown },
});

// docs/fidelity.md F105
it.each(ACCEPTED)('A client gets a token for an assertion with %s', async (_title, by) => {
  expect((await ask(await signed(by()))).status).toBe(200);
});

it('A client needs no client_id beside its assertion', async () => {
  expect((await ask(await signed(), { client_id: undefined })).status).toBe(200);
});

// docs/fidelity.md F103
it.each(REJECTED)('An assertion is rejected if it has %s', async (_title, by, why) => {
  expect(await ask(await signed(by()))).toMatchObject(refused(why));
});

// docs/fidelity.md F104
it('An assertion works once', async () => {
  const assertion = await signed();
  expect((await ask(assertion)).status).toBe(200);
  expect(await ask(assertion)).toMatchObject(refused('used before'));
});

it('Of two requests at the same time with one assertion, one is rejected', async () => {
  const assertion = await signed();
  const answers = await Promise.all([ask(assertion), ask(assertion)]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
});

it('A rejected assertion is not used up', async () => {
  const assertion = await signed();
  await ask(assertion, { client_id: 'other' });
  expect((await ask(assertion)).status).toBe(200);
});

it.each([
  ['a client with a secret', { iss: 'other', sub: 'other' }, 'other', 'does not use private_key_jwt'],
  ['a client whose key has expired', { iss: 'ended', sub: 'ended' }, 'ended', 'none of the client'],
  ['an unknown client', { iss: 'unknown', sub: 'unknown' }, 'unknown', 'the client is unknown'],
])('An assertion of %s is rejected', async (_who, claims, client_id, why) => {
  expect(await ask(await signed({ claims }), { client_id })).toMatchObject(refused(why));
});

it.each([
  ['a text that is not a JWT', 'x', {}, 401, 'invalid_client'],
  ['no assertion', undefined, {}, 400, 'invalid_request'],
  ['another type', 'x', { client_assertion_type: 'saml' }, 400, 'invalid_request'],
  ['a secret as well', 'x', { client_secret: 'x' }, 400, 'invalid_request'],
])('A request with %s as its assertion is rejected', async (_what, assertion, more, status, error) => {
  expect(await ask(assertion, more)).toMatchObject({ status, body: { error } });
});

it('A client with keys gets no token with a secret, not even an empty one', async () => {
  for (const client_secret of ['the secret of the client', '']) {
    const answer = await ask(undefined, { client_assertion_type: undefined, client_secret });
    expect(answer).toMatchObject({ status: 401, body: { error: 'access_denied' } });
  }
});
