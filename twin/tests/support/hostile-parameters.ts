import { MAIN } from './full-tenant.ts';
import * as is from './token-requests.ts';
import {
  asForm,
  asJson,
  authorized,
  base64,
  basic,
  EMAIL,
  ID,
  REALM,
  REALM_USER,
  rows,
  SECRET,
  shown,
  USER,
} from './token-requests.ts';
import type { Change, RequestRow, TenantAnswer, TenantRequest } from './token-requests.ts';

/** An invalid secret. Responses must not contain it either. */
export const MARKER = 'not-to-be-shown-anywhere';

/** Rejects each of these values of a parameter, in JSON and, where a form can hold it, in a form. */
const values = (
  name: string,
  all: readonly string[],
  answer: (value: string) => TenantAnswer,
  good?: Change,
): RequestRow[] =>
  all.flatMap((value) => {
    const title = `rejects the ${name} ${shown(value)}${good === USER ? ' of a user' : ''}`;
    const json: RequestRow = [title, asJson({ [name]: value }, good), answer(value)];
    const form: RequestRow = [`${title} of a form`, asForm({ [name]: value }, good), answer(value)];
    return value.isWellFormed() ? [json, form] : [json];
  });

const noStrings = (name: string, all: readonly unknown[], good?: Change): RequestRow[] =>
  all.map((value) => [`rejects the ${name} ${shown(value)}`, asJson({ [name]: value }, good), is.notText(name)]);

const absent = (name: string, answer: TenantAnswer, good?: Change): RequestRow[] => [
  [`rejects a form without ${name}`, asForm({ [name]: undefined }, good), answer],
  [`rejects a form with an empty ${name}`, asForm({ [name]: '' }, good), answer],
  [`rejects JSON without ${name}`, asJson({ [name]: undefined }, good), answer],
  [`rejects JSON with an empty ${name}`, asJson({ [name]: '' }, good), answer],
  [`rejects JSON with a null ${name}`, asJson({ [name]: null }, good), answer],
];

/** A service's good form, with more after it. */
const formWith = (more: string): TenantRequest => is.post(is.FORM_TYPE, `${String(asForm().body)}&${more}`);
/** A service's good JSON, with members before and after its own. */
const members = (before: string, after = ''): TenantRequest =>
  is.post(is.JSON_TYPE, `{${before}${JSON.stringify(is.SERVICE).slice(1, -1)}${after}}`);

const again = (name: string, pair: string): RequestRow => [
  `rejects ${pair.split('=')[0]} twice in a form`,
  formWith(pair),
  is.twice(name),
];

export const PARAMETERS: readonly RequestRow[] = [
  ...noStrings('grant_type', [5, true, ['client_credentials'], { toString: 'x' }]),
  ...noStrings('client_id', [1, [ID]]),
  ...noStrings('client_secret', [[SECRET], { $ne: '' }]),
  ...noStrings('audience', [[MAIN]]),
  ...noStrings('scope', [0, { 'read:user': true }, ['read:user']]),
  ...noStrings('username', [{ $gt: '' }], USER),
  ...noStrings('password', [true], USER),
  ...absent('grant_type', is.missing('grant_type')),
  ...absent('client_id', is.NO_CLIENT),
  ...absent('client_secret', is.UNAUTHORIZED),
  // docs/fidelity.md F116
  ...absent('audience', is.NO_AUDIENCE),
  ...absent('username', is.missing('username'), USER),
  ...absent('password', is.missing('password'), USER),
  ...absent('realm', is.missing('realm'), REALM_USER),
  again('grant_type', 'grant_type=client_credentials'),
  again('grant_type', 'grant%5Ftype=password'),
  again('client_id', `client_id=${ID}`),
  again('client_secret', `client_secret=${SECRET}`),
  again('audience', 'audience=x'),
  again('scope', 'scope=read:user&scope=write:user'),
  again('__proto__', '__proto__=a&__proto__=b'),
  ...rows(is.GRANTED, {
    'reads the last member of two in JSON': members('"client_secret":"x",'),
    'does not read a list from brackets': formWith('scope[]=write:user&scope[0]=x'),
    'ignores a member __proto__': members('"__proto__":"x",'),
    'ignores the parameters constructor and toString': asForm({ constructor: 'x', toString: 'y' }),
  }),
  ['rejects a bad last member of two in JSON', members('', ',"client_secret":"x"'), is.UNAUTHORIZED],
  ['does not read a client from brackets', asForm({ client_id: undefined, 'client_id[]': 'x' }), is.NO_CLIENT],
  ['rejects a __proto__ that is an object', members('"__proto__":{},'), is.notText('__proto__')],
];

const OWN = basic(ID, SECRET);

export const CLIENTS: readonly RequestRow[] = [
  ...rows(is.GRANTED, {
    // docs/fidelity.md F95
    'accepts HTTP Basic': authorized(OWN),
    'accepts the scheme in lower case': authorized(OWN.replace('B', 'b')),
    'accepts the same client_id next to HTTP Basic': authorized(OWN, { client_id: ID }),
    'accepts empty parameters next to HTTP Basic': authorized(OWN, { client_id: '', client_secret: '' }),
  }),
  ...rows(is.TWO_WAYS, {
    'rejects another client_id next to HTTP Basic': authorized(OWN, { client_id: 'x' }),
    'rejects a secret both ways, the same': authorized(OWN, { client_secret: SECRET }),
    'rejects a bad header and a good body': authorized(basic(ID, MARKER), { client_id: ID, client_secret: SECRET }),
    'rejects a good header and a bad body': authorized(OWN, { client_secret: MARKER }),
    'rejects an assertion next to a good secret': asForm({ client_assertion: 'a.b.c' }),
    'rejects client_assertion_type next to a good secret': asForm({ client_assertion_type: 'jwt-bearer' }),
  }),
  ...values(
    'client_secret',
    [MARKER, `${SECRET} `, `${SECRET}\0`, SECRET.toUpperCase(), SECRET.slice(0, -2)],
    () => is.UNAUTHORIZED,
  ),
  // docs/fidelity.md F102
  ...values('client_id', [`${ID}\n`, fullWidth(ID), 'Test-App', '__proto__', 'constructor'], () => is.UNAUTHORIZED),
  ...rows(is.UNAUTHORIZED, {
    'rejects a wrong secret in HTTP Basic': authorized(basic(ID, MARKER)),
    'rejects HTTP Basic without a colon': authorized(`Basic ${base64(ID)}`),
    'rejects HTTP Basic without a value': authorized('Basic'),
    'rejects HTTP Basic that is not base64': authorized('Basic ~~~~'),
    'rejects HTTP Basic in plain text': authorized(`Basic ${ID}:${SECRET}`),
    'rejects HTTP Basic with text after it': authorized(`${OWN}, x`),
    'rejects HTTP Basic twice in a line': authorized(`${OWN}, ${OWN}`),
    'rejects HTTP Basic with broken percent-encoding': authorized(basic(ID, '%zz')),
    'rejects HTTP Basic that is not UTF-8': authorized(`Basic ${base64([0xff, 0x3a, 0xfe])}`),
    'rejects HTTP Basic with a NUL': authorized(basic(ID, `\0${SECRET}`)),
    'rejects an empty Authorization': authorized(''),
    'rejects a secret as a bearer token': authorized(`Bearer ${SECRET}`),
    'rejects HTTP Digest': authorized(`Digest username="${ID}"`),
    'rejects the client constructor with the secret name': asForm({ client_id: 'constructor', client_secret: 'name' }),
  }),
  ['rejects HTTP Basic of a colon alone', authorized(basic('', '')), is.NO_CLIENT],
  [
    'rejects an assertion of another type',
    asForm({ client_secret: undefined, client_assertion: 'a.b.c', client_assertion_type: 'jwt-bearer' }),
    is.NO_ASSERTION_TYPE,
  ],
];

const SCOPES = [
  '__proto__',
  'r\u0435ad:user',
  fullWidth('read:user'),
  'read:\u200buser',
  're\u0301ad:user',
  'READ:USER',
  'read:user\0',
  '\ud800',
  'read:user\nx',
  'read:user\tx',
  'read:user\u00a0x',
  'read:user,x',
];

export const NAMES: readonly RequestRow[] = [
  ...values(
    'grant_type',
    ['__proto__', 'constructor', 'toString', ' password', 'PASSWORD', 'password\0', 'password;x=y'],
    is.unsupported,
  ),
  // docs/fidelity.md F109
  ...values('audience', ['__proto__', 'toString', `${MAIN}/`, `${MAIN}\n`, `${MAIN} x`], is.serviceNotEnabled),
  // docs/fidelity.md F110
  ...values('audience', ['constructor', `${MAIN}/`], is.unknownService, USER),
  ...values(
    'realm',
    ['__proto__', 'constructor', '\u0430uth0', REALM.toUpperCase(), `${REALM} `, `' or "1"="1`],
    is.unknownRealm,
    REALM_USER,
  ),
  ...values(
    'username',
    ['__proto__', 'x'.repeat(90_000), `${EMAIL}\0`, `${EMAIL}\nx`, fullWidth(EMAIL)],
    () => is.WRONG_PASSWORD,
    USER,
  ),
  ...values('password', [MARKER.repeat(3000)], () => is.WRONG_PASSWORD, { ...USER, username: 'unknown' }),
  ...values('scope', SCOPES, is.notGranted),
  ['rejects 10,000 scopes', asJson({ scope: words(' ') }), is.notGranted(words(', '))],
  ...rows(is.GRANTED, {
    'ignores spaces around a scope': asJson({ scope: '   read:user   read:user ' }),
    'reads a scope of spaces as no scope': asJson({ scope: '   ' }),
    'accepts one scope 9,000 times': asJson({ scope: 'read:user '.repeat(9000) }),
    'gives a user no scope toString': asJson({ scope: 'toString' }, USER),
    'gives a user none of 10,000 scopes': asJson({ scope: words(' ') }, USER),
  }),
];

function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
}

function words(separator: string): string {
  return Array.from({ length: 10_000 }, (_, index) => `s${index}`).join(separator);
}
