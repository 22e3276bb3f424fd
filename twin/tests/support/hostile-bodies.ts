import { gzipSync } from 'node:zlib';
import * as is from './token-requests.ts';
import {
  asForm,
  chunksOf,
  elsewhere,
  FORM_TYPE,
  get,
  ID,
  JSON_TYPE,
  post,
  rows,
  SERVICE,
  shown,
} from './token-requests.ts';
import type { RequestRow, TenantAnswer, TenantRequest } from './token-requests.ts';

const MEGABYTE = 1_000_000;
const GOOD = JSON.stringify(SERVICE);
const FORM = String(asForm().body);
const GZIP = { 'content-encoding': 'gzip' };

const json = (body: string | Buffer): TenantRequest => post(JSON_TYPE, body);
const form = (body: string | Buffer): TenantRequest => post(FORM_TYPE, body);
/** Returns a client's form with these bytes as its secret. */
const secretForm = (secret: string): TenantRequest =>
  form(Buffer.from(`grant_type=client_credentials&client_id=${ID}&client_secret=${secret}`, 'latin1'));

/** Returns a row for each value, which completes the title. */
const each = (
  answer: TenantAnswer,
  title: string,
  values: readonly string[],
  make: (value: string) => TenantRequest,
): RequestRow[] => values.map((value) => [`${title}: ${shown(value)}`, make(value), answer]);

const goodAs = (type: string): TenantRequest => post(type, GOOD);
const at = (target: string): TenantRequest => elsewhere({ target });
const on = (host: string): TenantRequest => elsewhere({ host });

export const BODIES: readonly RequestRow[] = [
  ['rejects a body without a type', { body: GOOD }, is.NO_TYPE],
  ...each(is.NO_TYPE, 'rejects the type', ['', 'text/plain', 'multipart/form-data; boundary=x'], goodAs),
  ...each(is.NO_TYPE, 'rejects the type', ['application/vnd.api+json', `${JSON_TYPE}, ${FORM_TYPE}`], goodAs),
  ...each(is.NO_TYPE, 'rejects the type', [`text/plain; x=${JSON_TYPE}`], goodAs),
  ...each(is.GRANTED, 'accepts the type', ['APPLICATION/JSON', `${JSON_TYPE}; charset=utf-8`], goodAs),
  ...each(is.GRANTED, 'accepts the type', [`${JSON_TYPE};charset="UTF-8"`, `${JSON_TYPE}; charset=utf-16`], goodAs),
  ...rows(is.GRANTED, {
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
  ...each(
    is.NO_OBJECT,
    'rejects JSON that is no object',
    [`[${GOOD}]`, '5', 'null', 'true', JSON.stringify(GOOD), '[]'],
    json,
  ),
  ['rejects 10,000 nested lists', json('['.repeat(10_000) + ']'.repeat(10_000)), is.NO_OBJECT],
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
  ...each(is.NOT_FOUND, 'has no such method of the token endpoint', ['PUT', 'PATCH', 'DELETE'], (method) =>
    elsewhere({ method }),
  ),
  ...each(is.NOT_FOUND, 'has no token endpoint', ['/oauth/token/', '//oauth/token', '/OAuth/Token'], at),
  ...each(is.NOT_FOUND, 'has no token endpoint', ['/oauth/token;x', '/oauth%2ftoken', '/oauth/token%00'], at),
  ...each(is.NOT_FOUND, 'has no file', ['/.well-known/../../etc/passwd', '/.well-known/%2e%2e/%2e%2e/etc/passwd'], get),
  ...each(is.NOT_FOUND, 'has no file', ['/.well-known/signing-key.pem', '/.well-known/', '/.well-known/%'], get),
  ...each(is.NOT_FOUND, 'has no keys', ['/.well-known/jwks.json/', '/.well-known//jwks.json'], get),
  ...each(is.NOT_FOUND, 'has no keys', ['/.well-known/jwks.json%00.html', '/.well-known%2fjwks.json'], get),
  ...rows(is.NOT_FOUND, {
    'has no GET of the token endpoint': get('/oauth/token'),
    'lets no header change the method': get('/oauth/token', { headers: { 'x-http-method-override': 'POST' } }),
    'has no POST of the keys': at('/.well-known/jwks.json'),
  }),
  ['has no HEAD of the token endpoint', { method: 'HEAD' }, { status: 404 }],
  ...each(is.MISDIRECTED, 'rejects the host', ['evil.example.com', 'evil.example.com:8080', 'localhost.'], on),
  ...each(is.MISDIRECTED, 'rejects the host', ['localhost.evil.example.com', 'evil-tenant.eu.auth0.com'], on),
  ...each(is.MISDIRECTED, 'rejects the host', ['0.0.0.0', 'localhost,evil.example.com'], on),
  ...rows(is.MISDIRECTED, {
    'rejects another host for the keys': get('/.well-known/jwks.json', { host: 'evil.example.com' }),
    'rejects another host for the document': get('/.well-known/openid-configuration', { host: 'evil.example.com:443' }),
  }),
  ...each(is.GRANTED, 'accepts the host', ['localhost:1', 'LOCALHOST', '127.0.0.1', 'tenant.eu.auth0.com'], on),
  ...rows(is.GRANTED, {
    'ignores the query of the token endpoint': elsewhere({ target: '/oauth/token?grant_type=x&client_id=y' }),
    'ignores a forwarded host': post(JSON_TYPE, GOOD, {
      'x-forwarded-host': 'evil.example.com',
      forwarded: 'host=evil.example.com',
    }),
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
  ...each(
    is.NO_REQUEST,
    'rejects an invalid host',
    ['localhost@evil.example.com', 'localhost/evil', 'local host', ''],
    on,
  ),
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
    'rejects a request without a host': elsewhere({ host: undefined }),
    'rejects another scheme in the target': elsewhere({ target: 'ftp://localhost/oauth/token' }),
  }),
];
