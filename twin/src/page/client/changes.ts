import type { ShownState } from '../messages.ts';
import { partOf, segmentOf, type Parts } from './jwt.ts';

/** Where a changed token gets its signature from. */
export const SIGNATURES = [
  ['kept', 'the old one, as if the token had been tampered with'],
  ['twin', 'a new one by the twin’s key, as if the tenant had issued it'],
  ['broken', 'the old one, damaged'],
  ['none', 'none at all'],
] as const;
export type Signature = (typeof SIGNATURES)[number][0];

/** A token's parts as a person edits them. */
export interface Edit {
  readonly header: string;
  readonly claims: string;
  readonly signature: Signature;
}

/**
 * Returns the changed token.
 * @param sign the twin's signature of a token's first two parts
 */
export async function tokenOf(
  { header, claims, signature }: Edit,
  base: Parts,
  sign: (signed: string, alg: string) => Promise<string>,
): Promise<string> {
  const [oldHeader, oldClaims, old] = base.segments;
  // What was not touched stays as it was written, to the last space.
  const head = header === base.header.text ? oldHeader : segmentOf(header);
  const payload = claims === base.claims.text ? oldClaims : segmentOf(claims);
  const signed = `${head}.${payload}`;
  if (signature === 'kept') return `${signed}.${old}`;
  if (signature === 'broken') return `${signed}.${old.startsWith('A') ? 'B' : 'A'}${old.slice(1)}`;
  if (signature === 'none') return `${signed}.`;
  const alg = partOf(header).fields?.['alg'];
  return `${signed}.${await sign(signed, typeof alg === 'string' ? alg : '')}`;
}

interface Preset {
  readonly name: string;
  readonly make: (base: Parts, state: Pick<ShownState, 'issuer'>) => Edit;
}

const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;

/** Changes that are worth trying, each made to the token as it came. */
export const PRESETS: readonly Preset[] = [
  { name: 'as it came', make: (base) => edited(base, 'kept') },
  { name: 'algorithm none', make: (base) => edited(base, 'none', {}, { alg: 'none' }) },
  { name: 'broken signature', make: (base) => edited(base, 'broken') },
  {
    name: 'a scope more',
    make: (base) => edited(base, 'kept', { scope: `${scopeOf(base)} delete:everything`.trim() }),
  },
  { name: 'expired', make: (base) => edited(base, 'twin', { exp: inAnHour() - 3660 }) },
  { name: 'not valid yet', make: (base) => edited(base, 'twin', { nbf: inAnHour() }) },
  { name: 'issued in the future', make: (base) => edited(base, 'twin', { iat: inAnHour() }) },
  { name: 'another audience', make: (base) => edited(base, 'twin', { aud: 'https://another-api.example.com' }) },
  {
    name: 'issuer without its slash',
    make: (base, { issuer }) => edited(base, 'twin', { iss: issuer.replace(/\/$/, '') }),
  },
  { name: 'an unknown key', make: (base) => edited(base, 'twin', {}, { kid: 'unknown' }) },
];

function edited(base: Parts, signature: Signature, claims: object = {}, header: object = {}): Edit {
  const changed = (part: Parts['claims'], fields: object): string =>
    Object.keys(fields).length === 0 ? part.text : JSON.stringify({ ...part.fields, ...fields }, undefined, 2);
  return { header: changed(base.header, header), claims: changed(base.claims, claims), signature };
}

function scopeOf({ claims }: Parts): string {
  const scope = claims.fields?.['scope'];
  return typeof scope === 'string' ? scope : '';
}
