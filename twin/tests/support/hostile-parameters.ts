import * as is from './token-requests.ts';
import { asForm, asJson, asRealmUser, asUser, authorized, basic, type RequestRow } from './token-requests.ts';

const { GRANTED, notGranted, notText, twice, UNAUTHORIZED, unknownRealm, unknownService, unsupported } = is;

/** What is sent for a secret, and no secret of anybody's: it must not come back either. */
export const MARKER = 'not-to-be-told-anybody';
const AUDIENCE = 'https://test-api-for-jwt-authorizer.example.com';
const REALM = 'auth0-http-api-dev';
const ASSERTION = { client_assertion: 'a.b.c', client_assertion_type: 'jwt-bearer' };
const NO_ASSERTION = is.badRequest('private_key_jwt is not configured for any client');

export const PARAMETERS: readonly RequestRow[] = [
  ['refuses a grant_type that is a number', asJson({ grant_type: 5 }), notText('grant_type')],
  ['refuses a grant_type that is true', asJson({ grant_type: true }), notText('grant_type')],
  ['refuses a grant_type in a list', asJson({ grant_type: ['client_credentials'] }), notText('grant_type')],
  ['refuses a grant_type in an object', asJson({ grant_type: { toString: 'x' } }), notText('grant_type')],
  ['takes a grant_type that is null for none', asJson({ grant_type: null }), is.missing('grant_type')],
  ['takes an empty grant_type for none', asForm({ grant_type: '' }), is.missing('grant_type')],
  ['misses the grant_type in a form', asForm({ grant_type: undefined }), is.missing('grant_type')],
  ['refuses a client_id that is a number', asJson({ client_id: 1 }), notText('client_id')],
  ['refuses a client_id in a list', asJson(({ id }) => ({ client_id: [id] })), notText('client_id')],
  ['refuses a secret in a list', asJson(({ secret }) => ({ client_secret: [secret] })), notText('client_secret')],
  ['refuses a secret in an object', asJson({ client_secret: { $ne: '' } }), notText('client_secret')],
  ['refuses an audience in a list', asJson({ audience: [AUDIENCE] }), notText('audience')],
  ['refuses a scope that is a number', asJson({ scope: 0 }), notText('scope')],
  ['refuses a scope in an object', asJson({ scope: { 'read:user': true } }), notText('scope')],
  ['refuses a username in an object', asUser({ username: { $gt: '' } }), notText('username')],
  ['refuses a password that is true', asUser({ password: true }), notText('password')],
  ['misses the client_id', asForm({ client_id: undefined }), is.NO_CLIENT],
  ['takes an empty client_id for none', asJson({ client_id: '' }), is.NO_CLIENT],
  ['misses the client_secret', asForm({ client_secret: undefined }), UNAUTHORIZED],
  ['takes an empty client_secret for none', asJson({ client_secret: '' }), UNAUTHORIZED],
  ['misses the audience', asForm({ audience: undefined }), is.NO_AUDIENCE],
  ['takes an empty audience for none', asForm({ audience: '' }), is.NO_AUDIENCE],
  ['misses the username', asUser({ username: undefined }), is.missing('username')],
  ['takes an empty password for none', asUser({ password: '' }), is.missing('password')],
  ['misses the realm', asRealmUser({ realm: undefined }), is.missing('realm')],
  ['refuses a grant_type twice', is.formWith(() => 'grant_type=client_credentials'), twice('grant_type')],
  ['refuses a client_id twice', is.formWith(({ id }) => `client_id=${id}`), twice('client_id')],
  ['refuses a secret twice', is.formWith(({ secret }) => `client_secret=${secret}`), twice('client_secret')],
  ['refuses an audience twice', is.formWith(() => 'audience=x'), twice('audience')],
  ['refuses a scope twice', is.formWith(() => 'scope=read:user&scope=write:user'), twice('scope')],
  ['refuses an encoded name twice', is.formWith(() => 'grant%5Ftype=password'), twice('grant_type')],
  ['takes a good last member of two', is.jsonText((text) => `{"client_secret":"x",${text.slice(1)}`), GRANTED],
  ['takes a bad last member of two', is.jsonText((text) => `${text.slice(0, -1)},"client_secret":"x"}`), UNAUTHORIZED],
  ['reads no list out of brackets', is.formWith(() => 'scope[]=write:user&scope[0]=x'), GRANTED],
  ['reads no client out of brackets', asForm({ client_id: undefined, 'client_id[]': 'x' }), is.NO_CLIENT],
  ['takes no semicolon for an ampersand', asForm({ grant_type: 'password;x=y' }), unsupported('password;x=y')],
];

const own = ({ id, secret }: is.Credentials): string => basic(id, secret);

export const CLIENTS: readonly RequestRow[] = [
  ['takes HTTP Basic', authorized(own), GRANTED],
  ['takes the scheme in small letters', authorized((good) => own(good).replace('B', 'b')), GRANTED],
  ['takes the same client_id besides HTTP Basic', authorized(own, ({ id }) => ({ client_id: id })), GRANTED],
  ['takes empty parameters besides HTTP Basic', authorized(own, { client_id: '', client_secret: '' }), GRANTED],
  ['refuses another client_id besides HTTP Basic', authorized(own, { client_id: 'x' }), is.TWO_WAYS],
  ['refuses both ways, the same', authorized(own, ({ secret }) => ({ client_secret: secret })), is.TWO_WAYS],
  [
    'refuses both ways, a bad header and a good body',
    authorized(
      ({ id }) => basic(id, MARKER),
      ({ id, secret }) => ({ client_id: id, client_secret: secret }),
    ),
    is.TWO_WAYS,
  ],
  ['refuses both ways, a good header and a bad body', authorized(own, { client_secret: MARKER }), is.TWO_WAYS],
  ['refuses a wrong secret', asJson({ client_secret: MARKER }), UNAUTHORIZED],
  ['refuses a wrong secret in HTTP Basic', authorized(({ id }) => basic(id, MARKER)), UNAUTHORIZED],
  ['refuses a secret and a space', asJson(({ secret }) => ({ client_secret: `${secret} ` })), UNAUTHORIZED],
  ['refuses a secret and a NUL', asJson(({ secret }) => ({ client_secret: `${secret}\0` })), UNAUTHORIZED],
  ['refuses a secret in capitals', asJson(({ secret }) => ({ client_secret: secret.toUpperCase() })), UNAUTHORIZED],
  ['refuses half a secret', asJson(({ secret }) => ({ client_secret: secret.slice(0, 32) })), UNAUTHORIZED],
  ['refuses a client_id and a newline', asJson(({ id }) => ({ client_id: `${id}\n` })), UNAUTHORIZED],
  ['refuses a client_id of full-width letters', asJson(({ id }) => ({ client_id: fullWidth(id) })), UNAUTHORIZED],
  ['refuses the client’s name for its id', asJson({ client_id: 'test-app' }), UNAUTHORIZED],
  ['refuses HTTP Basic without a colon', authorized(({ id }) => `Basic ${base64(id)}`), UNAUTHORIZED],
  ['refuses HTTP Basic of a colon alone', authorized(() => basic('', '')), is.NO_CLIENT],
  ['refuses HTTP Basic without anything', authorized(() => 'Basic'), UNAUTHORIZED],
  ['refuses HTTP Basic that is no base64', authorized(() => 'Basic ~~~~'), UNAUTHORIZED],
  ['refuses HTTP Basic in plain text', authorized(({ id, secret }) => `Basic ${id}:${secret}`), UNAUTHORIZED],
  ['refuses HTTP Basic with text after it', authorized((good) => `${own(good)}, x`), UNAUTHORIZED],
  ['refuses HTTP Basic twice in a line', authorized((good) => `${own(good)}, ${own(good)}`), UNAUTHORIZED],
  ['refuses HTTP Basic with broken percent-encoding', authorized(({ id }) => basic(id, '%zz')), UNAUTHORIZED],
  ['refuses HTTP Basic that is no UTF-8', authorized(() => `Basic ${base64([0xff, 0x3a, 0xfe])}`), UNAUTHORIZED],
  ['refuses HTTP Basic with a NUL', authorized(({ id, secret }) => basic(id, `\0${secret}`)), UNAUTHORIZED],
  ['refuses an empty Authorization', authorized(() => ''), UNAUTHORIZED],
  ['refuses a secret as a bearer', authorized(({ secret }) => `Bearer ${secret}`), UNAUTHORIZED],
  ['refuses HTTP Digest', authorized(({ id }) => `Digest username="${id}"`), UNAUTHORIZED],
  ['refuses private_key_jwt', asForm({ client_secret: undefined, ...ASSERTION }), NO_ASSERTION],
  ['refuses private_key_jwt besides a good secret', asForm(ASSERTION), NO_ASSERTION],
];

export const NAMES: readonly RequestRow[] = [
  ['refuses __proto__ as an object', is.jsonText((text) => `{"__proto__":${text},"x":"y"}`), notText('__proto__')],
  ['takes __proto__ for an unknown name', is.jsonText((text) => `{"__proto__":"x",${text.slice(1)}`), GRANTED],
  ['takes constructor and toString for unknown names', asForm({ constructor: 'x', toString: 'y' }), GRANTED],
  ['refuses __proto__ twice', is.formWith(() => '__proto__=a&__proto__=b'), twice('__proto__')],
  ['refuses the grant_type __proto__', asJson({ grant_type: '__proto__' }), unsupported('__proto__')],
  ['refuses the grant_type constructor', asForm({ grant_type: 'constructor' }), unsupported('constructor')],
  ['refuses the grant_type toString', asForm({ grant_type: 'toString' }), unsupported('toString')],
  ['refuses the client __proto__', asJson({ client_id: '__proto__' }), UNAUTHORIZED],
  ['refuses the client constructor', asForm({ client_id: 'constructor', client_secret: 'name' }), UNAUTHORIZED],
  ['refuses the audience __proto__', asJson({ audience: '__proto__' }), unknownService('__proto__')],
  ['refuses the audience toString', asUser({ audience: 'toString' }), unknownService('toString')],
  ['refuses the realm __proto__', asRealmUser({ realm: '__proto__' }), unknownRealm('__proto__')],
  ['refuses the realm constructor', asRealmUser({ realm: 'constructor' }), unknownRealm('constructor')],
  ['refuses the user __proto__', asUser({ username: '__proto__', password: '__proto__' }), is.WRONG_PASSWORD],
  ['refuses the scope __proto__', asJson({ scope: '__proto__' }), notGranted('__proto__')],
  ['gives a user no scope toString', asUser({ scope: 'toString' }), GRANTED],
  ['refuses a space before the grant_type', asJson({ grant_type: ' password' }), unsupported(' password')],
  ['refuses the grant_type in capitals', asJson({ grant_type: 'PASSWORD' }), unsupported('PASSWORD')],
  ['refuses a grant_type with a NUL', asJson({ grant_type: 'password\0' }), unsupported('password\0')],
  ['refuses a Cyrillic letter in a scope', asJson({ scope: 'r\u0435ad:user' }), notGranted('r\u0435ad:user')],
  ['refuses a Cyrillic letter in a form', asForm({ scope: 'r\u0435ad:user' }), notGranted('r\u0435ad:user')],
  ['refuses full-width letters', asJson({ scope: fullWidth('read:user') }), notGranted(fullWidth('read:user'))],
  ['refuses a zero-width space', asJson({ scope: 'read:\u200buser' }), notGranted('read:\u200buser')],
  ['refuses a combining accent', asJson({ scope: 're\u0301ad:user' }), notGranted('re\u0301ad:user')],
  ['refuses a scope in capitals', asJson({ scope: 'READ:USER' }), notGranted('READ:USER')],
  ['refuses a scope with a NUL', asJson({ scope: 'read:user\0' }), notGranted('read:user\0')],
  ['refuses half a surrogate pair', asJson({ scope: '\ud800' }), notGranted('\ud800')],
  ['refuses a newline between scopes', asJson({ scope: 'read:user\nx' }), notGranted('read:user\nx')],
  ['refuses a tab between scopes', asForm({ scope: 'read:user\tx' }), notGranted('read:user\tx')],
  ['refuses a no-break space between', asJson({ scope: 'read:user\u00a0x' }), notGranted('read:user\u00a0x')],
  ['refuses a comma between scopes', asJson({ scope: 'read:user,x' }), notGranted('read:user,x')],
  ['takes spaces around a scope for nothing', asJson({ scope: '   read:user   read:user ' }), GRANTED],
  ['takes a scope of spaces for none', asJson({ scope: '   ' }), GRANTED],
  ['refuses 10,000 scopes', asJson({ scope: words(' ') }), notGranted(words(', '))],
  ['takes one scope 9,000 times for once', asJson({ scope: 'read:user '.repeat(9000) }), GRANTED],
  ['gives a user none of 10,000 scopes', asUser({ scope: words(' ') }), GRANTED],
  ['refuses a Cyrillic letter in a realm', asRealmUser({ realm: '\u0430uth0' }), unknownRealm('\u0430uth0')],
  ['refuses a realm in capitals', asRealmUser({ realm: REALM.toUpperCase() }), unknownRealm(REALM.toUpperCase())],
  ['refuses a realm and a space', asRealmUser({ realm: `${REALM} ` }), unknownRealm(`${REALM} `)],
  ['refuses a realm with quotes', asRealmUser({ realm: `' or "1"="1` }), unknownRealm(`' or "1"="1`)],
  ['refuses an audience and a slash', asJson({ audience: `${AUDIENCE}/` }), unknownService(`${AUDIENCE}/`)],
  ['refuses an audience and a newline', asJson({ audience: `${AUDIENCE}\n` }), unknownService(`${AUDIENCE}\n`)],
  ['refuses two audiences', asJson({ audience: `${AUDIENCE} x` }), unknownService(`${AUDIENCE} x`)],
  ['refuses a username of 90,000 letters', asUser({ username: 'x'.repeat(90_000) }), is.WRONG_PASSWORD],
  ['refuses a username and a NUL', asUser(({ username }) => ({ username: `${username}\0` })), is.WRONG_PASSWORD],
  ['refuses a username and a line', asUser(({ username }) => ({ username: `${username}\nx` })), is.WRONG_PASSWORD],
  ['refuses a username of full-width letters', asUser({ username: fullWidth('test-user') }), is.WRONG_PASSWORD],
  ['refuses a long password', asUser({ username: 'nobody', password: MARKER.repeat(4000) }), is.WRONG_PASSWORD],
];

function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));
}

function words(separator: string): string {
  return Array.from({ length: 10_000 }, (_, index) => `s${index}`).join(separator);
}

function base64(content: string | readonly number[]): string {
  return (typeof content === 'string' ? Buffer.from(content) : Buffer.from(content)).toString('base64');
}
