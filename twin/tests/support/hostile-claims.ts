import { encode, type Forge } from './forge.ts';
import { rowsOf } from './rows.ts';
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

const tokens = rowsOf<TokenRow[1], TokenAnswer>;

/** Returns a token of which one part was changed after signing. */
function part(token: string, index: number, change: (text: string) => string): string {
  const parts = token.split('.');
  parts[index] = change(parts[index] ?? '');
  return parts.join('.');
}

const bytes = (text: string, change: (all: Buffer) => Buffer): string =>
  change(Buffer.from(text, 'base64url')).toString('base64url');

/** Returns a segment in the standard base64 alphabet; the first characters guarantee a difference. */
const standardAlphabet = (text: string): string => `+/${text.slice(2).replaceAll('-', '+').replaceAll('_', '/')}`;

/** Returns other text for the same bytes: a lax decoder ignores the surplus bits of the last character. */
function strayBits(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return text.slice(0, -1) + (alphabet[alphabet.indexOf(text.slice(-1)) + 1] ?? '');
}

/** Returns a token whose payload has base64's padding, with a good signature. */
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

/** Returns a token with a claim twice, the good one first. */
const twice = (claim: string, last: unknown) => (forge: Forge) =>
  forge.signed(undefined, `{${members(forge.claims)},"${claim}":${JSON.stringify(last)}}`);
const twiceBefore = (claim: string, first: unknown) => (forge: Forge) =>
  forge.signed(undefined, `{"${claim}":${JSON.stringify(first)},${members(forge.claims)}}`);
const withNumber = (claim: string, digits: string) => (forge: Forge) =>
  forge.signed(undefined, `{${members({ ...forge.claims, [claim]: undefined })},"${claim}":${digits}}`);

export const SHAPES: readonly TokenRow[] = [
  ...tokens(SEGMENTS, {
    // docs/fidelity.md F3
    'rejects a string that is not a JWT': () => 'nonsense',
    'rejects a dot as a token': () => '.',
    'rejects three dots as a token': () => '...',
    'rejects 5,000 dots as a token': () => '.'.repeat(5000),
    'rejects a dot after the token': (f) => `${f.token()}.`,
    'rejects a dot before the token': (f) => `.${f.token()}`,
    'rejects two segments': (f) => f.token().split('.').slice(0, 2).join('.'),
    'rejects a fourth segment': (f) => `${f.token()}.x`,
    'rejects an encoded dot': (f) => f.token().replace('.', '%2E'),
    'rejects two tokens with a comma between': (f) => `${f.token()},${f.token()}`,
    'rejects two tokens with a comma and Bearer between': (f) => `${f.token()}, Bearer ${f.token()}`,
    'rejects a token in base64': (f) => encode(f.token()),
    'rejects the JSON serialization': (f) => jsonSerialization(f.token()),
    'rejects a full-width dot': (f) => Buffer.from(f.token().replaceAll('.', '\uFF0E')).toString('latin1'),
  }),
  ...tokens(MALFORMED, {
    'rejects two dots as a token': () => '..',
    'rejects an empty header': (f) => part(f.token(), 0, () => ''),
    'rejects an empty payload': (f) => part(f.token(), 1, () => ''),
    'rejects padding after the payload (unverified)': padded,
    'rejects padding after the signature (unverified)': (f) => part(f.token(), 2, (text) => `${text}==`),
    'rejects + and / for - and _': (f) => part(f.token(), 2, standardAlphabet),
    'rejects stray bits at the end of the signature (unverified)': (f) => part(f.token(), 2, strayBits),
    'rejects a tilde in the signature': (f) => part(f.token(), 2, (text) => `~${text.slice(1)}`),
    'rejects a space in the payload': (f) => part(f.token(), 1, (text) => `${text.slice(0, 8)} ${text.slice(8)}`),
    'rejects a tab in the payload': (f) => part(f.token(), 1, (text) => `${text.slice(0, 8)}\t${text.slice(8)}`),
    'rejects a token in upper case': (f) => f.token().toUpperCase(),
    'rejects a token in quotes': (f) => `"${f.token()}"`,
    'rejects a token with a comma after it': (f) => `${f.token()},`,
    'rejects a token with a semicolon after it': (f) => `${f.token()};`,
    'rejects Bearer twice': (f) => `Bearer ${f.token()}`,
    'rejects high bytes': () => Buffer.from('é.é.é').toString('latin1'),
  }),
  ...tokens(SIGNATURE, {
    'rejects an empty signature': (f) => part(f.token(), 2, () => ''),
    'rejects a signature cut by a byte': (f) => part(f.token(), 2, (text) => bytes(text, (all) => all.subarray(1))),
    'rejects a signature with a byte more': (f) =>
      part(f.token(), 2, (text) => bytes(text, (all) => Buffer.concat([all, Buffer.alloc(1)]))),
    'rejects a signature twice': (f) => part(f.token(), 2, (text) => bytes(text, (all) => Buffer.concat([all, all]))),
    'rejects the payload of another token': (f) =>
      part(f.token(), 1, () => encode({ ...f.claims, scope: 'read:user x' })),
    'rejects the signature of another token': (f) =>
      part(f.token(), 2, () => f.token({}, { jti: 'x' }).split('.')[2] ?? ''),
    'rejects the header of another token': (f) => part(f.token(), 0, () => encode({ ...f.header, typ: 'jwt' })),
  }),
];

export const PAYLOADS: readonly TokenRow[] = [
  ...tokens(MALFORMED, {
    'rejects claims that are a list': wholePayload('[]'),
    'rejects claims that are null': wholePayload('null'),
    'rejects claims that are a number': wholePayload('5'),
    'rejects claims that are a string': wholePayload('"read:user"'),
    'rejects claims that are true': wholePayload('true'),
    'rejects empty claims': wholePayload(''),
    'rejects claims with a NaN': (f) => f.signed(undefined, `{${members(f.claims)},"x":NaN}`),
    'rejects claims with a comment': (f) => f.signed(undefined, `{${members(f.claims)}/* */}`),
    'rejects claims with a comma at the end': (f) => f.signed(undefined, `{${members(f.claims)},}`),
    'rejects claims in single quotes': (f) => f.signed(undefined, `{${members(f.claims).replaceAll('"', "'")}}`),
    'rejects claims with a byte order mark': (f) => f.signed(undefined, `\uFEFF${JSON.stringify(f.claims)}`),
    'rejects claims that are not UTF-8': (f) =>
      f.signed(undefined, Buffer.from(`{"x":"\xff",${members(f.claims)}}`, 'latin1')),
    'rejects claims in URL encoding': wholePayload('iss=x&scope=read:user'),
  }),
  ...tokens(ISSUER, {
    'rejects a token without claims': wholePayload('{}'),
    'rejects claims that are all in __proto__': (f) => f.signed(undefined, `{"__proto__":${JSON.stringify(f.claims)}}`),
    'rejects two issuers, the last wrong': twice('iss', 'https://x/'),
    'rejects an issuer under an escaped name after the good one': (f) =>
      f.signed(undefined, `{${members(f.claims)},"\\u0069ss":"x"}`),
  }),
  ...tokens('good', {
    'accepts claims with a lone surrogate, which JSON allows': claims({ sub: '\ud800' }),
    'accepts claims with a NUL in the subject': claims({ sub: 'a\0b' }),
    'accepts claims with a __proto__ in them': (f) => f.signed(undefined, `{"__proto__":{"x":1},${members(f.claims)}}`),
    'accepts a claim of 1,500 nested lists': claims({ x: nested(1500) }),
    'uses the last of two issuers, as Go does': twiceBefore('iss', 'https://x/'),
    'uses the last of two expiries, as Go does': twiceBefore('exp', 1),
    'uses the last of two scopes, as Go does': twiceBefore('scope', 'x'),
  }),
  ...tokens(AUDIENCE, {
    'rejects two audiences, the last wrong': twice('aud', 'x'),
    'rejects an audience under a name of another case': claims({ aud: undefined, AUD: 'x' }),
  }),
  ['rejects two expiries, the last past', twice('exp', 1), EXPIRED],
  ['rejects two scopes, the last empty', twice('scope', ''), 'forbidden'],
  ['rejects two times of issue, the last to come', twice('iat', 9_999_999_999), FROM_THE_FUTURE],
];

type Claims = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, unknown>>;

/** A value that is derived from the good claims. */
const of = (make: (good: Claims) => unknown) => make;

/** Returns a row for each value of a claim; some claims count only if others are absent. */
const rows = (verb: string, claim: string, answer: TokenAnswer, values: Values, besides: Claims = {}): TokenRow[] =>
  Object.entries(values).map(([what, value]) => [
    `${verb} a token with ${claim}: ${what}`,
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
  'an empty string': '',
  'the string 0': '0',
  'the string NaN': 'NaN',
  'the string Infinity': 'Infinity',
  'a date': '2999-01-01T00:00:00Z',
  'an empty list': [],
  'an object': { seconds: 1 },
};
const soon = Math.floor(Date.now() / 1000) + 3600;

export const CLAIMS: readonly TokenRow[] = [
  ...rows('rejects', 'iss', ISSUER, {
    ...NO_TEXTS,
    absent: undefined,
    'an empty string': '',
    'a list with the right one': of(({ iss }) => [iss]),
    'a space after it': of(({ iss }) => `${String(iss)} `),
    'another tenant': 'https://other.eu.auth0.com/',
    // docs/fidelity.md F7
    'without its slash': of(({ iss }) => String(iss).replace(/\/$/, '')),
    'another slash after it': of(({ iss }) => `${String(iss)}/`),
    'its port after it': of(({ iss }) => String(iss).replace(/\/$/, ':443/')),
    'http for https': of(({ iss }) => String(iss).replace('https', 'http')),
    'in upper case': of(({ iss }) => String(iss).toUpperCase()),
    'a NUL after it': of(({ iss }) => `${String(iss)}\0`),
    'a letter that looks the same': of(({ iss }) => String(iss).replace('a', '\u0430')),
    'with a user': of(({ iss }) => String(iss).replace('https://', 'https://x@')),
  }),
  ...rows('rejects', 'aud', AUDIENCE, {
    ...NO_TEXTS,
    // docs/fidelity.md F8
    'another API': 'https://other.example.com',
    absent: undefined,
    'an empty string': '',
    'a list of a number': [5],
    'a list of null': [null],
    'the right one in a list in a list': of(({ aud }) => [[aud]]),
    'the right one and a number (unverified)': of(({ aud }) => [aud, 5]),
    'the right one in an object': of(({ aud }) => ({ 0: aud, length: 1 })),
    'the right one twice in one string': of(({ aud }) => `${String(aud)} ${String(aud)}`),
    'a slash after it': of(({ aud }) => `${String(aud)}/`),
    'cut short': of(({ aud }) => String(aud).slice(0, -1)),
    'in upper case': of(({ aud }) => String(aud).toUpperCase()),
    'a star': '*',
  }),
  ...rows('accepts', 'aud', 'good', {
    'the right one in a list': of(({ aud }) => [aud]),
    // docs/fidelity.md F21
    'the right one among others': of(({ aud }) => ['x', aud]),
    'the right one twice': of(({ aud }) => [aud, aud]),
  }),
  // docs/fidelity.md F9
  ...rows('rejects', 'client_id beside a wrong aud', AUDIENCE, { 'the right one': of(({ aud }) => aud) }, { aud: 'x' }),
  ...rows('rejects', 'client_id', AUDIENCE, NO_TEXTS, { aud: undefined }),
  ...tokens('good', {
    'accepts a token with client_id: the audience, without aud': (f) =>
      f.token({}, { aud: undefined, client_id: f.claims['aud'] }),
    'accepts a token with exp: a number with an exponent': withNumber('exp', '9.9e9'),
  }),
  ...tokens(AUDIENCE, {
    'rejects a token with client_id: a list of the audience (unverified)': (f) =>
      f.token({}, { aud: undefined, client_id: [f.claims['aud']] }),
    'rejects a token with client_id: the audience, where aud is null': (f) =>
      f.token({}, { aud: null, client_id: f.claims['aud'] }),
    'rejects a token with client_id: the audience, where aud is an empty list': (f) =>
      f.token({}, { aud: [], client_id: f.claims['aud'] }),
  }),
  ...rows('rejects', 'exp', EXPIRED, {
    ...NO_TIMES,
    // docs/fidelity.md F10
    past: soon - 7200,
    absent: undefined,
    'a number in a string': String(soon),
    'a number in a list': [soon],
    zero: 0,
    negative: -soon,
    'a fraction past': 1_600_000_000.5,
    'a huge negative number': -1e308,
  }),
  ...tokens(EXPIRED, {
    'rejects a token with exp: more than a number can hold': withNumber('exp', '1e999'),
    'rejects a token with exp: minus zero': withNumber('exp', '-0'),
  }),
  ...rows('accepts', 'exp', 'good', { 'a fraction to come': soon + 0.5, 'a huge number (unverified)': 1e308 }),
  ...rows('rejects', 'nbf', TOO_EARLY, {
    ...NO_TIMES,
    'to come': soon,
    'a fraction to come': soon + 0.5,
    'in milliseconds': Date.now(),
    'a huge number': 1e308,
  }),
  ...tokens(TOO_EARLY, {
    'rejects a token with nbf: more than a number can hold': withNumber('nbf', '1e999'),
    'rejects a token with nbf: less than a number can hold (unverified)': withNumber('nbf', '-1e999'),
  }),
  ...rows('accepts', 'nbf', 'good', { absent: undefined, zero: 0, negative: -5, 'a fraction past': 1.5 }),
  ...rows('rejects', 'iat', FROM_THE_FUTURE, {
    ...NO_TIMES,
    'to come': soon,
    'in milliseconds': Date.now(),
    'a huge number': 1e308,
  }),
  ['rejects a token with iat: more than a number can hold', withNumber('iat', '1e999'), FROM_THE_FUTURE],
  ...rows('accepts', 'iat', 'good', { absent: undefined, zero: 0, negative: -5, 'a fraction past': 1.5 }),
  ...rows('rejects', 'scope', 'forbidden', {
    ...NO_TEXTS,
    // docs/fidelity.md F11, F12
    another: 'write:user',
    absent: undefined,
    'an empty string': '',
    'a space': ' ',
    'a list with the right one (unverified)': ['read:user'],
    'the right one in an object': { 'read:user': true },
    'the right one after a comma': 'x,read:user',
    'the right one after a tab (unverified)': 'x\tread:user',
    'the right one after a line end (unverified)': 'x\nread:user',
    'the right one after a no-break space': 'x\u00a0read:user',
    'the right one with a NUL after it': 'read:user\0',
    'the right one in quotes': '"read:user"',
    'a star': '*',
    'a star for the last word': 'read:*',
    'a pattern': 'read:.*',
    'in upper case': 'READ:USER',
    'one letter more': 'read:users',
    'one letter less': 'read:use',
  }),
  // docs/fidelity.md F14
  ...rows('rejects', 'scope', 'forbidden', { 'empty, beside permissions': '' }, { permissions: ['read:user'] }),
  ...rows('accepts', 'scope', 'good', {
    'the right one among others': 'x read:user y',
    'the right one with spaces around': '  read:user  ',
    'the right one twice': 'read:user read:user',
  }),
  ...rows('accepts', 'scp', 'good', { 'the right one, without scope': 'x read:user' }, { scope: undefined }),
  ...rows(
    'accepts',
    'scp',
    'good',
    { 'the right one, where scope is null (unverified)': 'read:user' },
    { scope: null },
  ),
  // docs/fidelity.md F13
  ...rows('accepts', 'scp', 'good', { 'a list, as Okta sends it': ['x', 'read:user'] }, { scope: undefined }),
  ...rows(
    'rejects',
    'scp',
    'forbidden',
    { ...NO_TEXTS, 'a list with a number': ['read:user', 5] },
    { scope: undefined },
  ),
  ...rows('rejects', 'scp', 'forbidden', { 'beside an empty scope (unverified)': 'read:user' }, { scope: '' }),
  ...rows('rejects', 'scp', 'forbidden', { 'beside a scope that is a list (unverified)': 'read:user' }, { scope: [] }),
  ...rows('accepts', 'sub', 'good', { ...NO_TEXTS, absent: undefined, 'an empty string': '' }),
  ...rows('accepts', 'azp', 'good', { 'a number': 5, null: null, 'the name of an object property': '__proto__' }),
];
