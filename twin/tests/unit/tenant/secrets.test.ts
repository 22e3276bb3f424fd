import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { sameText } from '../../../src/tenant/same-text.ts';
import { TokenError } from '../../../src/tenant/errors.ts';
import { issueToken } from '../../../src/tenant/token.ts';
import { plainClient, plainTenant, plainUser, serviceOf } from '../../support/plain-tenant.ts';

const compared = vi.spyOn(crypto, 'timingSafeEqual');
syncBuiltinESMExports();
beforeEach(() => void compared.mockClear());
// The other files of this worker share the module.
afterAll(() => {
  compared.mockRestore();
  syncBuiltinESMExports();
});

/** What was compared with what, in hexadecimal digits. */
const comparisons = (): string[][] => compared.mock.calls.map((pair) => pair.map(hex));
const hex = (bytes: NodeJS.ArrayBufferView): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
const sha256 = (text: string): string => crypto.createHash('sha256').update(text).digest('hex');
const pair = (sent: string, known: string): string[] => [sha256(sent), sha256(known)];

async function outcome(parameters: Readonly<Record<string, string>>, tenant = plainTenant()): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'password', ...parameters }).toString();
  const request = {
    contentType: 'application/x-www-form-urlencoded',
    authorization: undefined,
    base: 'http://localhost/',
    body,
  };
  try {
    await issueToken(request, serviceOf(tenant));
    return 'granted';
  } catch (error) {
    if (error instanceof TokenError) return error.message;
    throw error;
  }
}

const { clientId: id, secret } = plainClient();
const { email, password } = plainUser();

it.each([
  ['equal', 'a', 'a', true],
  ['different', 'a', 'b', false],
  ['of different lengths', 'a', 'a'.repeat(1000), false],
  ['empty', '', '', true],
  ['different only in how an accent is encoded', '\u00e9', 'e\u0301', false],
])('Secrets that are %s are compared as digests of one length, in constant time', (_name, a, b, equal) => {
  expect(sameText(a, b)).toBe(equal);
  expect(comparisons()).toEqual([pair(a, b)]);
});

it.each([
  ['the right secret', id, secret],
  ['a wrong secret', id, 'x'],
  ['the secret of an unknown client', 'unknown', 'x'],
])('The secret of a client is compared as a digest: %s', async (_name, client, sent) => {
  await outcome({ client_id: client, client_secret: sent });
  expect(comparisons()).toEqual([pair(sent, client === id ? secret : '')]);
});

it.each([
  ['the right password', email, password, 'granted'],
  ['a wrong password', email, 'x', 'Wrong email or password.'],
  ['the password of an unknown user', 'unknown', 'x', 'Wrong email or password.'],
])('The password of a user is compared as a digest: %s', async (_name, username, sent, expected) => {
  expect(await outcome({ client_id: id, client_secret: secret, username, password: sent })).toBe(expected);
  expect(comparisons()).toEqual([pair(secret, secret), pair(sent, username === email ? password : '')]);
});

it('An empty secret gets no token, not even from a client with an empty secret', async () => {
  expect(await outcome({ client_id: 'unknown', client_secret: '' })).toBe('Unauthorized');
  const secretless = plainTenant({ clients: [plainClient({ secret: '' })] });
  for (const sent of [{}, { client_secret: '' }]) {
    expect(await outcome({ client_id: id, ...sent }, secretless)).toBe('Unauthorized');
  }
  expect(await outcome({ client_id: id, client_secret: secret, username: 'unknown', password: '' })).toBe(
    'Missing required parameter: password',
  );
});
