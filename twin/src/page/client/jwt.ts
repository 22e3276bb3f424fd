/** A part of a token: its text, with a line for each value, and its fields if it is a JSON object. */
export interface Part {
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** The parts of a token, decoded. Nothing is verified. */
export interface Parts {
  readonly header: Part;
  readonly claims: Part;
  /** As written in the token. */
  readonly segments: readonly [header: string, claims: string, signature: string];
}

/** Returns the parts of a token; undefined unless it has three, and the first two are text. */
export function partsOf(token: string): Parts | undefined {
  const [header, claims, signature, ...more] = token.split('.');
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) return undefined;
  try {
    return {
      header: partOf(decoded(header)),
      claims: partOf(decoded(claims)),
      segments: [header, claims, signature],
    };
  } catch {
    return undefined;
  }
}

export function partOf(text: string): Part {
  try {
    const fields: unknown = JSON.parse(text);
    if (isObject(fields)) return { text: JSON.stringify(fields, undefined, 2), fields };
  } catch {
    // Not JSON, or nested too deeply to be serialized.
  }
  return { text, fields: undefined };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the segment of a text. */
export function segmentOf(text: string): string {
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @throws unless the segment is base64url of UTF-8 */
function decoded(segment: string): string {
  const binary = atob(segment.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)));
}

/** The source of a changed token's signature. */
export const SIGNATURES = [
  ['kept', 'the old one, as if the token had been tampered with'],
  ['twin', 'a new one by the twin’s key, made at the call, as if the tenant had issued it'],
  ['broken', 'the old one, damaged'],
  ['none', 'none at all'],
] as const;

/** A token's parts in the editor. */
export interface Edit {
  readonly header: string;
  readonly claims: string;
  readonly signature: (typeof SIGNATURES)[number][0];
}

/** Returns the changed token, without a signature if that is the twin's to make. */
export function tokenOf({ header, claims, signature }: Edit, base: Parts): string {
  const [oldHeader, oldClaims, old] = base.segments;
  // Keep unchanged parts exactly as written.
  const head = header === base.header.text ? oldHeader : segmentOf(header);
  const payload = claims === base.claims.text ? oldClaims : segmentOf(claims);
  const kept = { kept: old, broken: `${old.startsWith('A') ? 'B' : 'A'}${old.slice(1)}`, twin: '', none: '' };
  return `${head}.${payload}.${kept[signature]}`;
}

export function algorithmOf({ header }: Edit): string {
  const alg = partOf(header).fields?.['alg'];
  return typeof alg === 'string' ? alg : '';
}

const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;
const claim = (base: Parts, name: string): string => {
  const value = base.claims.fields?.[name];
  return typeof value === 'string' ? value : '';
};

type Change = (base: Parts) => readonly [signature: Edit['signature'], claims?: object, header?: object];

/** Suggested changes, each applied to the original token. */
const CHANGES: Readonly<Record<string, Change>> = {
  'as it came': () => ['kept'],
  'algorithm none': () => ['none', {}, { alg: 'none' }],
  'broken signature': () => ['broken'],
  'a scope more': (base) => ['kept', { scope: `${claim(base, 'scope')} delete:everything`.trim() }],
  expired: () => ['twin', { exp: inAnHour() - 3660 }],
  'not valid yet': () => ['twin', { nbf: inAnHour() }],
  'issued in the future': () => ['twin', { iat: inAnHour() }],
  'another audience': () => ['twin', { aud: 'https://another-api.example.com' }],
  'issuer without its slash': (base) => ['twin', { iss: claim(base, 'iss').replace(/\/$/, '') }],
  'an unknown key': () => ['twin', {}, { kid: 'unknown' }],
};

export const CHANGE_NAMES: readonly string[] = Object.keys(CHANGES);

/** Returns the token's parts after the named change. */
export function changed(base: Parts, name: string): Edit | undefined {
  const made = CHANGES[name]?.(base);
  if (made === undefined) return undefined;
  const [signature, claims = {}, header = {}] = made;
  const merged = ({ text, fields }: Part, change: object): string =>
    Object.keys(change).length === 0 ? text : JSON.stringify({ ...fields, ...change }, undefined, 2);
  return { header: merged(base.header, header), claims: merged(base.claims, claims), signature };
}
