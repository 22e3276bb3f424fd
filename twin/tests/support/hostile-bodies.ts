import { gzipSync } from 'node:zlib';
import * as is from './token-requests.ts';
import { asForm, chunksOf, elsewhere, FORM_TYPE, get, ID, JSON_TYPE, post, rows, SERVICE } from './token-requests.ts';
import type { RequestRow, TenantRequest } from './token-requests.ts';

const MEGABYTE = 1_000_000;
const GOOD = JSON.stringify(SERVICE);
const FORM = String(asForm().body);
const GZIP = { 'content-encoding': 'gzip' };

const json = (body: string | Buffer): TenantRequest => post(JSON_TYPE, body);
const form = (body: string | Buffer): TenantRequest => post(FORM_TYPE, body);
/** Returns a client's form with these bytes as its secret. */
const secretForm = (secret: string): TenantRequest =>
  form(Buffer.from(`grant_type=client_credentials&client_id=${ID}&client_secret=${secret}`, 'latin1'));

export const BODIES: readonly RequestRow[] = [
  ...rows(is.NO_TYPE, {
    'rejects a body without a type': { body: GOOD },
    'rejects a body of an empty type': post('', GOOD),
    'rejects plain text': post('text/plain', GOOD),
    'rejects a multipart form': post('multipart/form-data; boundary=x', GOOD),
    'rejects another kind of JSON': post('application/vnd.api+json', GOOD),
    'rejects two types': post(`${JSON_TYPE}, ${FORM_TYPE}`, GOOD),
    'rejects a type with JSON in a parameter': post(`text/plain; x=${JSON_TYPE}`, GOOD),
  }),
  ...rows(is.GRANTED, {
    'accepts the type in upper case': post('APPLICATION/JSON', GOOD),
    'accepts a charset': post(`${JSON_TYPE}; charset=utf-8`, GOOD),
    'accepts a charset in quotes, without a space': post(`${JSON_TYPE};charset="UTF-8"`, GOOD),
    'reads UTF-8 whatever the charset says': post(`${JSON_TYPE}; charset=utf-16`, GOOD),
    'accepts a form with an unknown charset': post(`${FORM_TYPE}; charset=x`, FORM),
    'accepts 100,000 bytes': json(GOOD.padEnd(100_000)),
    'accepts 10,000 unknown parameters': form(
      `${FORM}&${Array.from({ length: 10_000 }, (_, n) => `p${n}=`).join('&')}`,
    ),
    'reads plain JSON whatever the encoding says': post(JSON_TYPE, GOOD, GZIP),
    'ignores a byte order mark': json(`\ufeff${GOOD}`),
    'ignores a byte order mark of a form': form(`\ufeff${FORM}`),
    'ignores extra ampersands': form(`&&${FORM}&&`),
  }),
  ...rows(is.NO_JSON, {
    'rejects a form declared as JSON': json(FORM),
    'rejects UTF-16': post(`${JSON_TYPE}; charset=utf-16`, Buffer.from(GOOD, 'utf16le')),
    'rejects an empty body in JSON': json(''),
    'rejects JSON without a body': { headers: { 'content-type': JSON_TYPE } },
    'rejects spaces as JSON': json('  \n'),
    'rejects two objects': json(GOOD + GOOD),
    'rejects JSON cut in the middle': json(GOOD.slice(0, -9)),
    'rejects a trailing comma': json(GOOD.replace('}', ',}')),
    'rejects a comment': json(`/* */${GOOD}`),
    'rejects single quotes': json(GOOD.replaceAll('"', "'")),
    'rejects a NUL after the object': json(`${GOOD}\0`),
    'rejects 10,000 lists that do not end': json('['.repeat(10_000)),
    'rejects gzip': post(JSON_TYPE, gzipSync(GOOD), GZIP),
    'rejects gzip that is not declared': json(gzipSync(GOOD)),
  }),
  ...rows(is.NO_OBJECT, {
    'rejects a list': json(`[${GOOD}]`),
    'rejects a number': json('5'),
    'rejects null': json('null'),
    'rejects true': json('true'),
    'rejects a string': json(JSON.stringify(GOOD)),
    'rejects an empty list': json('[]'),
    'rejects 10,000 nested lists': json('['.repeat(10_000) + ']'.repeat(10_000)),
  }),
  ...rows(is.missing('grant_type'), {
    'rejects an empty object': json('{}'),
    'rejects an empty form': form(''),
    'does not read parameters from JSON declared as a form': form(GOOD),
    'does not unzip a form': post(FORM_TYPE, gzipSync(FORM), GZIP),
    'does not decode a form twice': form(FORM.replaceAll('_', '%255F')),
    'does not read parameters from the query': { ...form(''), target: `/oauth/token?${FORM}` },
  }),
  ...rows(is.TOO_LARGE, {
    'rejects 1 MB of JSON': json(GOOD + ' '.repeat(MEGABYTE)),
    'rejects 1 MB of a form': form(`${FORM}&x=${'y'.repeat(MEGABYTE)}`),
    'rejects 100,001 bytes': json(GOOD.padEnd(100_001)),
  }),
  ...rows(is.UNAUTHORIZED, {
    'rejects a secret that is not UTF-8': json(
      Buffer.from(JSON.stringify({ ...SERVICE, client_secret: '\xff\xfe' }), 'latin1'),
    ),
    'rejects a form that is not UTF-8': secretForm('\xff'),
    'rejects a secret with broken percent-encoding': secretForm('%zz%'),
    'rejects percent-encoding that is not UTF-8': secretForm('%ff%c0%80'),
  }),
  [
    'rejects 10,000 objects as a scope',
    json(`${GOOD.slice(0, -1)},"scope":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`),
    is.notText('scope'),
  ],
];

export const PLACES: readonly RequestRow[] = [
  ...rows(is.NOT_FOUND, {
    'has no GET of the token endpoint': get('/oauth/token'),
    'has no PUT of the token endpoint': elsewhere({ method: 'PUT' }),
    'has no PATCH of the token endpoint': elsewhere({ method: 'PATCH' }),
    'has no DELETE of the token endpoint': elsewhere({ method: 'DELETE' }),
    'has no OPTIONS of the token endpoint': elsewhere({ method: 'OPTIONS' }),
    'lets no header change the method': get('/oauth/token', { headers: { 'x-http-method-override': 'POST' } }),
    'has no token endpoint with a trailing slash': elsewhere({ target: '/oauth/token/' }),
    'has no token endpoint with a double slash': elsewhere({ target: '//oauth/token' }),
    'has no token endpoint in upper case': elsewhere({ target: '/OAuth/Token' }),
    'has no token endpoint with a path parameter': elsewhere({ target: '/oauth/token;x' }),
    'has no token endpoint with an encoded slash': elsewhere({ target: '/oauth%2ftoken' }),
    'has no token endpoint with a NUL at the end': elsewhere({ target: '/oauth/token%00' }),
    'has no file above the keys': get('/.well-known/../../etc/passwd'),
    'has no file above the keys, encoded': get('/.well-known/%2e%2e/%2e%2e/etc/passwd'),
    'has no signing key': get('/.well-known/signing-key.pem'),
    'has no list of /.well-known/': get('/.well-known/'),
    'has no slash after the keys': get('/.well-known/jwks.json/'),
    'has no double slash before the keys': get('/.well-known//jwks.json'),
    'has no NUL after the keys': get('/.well-known/jwks.json%00.html'),
    'has no POST of the keys': elsewhere({ target: '/.well-known/jwks.json' }),
    'has no encoded slash before the keys': get('/.well-known%2fjwks.json'),
    'has no path with invalid percent-encoding': get('/.well-known/%'),
  }),
  ['has no HEAD of the token endpoint', { method: 'HEAD' }, { status: 404 }],
  ...rows(is.MISDIRECTED, {
    'rejects another host': elsewhere({ host: 'evil.example.com' }),
    'rejects another host with a port': elsewhere({ host: 'evil.example.com:8080' }),
    'rejects a host that begins like localhost': elsewhere({ host: 'localhost.evil.example.com' }),
    'rejects a host that ends like the tenant’s': elsewhere({ host: 'evil-tenant.eu.auth0.com' }),
    'rejects localhost with a dot': elsewhere({ host: 'localhost.' }),
    'rejects every address': elsewhere({ host: '0.0.0.0' }),
    'rejects two hosts in one': elsewhere({ host: 'localhost,evil.example.com' }),
    'rejects another host for the keys': get('/.well-known/jwks.json', { host: 'evil.example.com' }),
    'rejects another host for the document': get('/.well-known/openid-configuration', { host: 'evil.example.com:443' }),
  }),
  ...rows(is.GRANTED, {
    'ignores the query of the token endpoint': elsewhere({ target: '/oauth/token?grant_type=x&client_id=y' }),
    'ignores a forwarded host': post(JSON_TYPE, GOOD, {
      'x-forwarded-host': 'evil.example.com',
      forwarded: 'host=evil.example.com',
    }),
    'accepts localhost at any port': elsewhere({ host: 'localhost:1' }),
    'accepts LOCALHOST': elsewhere({ host: 'LOCALHOST' }),
    'accepts 127.0.0.1': elsewhere({ host: '127.0.0.1' }),
    'accepts the tenant’s own domain': elsewhere({ host: 'tenant.eu.auth0.com' }),
    'resolves dots before the keys': get('/x/../.well-known/jwks.json'),
  }),
];

const CHUNKED = { 'content-type': JSON_TYPE, 'transfer-encoding': 'chunked' };
const MEGABYTE_IN_CHUNKS = chunksOf(`{"x":"${'y'.repeat(MEGABYTE)}"}`, 50_000);

/** Requests that only a socket can carry. */
export const WIRE: readonly RequestRow[] = [
  ['accepts chunks', { headers: CHUNKED, body: chunksOf(GOOD, 7) }, is.GRANTED],
  ['rejects 1 MB in chunks', { headers: CHUNKED, body: MEGABYTE_IN_CHUNKS }, is.TOO_LARGE],
  [
    'rejects a body that never ends, without waiting',
    { headers: CHUNKED, body: MEGABYTE_IN_CHUNKS.slice(0, -5) },
    is.TOO_LARGE,
  ],
  ['has no TRACE of the token endpoint', get('/oauth/token', { method: 'TRACE' }), is.NOT_FOUND],
  ['rejects another host in the target', elsewhere({ target: 'http://evil.example.com/oauth/token' }), is.MISDIRECTED],
  [
    'prefers the host of the target to the Host',
    elsewhere({ target: 'http://localhost/oauth/token', host: 'evil.example.com' }),
    is.GRANTED,
  ],
  ...rows(is.NO_REQUEST, {
    'rejects invalid chunks': { headers: CHUNKED, body: ID },
    'rejects both a length and chunks': {
      headers: { ...CHUNKED, 'content-length': '2' },
      body: '2\r\n{}\r\n0\r\n\r\n',
    },
    'rejects a length that is not a number': {
      headers: { 'content-type': JSON_TYPE, 'content-length': 'x' },
      body: '{}',
    },
    'rejects an unknown method': get('/oauth/token', { method: 'TOKEN' }),
    'rejects a host with a user name': elsewhere({ host: 'localhost@evil.example.com' }),
    'rejects a host with a path': elsewhere({ host: 'localhost/evil' }),
    'rejects a host with a space': elsewhere({ host: 'local host' }),
    'rejects an empty host': elsewhere({ host: '' }),
    'rejects a request without a host': elsewhere({ host: undefined }),
    'rejects another scheme in the target': elsewhere({ target: 'ftp://localhost/oauth/token' }),
  }),
];
