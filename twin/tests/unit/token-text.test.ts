import { expect, it } from 'vitest';
import { withoutTokens } from '../../src/common/token-text.ts';

const HEADER = 'eyJhbGciOiJSUzI1NiJ9';
const TOKEN = `${HEADER}.eyJzdWIiOiJ4In0.c2lnbmF0dXJl`;

it.each([
  ['a token', TOKEN, 'X'],
  ['a token among words', `Bearer ${TOKEN}, and more`, 'Bearer X, and more'],
  ['a token in a path', `/a/${TOKEN}/b`, '/a/X/b'],
  ['a token after words with dots', `v1.things.${TOKEN}`, 'v1.things.X'],
  ['two tokens', `${TOKEN} ${TOKEN}`, 'X X'],
  ['a token with percent-encoded dots', TOKEN.replace('.', '%2E').replace('.', '%2e'), 'X'],
  ['a token with an empty signature', `${HEADER}.e30.`, 'X'],
  ['a token header without a payload', `${HEADER}.`, 'X'],
  [
    'a token whose header has a space before its first name',
    `${Buffer.from('{ "alg":1}').toString('base64url')}.e30.x`,
    'X',
  ],
  [
    'a token whose header has a line break before its first name',
    `${Buffer.from('{\n"alg":1}').toString('base64url')}.e30.x`,
    'X',
  ],
  ['a token in another letter case', TOKEN.toUpperCase(), 'X'],
])('withoutTokens removes %s', (_what, text, without) => {
  expect(withoutTokens(text, 'X')).toBe(without);
});

it.each([
  '',
  'eyJ',
  HEADER,
  `the file.${HEADER}`,
  'www.example.com',
  '/new-orders-overview.json',
  'https://new-environment.example.com',
  'a-keyboard.html',
  'they.eye.eyes.eyewear.news',
  'v1.2.3-ew1234567.8',
  'a%2eb%2ec',
  'read:user write:user',
])('withoutTokens keeps %j', (text) => {
  expect(withoutTokens(text, 'X')).toBe(text);
});

it('withoutTokens takes linear time, whatever the text', () => {
  const patterns = ['eyJ', 'ey', 'ew', 'eyJ-', 'ewaaaaaaa', 'a', '.', 'a.', '%2e', 'a%2e', 'a%2', 'eyJ.', 'eyJ%2'];
  for (const pattern of patterns) {
    for (const text of [
      pattern.repeat(1_000_000 / pattern.length),
      `a.${pattern.repeat(1_000_000 / pattern.length)}`,
    ]) {
      const began = performance.now();
      withoutTokens(text, 'X');
      // It takes some milliseconds; where each beginning looked to the end, minutes.
      expect(performance.now() - began, pattern).toBeLessThan(2000);
    }
  }
});
