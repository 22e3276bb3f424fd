/** A part of a token as text, and what it says where it is a JSON object. */
export interface Part {
  /** A line for each value where that changes nothing, and otherwise as written. */
  readonly text: string;
  /** Undefined if it is not a JSON object. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  /** False if other parsers may read other values: a name is duplicated, or a number is rounded. */
  readonly exact: boolean;
}

/** The parts of a token, decoded. Nothing is verified. */
export interface Parts {
  readonly header: Part;
  readonly claims: Part;
  /** As they stand in the token. */
  readonly segments: readonly [header: string, claims: string, signature: string];
}

/** @returns undefined unless it has three parts, of which the first two are text */
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
    const value: unknown = JSON.parse(text);
    const exact = JSON.stringify(value) === withoutSpaces(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const laidOut = exact ? JSON.stringify(value, undefined, 2) : text;
    return { text: laidOut, fields: isObject ? { ...value } : undefined, exact };
  } catch {
    // It is not JSON, or nested deeper than it can be written.
    return { text, fields: undefined, exact: true };
  }
}

/** A segment of this text; JSON is written without spaces where that changes nothing else. */
export function segmentOf(text: string): string {
  const { exact, fields } = partOf(text);
  const bytes = new TextEncoder().encode(exact && fields !== undefined ? withoutSpaces(text) : text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** JSON without the spaces between its values. */
function withoutSpaces(text: string): string {
  return text.replace(/("(?:[^"\\]+|\\.)*")|\s+/g, '$1');
}

/** @throws where it is not base64url of UTF-8 */
function decoded(segment: string): string {
  const binary = atob(segment.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)));
}

/** Where a changed token gets its signature from. */
export const SIGNATURES = [
  ['kept', 'the old one, as if the token had been tampered with'],
  ['twin', 'a new one by the twin’s key, as if the tenant had issued it'],
  ['broken', 'the old one, damaged'],
  ['none', 'none at all'],
] as const;

/** A token's parts as a person edits them. */
export interface Edit {
  readonly header: string;
  readonly claims: string;
  readonly signature: (typeof SIGNATURES)[number][0];
}

/** The twin's signature of a token's first two parts. */
export type Sign = (signed: string, alg: string) => Promise<string>;

/** Returns the changed token. */
export async function tokenOf({ header, claims, signature }: Edit, base: Parts, sign: Sign): Promise<string> {
  const [oldHeader, oldClaims, old] = base.segments;
  // What was not touched stays as it was written, to the last space.
  const head = header === base.header.text ? oldHeader : segmentOf(header);
  const payload = claims === base.claims.text ? oldClaims : segmentOf(claims);
  const signed = `${head}.${payload}`;
  if (signature === 'kept') return `${signed}.${old}`;
  if (signature === 'broken') return `${signed}.${old.startsWith('A') ? 'B' : 'A'}${old.slice(1)}`;
  if (signature === 'none') return `${signed}.`;
  return `${signed}.${await sign(signed, algorithmOf(partOf(header)))}`;
}

/** Whether the twin's key made the token's signature: an RSA signature is the same each time. */
export async function isSigned({ header, segments }: Parts, sign: Sign): Promise<boolean> {
  const [head, payload, signature] = segments;
  const alg = algorithmOf(header);
  return /^RS(256|384|512)$/.test(alg) && signature === (await sign(`${head}.${payload}`, alg));
}

function algorithmOf({ fields }: Part): string {
  const alg = fields?.['alg'];
  return typeof alg === 'string' ? alg : '';
}

const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;
const claim = (base: Parts, name: string): string => {
  const value = base.claims.fields?.[name];
  return typeof value === 'string' ? value : '';
};

type Change = (base: Parts) => readonly [signature: Edit['signature'], claims?: object, header?: object];

/** Changes that are worth trying, each made to the token as it came. */
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

/** The token's parts after a change of this name. */
export function changed(base: Parts, name: string): Edit | undefined {
  const made = CHANGES[name]?.(base);
  if (made === undefined) return undefined;
  const [signature, claims = {}, header = {}] = made;
  const merged = ({ text, fields }: Part, change: object): string =>
    Object.keys(change).length === 0 ? text : JSON.stringify({ ...fields, ...change }, undefined, 2);
  return { header: merged(base.header, header), claims: merged(base.claims, claims), signature };
}
