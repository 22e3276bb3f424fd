import { expect, it } from 'vitest';
import { RefreshTokens, type RefreshTokenStorage } from '../../../src/tenant/refresh-tokens.ts';

const SETTINGS = { rotates: true, leeway: 0, lifetime: undefined, idleLifetime: undefined };
const GRANT = { clientId: 'spa', userId: 'auth0|1', audience: undefined, scopes: ['read'], sid: undefined };

/** A file in memory. */
function storage(text?: string): RefreshTokenStorage & { readonly text: () => string } {
  let kept = text;
  return { read: () => kept, write: (next) => void (kept = next), shownAs: 'the file', text: () => kept ?? '' };
}

it('A refresh token survives a restart, and its file contains no token', () => {
  const file = storage();
  const { token } = new RefreshTokens(Date.now, file).issue(GRANT);
  expect(file.text()).not.toContain(token);
  const next = new RefreshTokens(Date.now, file);
  const found = next.find(token, 'spa', SETTINGS);
  expect(found?.family.scopes).toEqual(['read']);
  if (found !== undefined) next.renew(found, SETTINGS);
  expect(new RefreshTokens(Date.now, file).find(token, 'spa', SETTINGS)).toBeUndefined();
});

it('A damaged file of refresh tokens is reported by its name', () => {
  expect(() => new RefreshTokens(Date.now, storage('{'))).toThrow('the file is damaged');
});

it('A 201st refresh token of one user and client ends the oldest', () => {
  const tokens = new RefreshTokens(Date.now);
  const all = Array.from({ length: 201 }, () => tokens.issue(GRANT).token);
  expect(all.map((token) => tokens.find(token, 'spa', SETTINGS) !== undefined).indexOf(true)).toBe(1);
});
