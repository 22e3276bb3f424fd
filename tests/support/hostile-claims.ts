import { encode, type Forge } from './forge.ts';
import {
  AUDIENCE,
  claims,
  EXPIRED,
  FROM_THE_FUTURE,
  ISSUER,
  MALFORMED,
  members,
  SEGMENTS,
  SIGNATURE,
  TOO_EARLY,
  wholePayload,
  type TokenAnswer,
  type TokenRow,
} from './token-rows.ts';

/** A token with one of its three parts changed after it was signed. */
function part(token: string, index: number, change: (text: string) => string): string {
  const parts = token.split('.');
  parts[index] = change(parts[index] ?? '');
  return parts.join('.');
}

const bytes = (text: string, change: (all: Buffer) => Buffer): string =>
  change(Buffer.from(text, 'base64url')).toString('base64url');

/** Base64 as it is outside of URLs; the first letters make sure that there is a difference. */
const standardAlphabet = (text: string): string => `+/${text.slice(2).replaceAll('-', '+').replaceAll('_', '/')}`;

/** The same bytes, by a decoder that does not look at the bits which its last letter has too many. */
function strayBits(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return text.slice(0, -1) + (alphabet[alphabet.indexOf(text.slice(-1)) + 1] ?? '');
}

/** A payload with the padding that base64 would have, and a good signature over it. */
function padded(forge: Forge): string {
  const token = ['', 'x', 'xx'].map((jti) => forge.token({}, { jti })).find((one) => !isWhole(one.split('.')[1] ?? ''));
  return part(token ?? '', 1, (text) => text.padEnd(Math.ceil(text.length / 4) * 4, '='));
}

const isWhole = (text: string): boolean => text.length % 4 === 0;

function jsonSerialization(token: string): string {
  const [head, payload, signature] = token.split('.');
  return JSON.stringify({ protected: head, payload, signature });
}

export const SHAPES: readonly TokenRow[] = [
  ['refuses a dot', () => '.', SEGMENTS],
  ['refuses two dots', () => '..', MALFORMED],
  ['refuses three dots', () => '...', SEGMENTS],
  ['refuses 5,000 dots', () => '.'.repeat(5000), SEGMENTS],
  ['refuses a dot after the token', (f) => `${f.token()}.`, SEGMENTS],
  ['refuses a dot before the token', (f) => `.${f.token()}`, SEGMENTS],
  ['refuses an empty header', (f) => part(f.token(), 0, () => ''), MALFORMED],
  ['refuses an empty payload', (f) => part(f.token(), 1, () => ''), MALFORMED],
  ['refuses an empty signature', (f) => part(f.token(), 2, () => ''), SIGNATURE],
  ['refuses two segments', (f) => f.token().split('.').slice(0, 2).join('.'), SEGMENTS],
  ['refuses a fourth segment', (f) => `${f.token()}.x`, SEGMENTS],
  ['refuses padding after the payload: unsettled', padded, MALFORMED],
  ['refuses padding after the signature: unsettled', (f) => part(f.token(), 2, (text) => `${text}==`), MALFORMED],
  ['refuses + and / for - and _', (f) => part(f.token(), 2, standardAlphabet), MALFORMED],
  ['refuses stray bits at the end of the signature: unsettled', (f) => part(f.token(), 2, strayBits), MALFORMED],
  ['refuses a signature cut by a byte', (f) => part(f.token(), 2, (text) => bytes(text, (all) => all.subarray(1))), SIGNATURE],
  ['refuses a signature with a byte more', (f) => part(f.token(), 2, (text) => bytes(text, (all) => Buffer.concat([all, Buffer.alloc(1)]))), SIGNATURE],
  ['refuses a signature twice', (f) => part(f.token(), 2, (text) => bytes(text, (all) => Buffer.concat([all, all]))), SIGNATURE],
  ['refuses a tilde in the signature', (f) => part(f.token(), 2, (text) => `~${text.slice(1)}`), MALFORMED],
  ['refuses a space in the payload', (f) => part(f.token(), 1, (text) => `${text.slice(0, 8)} ${text.slice(8)}`), MALFORMED],
  ['refuses a tab in the payload', (f) => part(f.token(), 1, (text) => `${text.slice(0, 8)}\t${text.slice(8)}`), MALFORMED],
  ['refuses an encoded dot', (f) => f.token().replace('.', '%2E'), SEGMENTS],
  ['refuses a token in capitals', (f) => f.token().toUpperCase(), MALFORMED],
  ['refuses a token in quotes', (f) => `"${f.token()}"`, MALFORMED],
  ['refuses a token with a comma after it', (f) => `${f.token()},`, MALFORMED],
  ['refuses a token with a semicolon after it', (f) => `${f.token()};`, MALFORMED],
  ['refuses two tokens with a comma between', (f) => `${f.token()},${f.token()}`, SEGMENTS],
  ['refuses two tokens with a comma and Bearer between', (f) => `${f.token()}, Bearer ${f.token()}`, SEGMENTS],
  ['refuses Bearer twice', (f) => `Bearer ${f.token()}`, MALFORMED],
  ['refuses a token in base64', (f) => encode(f.token()), SEGMENTS],
  ['refuses the JSON serialization', (f) => jsonSerialization(f.token()), SEGMENTS],
  ['refuses the payload of another token', (f) => part(f.token(), 1, () => encode({ ...f.claims, scope: 'read:user x' })), SIGNATURE],
  ['refuses the signature of another token', (f) => part(f.token(), 2, () => f.token({}, { jti: 'x' }).split('.')[2] ?? ''), SIGNATURE],
  ['refuses the header of another token', (f) => part(f.token(), 0, () => encode({ ...f.header, typ: 'jwt' })), SIGNATURE],
  ['refuses high bytes', () => Buffer.from('é.é.é').toString('latin1'), MALFORMED],
  ['refuses a full-width dot', (f) => Buffer.from(f.token().replaceAll('.', '\uFF0E')).toString('latin1'), SEGMENTS],
];

export const PAYLOADS: readonly TokenRow[] = [
  ['refuses claims that are a list', wholePayload('[]'), MALFORMED],
  ['refuses claims that are null', wholePayload('null'), MALFORMED],
  ['refuses claims that are a number', wholePayload('5'), MALFORMED],
  ['refuses claims that are a text', wholePayload('"read:user"'), MALFORMED],
  ['refuses claims that are true', wholePayload('true'), MALFORMED],
  ['refuses claims without a character', wholePayload(''), MALFORMED],
  ['refuses claims with a NaN', (f) => f.signed(undefined, `{${members(f.claims)},"x":NaN}`), MALFORMED],
  ['refuses claims with a comment', (f) => f.signed(undefined, `{${members(f.claims)}/* */}`), MALFORMED],
  ['refuses claims with a comma at the end', (f) => f.signed(undefined, `{${members(f.claims)},}`), MALFORMED],
  ['refuses claims in single quotes', (f) => f.signed(undefined, `{${members(f.claims).replaceAll('"', "'")}}`), MALFORMED],
  ['refuses claims with a byte order mark', (f) => f.signed(undefined, `\uFEFF${JSON.stringify(f.claims)}`), MALFORMED],
  ['refuses claims that are no UTF-8', (f) => f.signed(undefined, Buffer.from(`{"x":"\xff",${members(f.claims)}}`, 'latin1')), MALFORMED],
  ['refuses claims in URL encoding', wholePayload('iss=x&scope=read:user'), MALFORMED],
  ['refuses no claims at all', wholePayload('{}'), ISSUER],
  ['refuses claims that are all in __proto__', (f) => f.signed(undefined, `{"__proto__":${JSON.stringify(f.claims)}}`), ISSUER],
  ['takes claims with a lone surrogate, which JSON allows', claims({ sub: '\ud800' }), 'good'],
  ['takes claims with a NUL in the subject', claims({ sub: 'a\0b' }), 'good'],
  ['takes claims with a __proto__ in them', (f) => f.signed(undefined, `{"__proto__":{"x":1},${members(f.claims)}}`), 'good'],
  ['takes a claim of 1,500 nested lists', claims({ x: nested(1500) }), 'good'],
  ['refuses two issuers, the last wrong', twice('iss', 'https://x/'), ISSUER],
  ['refuses two audiences, the last wrong', twice('aud', 'x'), AUDIENCE],
  ['refuses two expiries, the last past', twice('exp', 1), EXPIRED],
  ['refuses two scopes, the last empty', twice('scope', ''), 'forbidden'],
  ['refuses two times of issue, the last to come', twice('iat', 9_999_999_999), FROM_THE_FUTURE],
  ['counts the last of two issuers, as Go does', twiceBefore('iss', 'https://x/'), 'good'],
  ['counts the last of two expiries, as Go does', twiceBefore('exp', 1), 'good'],
  ['counts the last of two scopes, as Go does', twiceBefore('scope', 'x'), 'good'],
  ['refuses an issuer under an escaped name after the good one', escapedTwice, ISSUER],
  ['refuses an audience under a name of another case', claims({ aud: undefined, AUD: 'x' }), AUDIENCE],
];

type Claim = 'iss' | 'aud' | 'client_id' | 'exp' | 'nbf' | 'iat' | 'scope' | 'scp' | 'sub';

/** Values that no claim should have, by what they are. */
const WRONG: Readonly<Record<string, unknown>> = {
  'a number': 5,
  'a negative number': -1,
  'a fraction': 1.5,
  'a huge number': 1e308,
  'a list of itself': [],
  'an empty list': [],
  'an object': { a: 1 },
  null: null,
  true: true,
  false: false,
  'an empty text': '',
  'the text NaN': 'NaN',
  'a space': ' ',
};
