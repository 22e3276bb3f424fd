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

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

/** A claim that is there twice, a good one first. */
const twice = (claim: string, last: unknown) => (forge: Forge) =>
  forge.signed(undefined, `{${members(forge.claims)},"${claim}":${JSON.stringify(last)}}`);
const twiceBefore = (claim: string, first: unknown) => (forge: Forge) =>
  forge.signed(undefined, `{"${claim}":${JSON.stringify(first)},${members(forge.claims)}}`);
const withNumber = (claim: string, digits: string) => (forge: Forge) =>
  forge.signed(undefined, `{${members({ ...forge.claims, [claim]: undefined })},"${claim}":${digits}}`);

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
  [
    'refuses a signature cut by a byte',
    (f) => part(f.token(), 2, (text) => bytes(text, (all) => all.subarray(1))),
    SIGNATURE,
  ],
  [
    'refuses a signature with a byte more',
    (f) => part(f.token(), 2, (text) => bytes(text, (all) => Buffer.concat([all, Buffer.alloc(1)]))),
    SIGNATURE,
  ],
  [
    'refuses a signature twice',
    (f) => part(f.token(), 2, (text) => bytes(text, (all) => Buffer.concat([all, all]))),
    SIGNATURE,
  ],
  ['refuses a tilde in the signature', (f) => part(f.token(), 2, (text) => `~${text.slice(1)}`), MALFORMED],
  [
    'refuses a space in the payload',
    (f) => part(f.token(), 1, (text) => `${text.slice(0, 8)} ${text.slice(8)}`),
    MALFORMED,
  ],
  [
    'refuses a tab in the payload',
    (f) => part(f.token(), 1, (text) => `${text.slice(0, 8)}\t${text.slice(8)}`),
    MALFORMED,
  ],
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
  [
    'refuses the payload of another token',
    (f) => part(f.token(), 1, () => encode({ ...f.claims, scope: 'read:user x' })),
    SIGNATURE,
  ],
  [
    'refuses the signature of another token',
    (f) => part(f.token(), 2, () => f.token({}, { jti: 'x' }).split('.')[2] ?? ''),
    SIGNATURE,
  ],
  [
    'refuses the header of another token',
    (f) => part(f.token(), 0, () => encode({ ...f.header, typ: 'jwt' })),
    SIGNATURE,
  ],
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
  [
    'refuses claims in single quotes',
    (f) => f.signed(undefined, `{${members(f.claims).replaceAll('"', "'")}}`),
    MALFORMED,
  ],
  ['refuses claims with a byte order mark', (f) => f.signed(undefined, `\uFEFF${JSON.stringify(f.claims)}`), MALFORMED],
  [
    'refuses claims that are no UTF-8',
    (f) => f.signed(undefined, Buffer.from(`{"x":"\xff",${members(f.claims)}}`, 'latin1')),
    MALFORMED,
  ],
  ['refuses claims in URL encoding', wholePayload('iss=x&scope=read:user'), MALFORMED],
  ['refuses no claims at all', wholePayload('{}'), ISSUER],
  [
    'refuses claims that are all in __proto__',
    (f) => f.signed(undefined, `{"__proto__":${JSON.stringify(f.claims)}}`),
    ISSUER,
  ],
  ['takes claims with a lone surrogate, which JSON allows', claims({ sub: '\ud800' }), 'good'],
  ['takes claims with a NUL in the subject', claims({ sub: 'a\0b' }), 'good'],
  [
    'takes claims with a __proto__ in them',
    (f) => f.signed(undefined, `{"__proto__":{"x":1},${members(f.claims)}}`),
    'good',
  ],
  ['takes a claim of 1,500 nested lists', claims({ x: nested(1500) }), 'good'],
  ['refuses two issuers, the last wrong', twice('iss', 'https://x/'), ISSUER],
  ['refuses two audiences, the last wrong', twice('aud', 'x'), AUDIENCE],
  ['refuses two expiries, the last past', twice('exp', 1), EXPIRED],
  ['refuses two scopes, the last empty', twice('scope', ''), 'forbidden'],
  ['refuses two times of issue, the last to come', twice('iat', 9_999_999_999), FROM_THE_FUTURE],
  ['counts the last of two issuers, as Go does', twiceBefore('iss', 'https://x/'), 'good'],
  ['counts the last of two expiries, as Go does', twiceBefore('exp', 1), 'good'],
  ['counts the last of two scopes, as Go does', twiceBefore('scope', 'x'), 'good'],
  [
    'refuses an issuer under an escaped name after the good one',
    (f) => f.signed(undefined, `{${members(f.claims)},"\\u0069ss":"x"}`),
    ISSUER,
  ],
  ['refuses an audience under a name of another case', claims({ aud: undefined, AUD: 'x' }), AUDIENCE],
];

type Claims = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, unknown>>;

/** A value that is made of the good claims. */
const of = (make: (good: Claims) => unknown) => make;

/** A row for each value of a claim; some claims count only where others are not. */
const rows = (verb: string, claim: string, answer: TokenAnswer, values: Values, besides: Claims = {}): TokenRow[] =>
  Object.entries(values).map(([what, value]) => [
    `${verb} ${claim}: ${what}`,
    (forge) => {
      const made: unknown = typeof value === 'function' ? (value as ReturnType<typeof of>)(forge.claims) : value;
      return forge.token({}, { ...besides, [claim]: made });
    },
    answer,
  ]);

const NO_TEXTS: Values = {
  null: null,
  'a number': 5,
  'a huge number': 1e308,
  'a negative number': -1,
  'a fraction': 0.5,
  true: true,
  false: false,
  'an empty list': [],
  'an object': { a: 1 },
};
const NO_TIMES: Values = {
  null: null,
  true: true,
  false: false,
  'an empty text': '',
  'the text 0': '0',
  'the text NaN': 'NaN',
  'the text Infinity': 'Infinity',
  'a date': '2999-01-01T00:00:00Z',
  'an empty list': [],
  'an object': { seconds: 1 },
};
const soon = Math.floor(Date.now() / 1000) + 3600;

export const CLAIMS: readonly TokenRow[] = [
  ...rows('refuses', 'iss', ISSUER, {
    ...NO_TEXTS,
    absent: undefined,
    'an empty text': '',
    'a list of the right one': of(({ iss }) => [iss]),
    'a space after it': of(({ iss }) => `${String(iss)} `),
    'another slash after it': of(({ iss }) => `${String(iss)}/`),
    'its port after it': of(({ iss }) => String(iss).replace(/\/$/, ':443/')),
    'http for https': of(({ iss }) => String(iss).replace('https', 'http')),
    'in capitals': of(({ iss }) => String(iss).toUpperCase()),
    'a NUL after it': of(({ iss }) => `${String(iss)}\0`),
    'a letter that looks the same': of(({ iss }) => String(iss).replace('a', '\u0430')),
    'with a user': of(({ iss }) => String(iss).replace('https://', 'https://x@')),
  }),
  ...rows('refuses', 'aud', AUDIENCE, {
    ...NO_TEXTS,
    absent: undefined,
    'an empty text': '',
    'a list of a number': [5],
    'a list of null': [null],
    'the right one in a list in a list': of(({ aud }) => [[aud]]),
    'the right one and a number, unsettled': of(({ aud }) => [aud, 5]),
    'the right one in an object': of(({ aud }) => ({ 0: aud, length: 1 })),
    'the right one twice in one text': of(({ aud }) => `${String(aud)} ${String(aud)}`),
    'a slash after it': of(({ aud }) => `${String(aud)}/`),
    'cut short': of(({ aud }) => String(aud).slice(0, -1)),
    'in capitals': of(({ aud }) => String(aud).toUpperCase()),
    'a star': '*',
  }),
  ...rows('takes', 'aud', 'good', {
    'the right one in a list': of(({ aud }) => [aud]),
    'the right one among others': of(({ aud }) => ['x', aud]),
    'the right one twice': of(({ aud }) => [aud, aud]),
  }),
  ...rows('refuses', 'client_id beside a wrong aud', AUDIENCE, { 'not looked at': 'x' }, { aud: 'x' }),
  ...rows('refuses', 'client_id', AUDIENCE, NO_TEXTS, { aud: undefined }),
  [
    'takes client_id: the audience, where there is no aud',
    (f) => f.token({}, { aud: undefined, client_id: f.claims['aud'] }),
    'good',
  ],
  [
    'refuses client_id: a list of the audience, unsettled',
    (f) => f.token({}, { aud: undefined, client_id: [f.claims['aud']] }),
    AUDIENCE,
  ],
  [
    'refuses client_id: the audience, where aud is null',
    (f) => f.token({}, { aud: null, client_id: f.claims['aud'] }),
    AUDIENCE,
  ],
  [
    'refuses client_id: the audience, where aud is an empty list',
    (f) => f.token({}, { aud: [], client_id: f.claims['aud'] }),
    AUDIENCE,
  ],
  ...rows('refuses', 'exp', EXPIRED, {
    ...NO_TIMES,
    absent: undefined,
    'a number in a text': String(soon),
    'a number in a list': [soon],
    zero: 0,
    negative: -soon,
    'a fraction past': 1_600_000_000.5,
    'a huge negative number': -1e308,
  }),
  ['refuses exp: more than a number holds', withNumber('exp', '1e999'), EXPIRED],
  ['refuses exp: minus zero', withNumber('exp', '-0'), EXPIRED],
  ...rows('takes', 'exp', 'good', { 'a fraction to come': soon + 0.5, 'a huge number, unsettled': 1e308 }),
  ['takes exp: a number with an exponent', withNumber('exp', '9.9e9'), 'good'],
  ...rows('refuses', 'nbf', TOO_EARLY, {
    ...NO_TIMES,
    'to come': soon,
    'a fraction to come': soon + 0.5,
    'in milliseconds': Date.now(),
    'a huge number': 1e308,
  }),
  ['refuses nbf: more than a number holds', withNumber('nbf', '1e999'), TOO_EARLY],
  ['refuses nbf: less than a number holds, unsettled', withNumber('nbf', '-1e999'), TOO_EARLY],
  ...rows('takes', 'nbf', 'good', { absent: undefined, zero: 0, negative: -5, 'a fraction past': 1.5 }),
  ...rows('refuses', 'iat', FROM_THE_FUTURE, {
    ...NO_TIMES,
    'to come': soon,
    'in milliseconds': Date.now(),
    'a huge number': 1e308,
  }),
  ['refuses iat: more than a number holds', withNumber('iat', '1e999'), FROM_THE_FUTURE],
  ...rows('takes', 'iat', 'good', { absent: undefined, zero: 0, negative: -5, 'a fraction past': 1.5 }),
  ...rows('refuses', 'scope', 'forbidden', {
    ...NO_TEXTS,
    absent: undefined,
    'an empty text': '',
    'a space': ' ',
    'a list of the right one, unsettled': ['read:user'],
    'the right one in an object': { 'read:user': true },
    'the right one after a comma': 'x,read:user',
    'the right one after a tab, unsettled': 'x\tread:user',
    'the right one after a line end, unsettled': 'x\nread:user',
    'the right one after a no-break space': 'x\u00a0read:user',
    'the right one with a NUL after it': 'read:user\0',
    'the right one in quotes': '"read:user"',
    'a star': '*',
    'a star for the last word': 'read:*',
    'a pattern': 'read:.*',
    'in capitals': 'READ:USER',
    'a letter more': 'read:users',
    'a letter less': 'read:use',
  }),
  ...rows('takes', 'scope', 'good', {
    'the right one among others': 'x read:user y',
    'the right one with spaces around': '  read:user  ',
    'the right one twice': 'read:user read:user',
  }),
  ...rows('takes', 'scp', 'good', { 'the right one, where there is no scope': 'x read:user' }, { scope: undefined }),
  ...rows('takes', 'scp', 'good', { 'the right one, where scope is null, unsettled': 'read:user' }, { scope: null }),
  ...rows('takes', 'scp', 'good', { 'a list, as Okta sends it': ['x', 'read:user'] }, { scope: undefined }),
  ...rows(
    'refuses',
    'scp',
    'forbidden',
    { ...NO_TEXTS, 'a list with a number': ['read:user', 5] },
    { scope: undefined },
  ),
  ...rows('refuses', 'scp', 'forbidden', { 'beside an empty scope, unsettled': 'read:user' }, { scope: '' }),
  ...rows('refuses', 'scp', 'forbidden', { 'beside a scope that is a list, unsettled': 'read:user' }, { scope: [] }),
  ...rows('takes any', 'sub', 'good', { ...NO_TEXTS, absent: undefined, 'an empty text': '' }),
  ...rows('takes any', 'azp', 'good', { 'a number': 5, null: null, 'a name of an object’s own': '__proto__' }),
];
