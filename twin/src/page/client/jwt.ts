/** A part of a token: its text, and its fields if it is a JSON object. */
export interface Part {
  /** With a line for each value if that does not change the JSON, otherwise as written. */
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
    const value: unknown = JSON.parse(text);
    const exact = JSON.stringify(value) === withoutSpaces(text);
    const laidOut = exact ? JSON.stringify(value, undefined, 2) : text;
    return { text: laidOut, fields: isObject(value) ? value : undefined, exact };
  } catch {
    // Not JSON, or nested too deeply to be serialized.
    return { text, fields: undefined, exact: true };
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the segment of a text. JSON loses its spaces if that does not change its values. */
export function segmentOf(text: string): string {
  const { exact, fields } = partOf(text);
  const bytes = new TextEncoder().encode(exact && fields !== undefined ? withoutSpaces(text) : text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Returns JSON without the spaces between its values. */
function withoutSpaces(text: string): string {
  return text.replace(/("(?:[^"\\]+|\\.)*")|\s+/g, '$1');
}

/** @throws unless the segment is base64url of UTF-8 */
function decoded(segment: string): string {
  const binary = atob(segment.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)));
}

/** The source of a changed token's signature. */
export const SIGNATURES = [
  ['kept', 'the old one, as if the token had been tampered with'],
  ['twin', 'a new one by the twin’s key, as if the tenant had issued it'],
  ['broken', 'the old one, damaged'],
  ['none', 'none at all'],
] as const;

/** A token's parts in the editor. */
export interface Edit {
  readonly header: string;
  readonly claims: string;
  readonly signature: (typeof SIGNATURES)[number][0];
}

/** Returns the twin's signature of a token's first two segments. */
export type Sign = (signed: string, alg: string) => Promise<string>;

/** Returns the changed token. */
export async function tokenOf({ header, claims, signature }: Edit, base: Parts, sign: Sign): Promise<string> {
  const [oldHeader, oldClaims, old] = base.segments;
  // Keep unchanged parts exactly as written, including spaces.
  const head = header === base.header.text ? oldHeader : segmentOf(header);
  const payload = claims === base.claims.text ? oldClaims : segmentOf(claims);
  const signed = `${head}.${payload}`;
  if (signature === 'kept') return `${signed}.${old}`;
  if (signature === 'broken') return `${signed}.${old.startsWith('A') ? 'B' : 'A'}${old.slice(1)}`;
  if (signature === 'none') return `${signed}.`;
  return `${signed}.${await sign(signed, algorithmOf(partOf(header)))}`;
}

/** Returns whether the twin's key made the token's signature: RSA signatures are deterministic. */
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
