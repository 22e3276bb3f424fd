import type { Authorizer } from '../../src/model/http-api.ts';

/** A signed token, for the reference. */
export interface Token {
  readonly alg: unknown;
  readonly kid: unknown;
  readonly signer: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Returns the first documented step that fails, by the simplest implementation. */
export function referenceDecision(
  { alg, kid, signer, claims: c }: Token,
  { issuer, audiences }: Authorizer,
  scopes: readonly string[],
  now: number,
): string | undefined {
  const aud = [c['aud'] === undefined ? c['client_id'] : c['aud']].flat();
  const listed = Array.isArray(c['client_id']) && c['aud'] === undefined;
  const early = (time: unknown) => time !== undefined && !(typeof time === 'number' && time <= now);
  const held = String(c['scope'] ?? c['scp']).split(' ');
  if (!['RS256', 'RS384', 'RS512'].includes(String(alg))) return 'algorithm';
  if (kid !== 'k1' && kid !== 'k2') return 'key';
  if (signer !== kid) return 'signature';
  if (c['iss'] !== issuer) return 'issuer';
  if (
    listed ||
    !aud.every((audience) => typeof audience === 'string') ||
    !aud.some((audience) => audiences.includes(audience))
  )
    return 'audience';
  if (typeof c['exp'] !== 'number' || c['exp'] <= now) return 'expiry';
  if (early(c['nbf'])) return 'not before';
  if (early(c['iat'])) return 'issued at';
  if (Array.isArray(c['scp']) && (c['scope'] ?? undefined) === undefined && scopes.length > 0)
    return c['scp'].some((scope) => scopes.includes(String(scope))) ? undefined : 'scope';
  if (typeof (c['scope'] ?? c['scp']) !== 'string') return scopes.length > 0 ? 'scope' : undefined;
  return scopes.length > 0 && !held.some((word) => scopes.includes(word)) ? 'scope' : undefined;
}

/** Finds the routes whose keys match the path as patterns, then applies the documented rules in order. */
export function referenceMatch(keys: readonly string[], method: string, decodedPath: string): string | undefined {
  const pattern = (text: string): string =>
    text.startsWith('{') ? (text.includes('+') ? '(?=.*[^/]).+' : '[^/]+') : text.replaceAll(/[.$~]/g, '\\$&');
  const parts = (key: string): string[] => (key.split(' ')[1] ?? '').slice(1).split('/');
  const takes = (key: string): boolean =>
    method !== 'ANY' &&
    method !== 'TRACE' &&
    (key === '$default' ||
      (['ANY', method].includes(key.split(' ')[0] ?? '') &&
        new RegExp(`^/${parts(key).map(pattern).join('/')}$`).test(decodedPath)));
  const kind = (text = ''): number => (text.endsWith('+}') ? 2 : text.startsWith('{') ? 1 : 0);
  const rules: ((key: string) => number)[] = [
    (key) => Number(key === '$default'),
    (key) => Number(key.startsWith('ANY ')),
    (key) => Number(key.endsWith('+}')),
    ...[0, 1, 2, 3].map((index) => (key: string) => kind(parts(key)[index])),
  ];
  const order = (first: string, second: string): number =>
    rules.map((rule) => rule(first) - rule(second)).find((difference) => difference !== 0) ?? 0;
  return keys.filter(takes).toSorted(order)[0];
}
