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

/** A value that is derived from the good claims, with its name. */
const of = (name: string, make: (good: Claims) => unknown) => ({ name, make });
const isMade = (value: unknown): value is ReturnType<typeof of> =>
  typeof value === 'object' && value !== null && 'make' in value;

/** Returns a row for each value of the claim that the name begins with; some claims count only if others are absent. */
const rows = (
  verb: string,
  claim: string,
  answer: TokenAnswer,
  values: readonly unknown[],
  besides: Claims = {},
): TokenRow[] =>
  values.map((value) => [
    `${verb} a token with ${claim}: ${isMade(value) ? value.name : JSON.stringify(value)}`,
    ({ token, claims }) =>
      token({}, { ...besides, [claim.split(/[ ,]/)[0] ?? '']: isMade(value) ? value.make(claims) : value }),
    answer,
  ]);

const NO_TEXTS: readonly unknown[] = [null, 5, 1e308, -1, 0.5, true, false, [], { a: 1 }];
const NO_TIMES: readonly unknown[] = [
  null,
  true,
  false,
  '',
  '0',
  'NaN',
  'Infinity',
  '2999-01-01T00:00:00Z',
  [],
  { s: 1 },
];
const soon = Math.floor(Date.now() / 1000) + 3600;
const UNVERIFIED = 'rejects (unverified)';

export const CLAIMS: readonly TokenRow[] = [
  ...rows('rejects', 'iss', ISSUER, [...NO_TEXTS, undefined, '', 'https://other.eu.auth0.com/']),
  ...rows('rejects', 'iss', ISSUER, [
    // docs/fidelity.md F7
    of('without its slash', ({ iss }) => String(iss).replace(/\/$/, '')),
    of('another slash after it', ({ iss }) => `${String(iss)}/`),
    of('its port after it', ({ iss }) => String(iss).replace(/\/$/, ':443/')),
    of('http for https', ({ iss }) => String(iss).replace('https', 'http')),
    of('in upper case', ({ iss }) => String(iss).toUpperCase()),
    of('a NUL after it', ({ iss }) => `${String(iss)}\0`),
    of('a space after it', ({ iss }) => `${String(iss)} `),
    of('a letter that looks the same', ({ iss }) => String(iss).replace('a', '\u0430')),
    of('with a user', ({ iss }) => String(iss).replace('https://', 'https://x@')),
    of('a list with the right one', ({ iss }) => [iss]),
  ]),
  // docs/fidelity.md F8
  ...rows('rejects', 'aud', AUDIENCE, ['https://other.example.com', ...NO_TEXTS, undefined, '', [5], [null], '*']),
  ...rows('rejects', 'aud', AUDIENCE, [
    of('the right one in a list in a list', ({ aud }) => [[aud]]),
    of('the right one and a number (unverified)', ({ aud }) => [aud, 5]),
    of('the right one in an object', ({ aud }) => ({ 0: aud, length: 1 })),
    of('the right one twice in one string', ({ aud }) => `${String(aud)} ${String(aud)}`),
    of('a slash after it', ({ aud }) => `${String(aud)}/`),
    of('cut short', ({ aud }) => String(aud).slice(0, -1)),
    of('in upper case', ({ aud }) => String(aud).toUpperCase()),
  ]),
  ...rows('accepts', 'aud', 'good', [
    of('the right one in a list', ({ aud }) => [aud]),
    // docs/fidelity.md F21
    of('the right one among others', ({ aud }) => ['x', aud]),
    of('the right one twice', ({ aud }) => [aud, aud]),
  ]),
  // docs/fidelity.md F9
  ...rows('rejects', 'client_id beside a wrong aud', AUDIENCE, [of('the right one', ({ aud }) => aud)], { aud: 'x' }),
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
  // docs/fidelity.md F10
  ...rows('rejects', 'exp', EXPIRED, [soon - 7200, ...NO_TIMES, undefined, String(soon), [soon], 0, -soon]),
  ...rows('rejects', 'exp', EXPIRED, [1_600_000_000.5, -1e308]),
  ...tokens(EXPIRED, {
    'rejects a token with exp: more than a number can hold': withNumber('exp', '1e999'),
    'rejects a token with exp: minus zero': withNumber('exp', '-0'),
  }),
  ...rows('accepts', 'exp', 'good', [soon + 0.5]),
  ...rows('accepts (unverified)', 'exp', 'good', [1e308]),
  ...rows('rejects', 'nbf', TOO_EARLY, [...NO_TIMES, soon, soon + 0.5, Date.now(), 1e308]),
  ...tokens(TOO_EARLY, {
    'rejects a token with nbf: more than a number can hold': withNumber('nbf', '1e999'),
    'rejects a token with nbf: less than a number can hold (unverified)': withNumber('nbf', '-1e999'),
  }),
  ...rows('rejects', 'iat', FROM_THE_FUTURE, [...NO_TIMES, soon, Date.now(), 1e308]),
  ['rejects a token with iat: more than a number can hold', withNumber('iat', '1e999'), FROM_THE_FUTURE],
  ...['nbf', 'iat'].flatMap((claim) => rows('accepts', claim, 'good', [undefined, 0, -5, 1.5])),
  // docs/fidelity.md F11, F12
  ...rows('rejects', 'scope', 'forbidden', ['write:user', ...NO_TEXTS, undefined, '', ' ', { 'read:user': true }]),
  ...rows('rejects', 'scope', 'forbidden', ['x,read:user', 'x\u00a0read:user', 'read:user\0', '"read:user"']),
  ...rows('rejects', 'scope', 'forbidden', ['*', 'read:*', 'read:.*', 'READ:USER', 'read:users', 'read:use']),
  ...rows(UNVERIFIED, 'scope', 'forbidden', [['read:user'], 'x\tread:user', 'x\nread:user']),
  // docs/fidelity.md F14
  ...rows('rejects', 'scope beside permissions', 'forbidden', [''], { permissions: ['read:user'] }),
  ...rows('accepts', 'scope', 'good', ['x read:user y', '  read:user  ', 'read:user read:user']),
  ...rows('accepts', 'scp, without scope', 'good', ['x read:user'], { scope: undefined }),
  ...rows('accepts (unverified)', 'scp, where scope is null', 'good', ['read:user'], { scope: null }),
  // docs/fidelity.md F13
  ...rows('accepts', 'scp, a list, as Okta sends it', 'good', [['x', 'read:user']], { scope: undefined }),
  ...rows('rejects', 'scp', 'forbidden', [...NO_TEXTS, ['read:user', 5]], { scope: undefined }),
  ...rows(UNVERIFIED, 'scp beside an empty scope', 'forbidden', ['read:user'], { scope: '' }),
  ...rows(UNVERIFIED, 'scp beside a scope that is a list', 'forbidden', ['read:user'], { scope: [] }),
  ...rows('accepts', 'sub', 'good', [...NO_TEXTS, undefined, '']),
  ...rows('accepts', 'azp', 'good', [5, null, '__proto__']),
];
