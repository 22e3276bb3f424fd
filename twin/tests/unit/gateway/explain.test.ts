import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { headerWords } from '../../../src/page/client/words.ts';
import { failedCheck, type Decision } from '../../../src/gateway/decision.ts';
import { explain } from '../../../src/gateway/explain.ts';
import { compact, rsa } from '../../support/forge.ts';
import { decisionOn, routeOf } from '../../support/local-api.ts';
import { plainAuthorizer } from '../../support/plain-model.ts';

const NOW = 1_800_000_000;
const AUTHORIZER = plainAuthorizer();
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = new Map([['k1', createPublicKey(privateKey)]]);
const routes = [routeOf('GET /test', AUTHORIZER, ['read:user'])];

/** What is decided about `GET /test` with a token that is good but for these. */
function decided(claims: object, header: object = {}): Decision {
  const good = { iss: AUTHORIZER.issuer, aud: AUTHORIZER.audiences, exp: NOW + 60 };
  const token = compact({ alg: 'RS256', kid: 'k1', ...header }, { ...good, ...claims }, rsa(privateKey));
  return decisionOn(
    { method: 'GET', target: '/test', rawHeaders: ['authorization', `Bearer ${token}`] },
    { routes, keys, now: NOW },
  );
}

it.each([
  ['no scope', {}, 'scope is empty', ''],
  ['an empty scope', { scope: ' ' }, 'scope is empty', ''],
  ['another scope', { scope: 'write:user' }, 'scope is write:user', 'write:user'],
  ['another scp', { scp: 'a  b' }, 'scp is a b', 'a b'],
  ['a list', { scope: ['read:user'] }, `scope is ["read:user"]`, '["read:user"]'],
  ['an empty list', { scope: [] }, `scope is []`, '[]'],
  ['another list in scp', { scp: ['write:user', 'x'] }, 'scp is ["write:user","x"]', '["write:user","x"]'],
  ['a list beside a good scp', { scope: [], scp: 'read:user' }, `scope is []`, '[]'],
  ['a string that is JSON', { scope: '["read:user"]' }, 'scope is ["read:user"]', '["read:user"]'],
  ['an object', { scope: { 'read:user': 1 } }, `scope is {"read:user":1}`, '{"read:user":1}'],
  ['a number', { scope: 5 }, `scope is 5`, '5'],
])('The explanation of a missing scope names the token’s scopes: %s', (_what, claims, words, actual) => {
  const decision = decided(claims);
  expect(explain(decision)).toBe(`the route needs read:user; the token's ${words}`);
  expect(failedCheck(decision)).toMatchObject({ name: 'scope', expected: 'read:user', actual });
});

it('The explanation of a missing scope is short, however long the list of scopes is', () => {
  expect(explain(decided({ scope: Array(1000).fill('read:user') })).length).toBeLessThan(350);
});

it.each([
  ['a list', ['b64'], '["b64"]'],
  ['an empty string', '', '""'],
  ['null', null, 'null'],
])('The gateway rejects a token because of its crit, although the signature is good: %s', (_what, crit, actual) => {
  const decision = decided({ scope: 'read:user' }, { crit });
  expect(failedCheck(decision)).toMatchObject({ name: 'crit', expected: 'no crit', actual });
  expect(decision.checks.find(({ name }) => name === 'algorithm')).toMatchObject({ outcome: 'passed' });
  expect(explain(decision)).toContain(`the token's header has crit, ${actual}: `);
  expect(decision.refusal?.authorizerError).toBe('invalid_token: the token is malformed');
});

it('The page explains that a token is rejected because of its crit', () => {
  expect(headerWords('crit', ['b64'], { kid: '', issuers: [], users: [], clients: [] })).toContain(
    'the gateway rejects a token with crit',
  );
});
