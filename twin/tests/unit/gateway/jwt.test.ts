import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { failedCheck } from '../../../src/gateway/decision.ts';
import { isSignedBy, parseJwt } from '../../../src/gateway/jwt.ts';
import { compact, rsa } from '../../support/forge.ts';
import { decisionOn, routeOf } from '../../support/local-api.ts';
import { plainAuthorizer } from '../../support/plain-model.ts';

const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const first = keyPair();
const second = keyPair();
const header = { alg: 'RS256', kid: 'key' };

function accepted(token: string, { publicKey } = first): boolean {
  const parsed = parseJwt(token);
  return parsed.kind === 'jwt' && isSignedBy(publicKey, 'RS256', parsed.jwt);
}

it('A token that was accepted once is rejected with another key, and with a changed claim or signature', () => {
  const token = compact(header, { sub: 'a' }, rsa(first.privateKey));
  expect([accepted(token), accepted(token)]).toEqual([true, true]);
  expect(accepted(token, second)).toBe(false);
  expect(accepted(token)).toBe(true);
  const [head, , signature] = token.split('.');
  const [, claims] = compact(header, { sub: 'b' }, rsa(second.privateKey)).split('.');
  expect(accepted(`${head}.${claims}.${signature}`)).toBe(false);
  expect(accepted(compact(header, { sub: 'a' }, rsa(second.privateKey)))).toBe(false);
});

it('A token stays what it is when more tokens are accepted than are remembered', () => {
  const tokenOf = (sub: number): string => compact(header, { sub }, rsa(first.privateKey));
  const token = tokenOf(-1);
  expect(accepted(token)).toBe(true);
  for (let sub = 0; sub < 150; sub += 1) expect(accepted(tokenOf(sub))).toBe(true);
  const parsed = parseJwt(token);
  expect(parsed.kind === 'jwt' && parsed.jwt.claims).toEqual({ sub: -1 });
  expect(accepted(token)).toBe(true);
});

it('A token that was accepted once is rejected if its key is replaced or removed, it expires, or a character differs', () => {
  const now = 1_800_000_000;
  const authorizer = plainAuthorizer();
  const token = compact(
    header,
    { iss: authorizer.issuer, aud: authorizer.audiences, exp: now + 60, scope: 'read' },
    rsa(first.privateKey),
  );
  const failure = (sent = token, key = [first], scope = 'read', time = now): string | undefined => {
    const request = { method: 'GET', target: '/test', rawHeaders: ['authorization', `Bearer ${sent}`] };
    const routes = [routeOf('GET /test', authorizer, [scope])];
    const keys = new Map(key.map(({ publicKey }) => ['key', publicKey]));
    return failedCheck(decisionOn(request, { routes, keys, now: time }))?.name;
  };
  expect([failure(), failure()]).toEqual([undefined, undefined]);
  expect(failure(token, [second])).toBe('signature');
  expect(failure(token, [])).toBe('key');
  expect(failure(token, [first], 'write')).toBe('scope');
  expect(failure(token, [first], 'read', now + 60)).toBe('expiry');
  const [last = ''] = token.slice(-1);
  const changed = Array.from('AQgwBRhx')
    .filter((letter) => letter !== last)
    .map((letter) => token.slice(0, -1) + letter);
  expect(changed.map((each) => failure(each)).filter((name) => name !== 'signature' && name !== 'format')).toEqual([]);
  expect(failure()).toBeUndefined();
});
