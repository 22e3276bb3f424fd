import * as is from './token-requests.ts';
import {
  asForm,
  asJson,
  elsewhere,
  FORM_TYPE,
  get,
  JSON_TYPE,
  jsonText,
  post,
  type RequestRow,
} from './token-requests.ts';

const { GRANTED, NO_JSON, NO_TYPE, NOT_FOUND, MISDIRECTED } = is;
const MEGABYTE = 1_000_000;

export const BODIES: readonly RequestRow[] = [
  [
    'refuses a form that says it is JSON',
    (good) => ({ ...asForm()(good), headers: [`content-type: ${JSON_TYPE}`] }),
    NO_JSON,
  ],
  ['reads nothing out of JSON that says it is a form', jsonText((text) => text, FORM_TYPE), is.missing('grant_type')],
  ['refuses a body of no type', (good) => ({ ...asJson()(good), headers: [] }), NO_TYPE],
  ['refuses a body of an empty type', jsonText((text) => text, ''), NO_TYPE],
  ['refuses plain text', jsonText((text) => text, 'text/plain'), NO_TYPE],
  ['refuses a multipart form', jsonText((text) => text, 'multipart/form-data; boundary=x'), NO_TYPE],
  ['refuses another kind of JSON', jsonText((text) => text, 'application/vnd.api+json'), NO_TYPE],
  ['refuses two types', jsonText((text) => text, `${JSON_TYPE}, ${FORM_TYPE}`), NO_TYPE],
  ['refuses a type with JSON in a parameter', jsonText((text) => text, `text/plain; x=${JSON_TYPE}`), NO_TYPE],
  ['takes the type in capitals', jsonText((text) => text, 'APPLICATION/JSON'), GRANTED],
  ['takes a charset', jsonText((text) => text, `${JSON_TYPE}; charset=utf-8`), GRANTED],
  ['takes a charset in quotes, without a space', jsonText((text) => text, `${JSON_TYPE};charset="UTF-8"`), GRANTED],
  ['reads UTF-8 whatever the charset says', jsonText((text) => text, `${JSON_TYPE}; charset=utf-16`), GRANTED],
  ['refuses UTF-16', jsonText((text) => Buffer.from(text, 'utf16le'), `${JSON_TYPE}; charset=utf-16`), NO_JSON],
  [
    'takes a form with an unknown charset',
    (good) => ({ ...asForm()(good), headers: [`content-type: ${FORM_TYPE}; charset=x`] }),
    GRANTED,
  ],
  ['refuses an empty body in JSON', () => post(JSON_TYPE, ''), NO_JSON],
  ['refuses an empty body in a form', () => post(FORM_TYPE, ''), is.missing('grant_type')],
  ['refuses no body at all', () => ({ headers: [`content-type: ${JSON_TYPE}`] }), NO_JSON],
  ['refuses spaces for JSON', () => post(JSON_TYPE, '  \n'), NO_JSON],
  ['refuses a list', jsonText((text) => `[${text}]`), is.NO_OBJECT],
  ['refuses a number', () => post(JSON_TYPE, '5'), is.NO_OBJECT],
  ['refuses null', () => post(JSON_TYPE, 'null'), is.NO_OBJECT],
  ['refuses true', () => post(JSON_TYPE, 'true'), is.NO_OBJECT],
  ['refuses a text', jsonText((text) => JSON.stringify(text)), is.NO_OBJECT],
  ['refuses an empty list', () => post(JSON_TYPE, '[]'), is.NO_OBJECT],
  ['refuses an empty object', () => post(JSON_TYPE, '{}'), is.missing('grant_type')],
  ['refuses two objects', jsonText((text) => text + text), NO_JSON],
  ['refuses JSON cut in the middle', jsonText((text) => text.slice(0, -9)), NO_JSON],
  ['refuses a comma at the end', jsonText((text) => text.replace('}', ',}')), NO_JSON],
  ['refuses a comment', jsonText((text) => `/* */${text}`), NO_JSON],
  ['refuses single quotes', jsonText((text) => text.replaceAll('"', "'")), NO_JSON],
  ['refuses a NUL after the object', jsonText((text) => `${text}\0`), NO_JSON],
  ['refuses 10,000 lists in one another', () => post(JSON_TYPE, '['.repeat(10_000) + ']'.repeat(10_000)), is.NO_OBJECT],
  ['refuses 10,000 lists that do not end', () => post(JSON_TYPE, '['.repeat(10_000)), NO_JSON],
  [
    'refuses 10,000 objects as a scope',
    jsonText((text) => `${text.slice(0, -1)},"scope":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`),
    is.notText('scope'),
  ],
  ['refuses 1 MB of JSON', jsonText((text) => text + ' '.repeat(MEGABYTE)), is.TOO_LARGE],
  ['refuses 1 MB of a form', is.formWith(() => `x=${'y'.repeat(MEGABYTE)}`), is.TOO_LARGE],
  ['refuses 1 MB in chunks', chunkedMegabyte, is.TOO_LARGE],
  ['refuses a body that never ends, without its end', endless, is.TOO_LARGE],
  ['refuses 100,001 bytes', jsonText((text) => text.padEnd(100_001)), is.TOO_LARGE],
  ['takes 100,000 bytes', jsonText((text) => text.padEnd(100_000)), GRANTED],
  [
    'takes 10,000 unknown parameters',
    is.formWith(() => Array.from({ length: 10_000 }, (_, n) => `p${n}=`).join('&')),
    GRANTED,
  ],
  [
    'takes chunks',
    (good) => {
      const { body, headers = [] } = asJson()(good);
      return { headers: [...headers, 'transfer-encoding: chunked'], body: is.chunksOf(String(body), 7) };
    },
    GRANTED,
  ],
  [
    'refuses chunks that are none',
    (good) => ({ headers: [`content-type: ${JSON_TYPE}`, 'transfer-encoding: chunked'], body: good.id }),
    { status: 400 },
  ],
  [
    'refuses a length and chunks at once',
    () => ({
      headers: [`content-type: ${JSON_TYPE}`, 'content-length: 2', 'transfer-encoding: chunked'],
      body: '2\r\n{}\r\n0\r\n\r\n',
    }),
    { status: 400 },
  ],
  [
    'refuses a length that is no number',
    () => ({ headers: [`content-type: ${JSON_TYPE}`, 'content-length: x'], body: '{}' }),
    { status: 400 },
  ],
  [
    'refuses gzip',
    (good) => ({ ...jsonText(is.gzipped)(good), headers: [`content-type: ${JSON_TYPE}`, 'content-encoding: gzip'] }),
    NO_JSON,
  ],
  ['refuses gzip that does not say so', jsonText(is.gzipped), NO_JSON],
  [
    'reads no gzip out of a form',
    (good) => post(FORM_TYPE, is.gzipped(String(asForm()(good).body)), 'content-encoding: gzip'),
    is.missing('grant_type'),
  ],
  ['reads plain JSON whatever the encoding says', (good) => asJson({}, 'content-encoding: gzip')(good), GRANTED],
  ['takes a byte order mark for nothing', jsonText((text) => `\ufeff${text}`), GRANTED],
  [
    'takes a byte order mark of a form for nothing',
    (good) => post(FORM_TYPE, `\ufeff${String(asForm()(good).body)}`),
    GRANTED,
  ],
  [
    'refuses a secret that is no UTF-8',
    (good) =>
      post(
        JSON_TYPE,
        Buffer.from(
          `{"grant_type":"client_credentials","client_id":"${good.id}","client_secret":"\xff\xfe"}`,
          'latin1',
        ),
      ),
    is.UNAUTHORIZED,
  ],
  [
    'refuses a form that is no UTF-8',
    (good) =>
      post(FORM_TYPE, Buffer.from(`grant_type=client_credentials&client_id=${good.id}&client_secret=\xff`, 'latin1')),
    is.UNAUTHORIZED,
  ],
  [
    'refuses a secret with broken percent-encoding',
    (good) => post(FORM_TYPE, `grant_type=client_credentials&client_id=${good.id}&client_secret=%zz%`),
    is.UNAUTHORIZED,
  ],
  [
    'refuses percent-encoding that is no UTF-8',
    (good) => post(FORM_TYPE, `grant_type=client_credentials&client_id=${good.id}&client_secret=%ff%c0%80`),
    is.UNAUTHORIZED,
  ],
  [
    'refuses percent-encoding twice',
    (good) => post(FORM_TYPE, String(asForm()(good).body).replaceAll('_', '%255F')),
    is.missing('grant_type'),
  ],
  ['takes ampersands for nothing', (good) => post(FORM_TYPE, `&&${String(asForm()(good).body)}&&`), GRANTED],
];

function chunkedMegabyte(): is.Ask {
  return {
    headers: [`content-type: ${JSON_TYPE}`, 'transfer-encoding: chunked'],
    body: is.chunksOf(`{"x":"${'y'.repeat(MEGABYTE)}"}`, 50_000),
  };
}

function endless(): is.Ask {
  const { body, ...rest } = chunkedMegabyte();
  return { ...rest, body: String(body).slice(0, -'0\r\n\r\n'.length) };
}

export const PLACES: readonly RequestRow[] = [
  ['has no GET', get('/oauth/token'), NOT_FOUND],
  ['has no HEAD', () => ({ method: 'HEAD' }), { status: 404 }],
  ['has no PUT', elsewhere({ method: 'PUT' }), NOT_FOUND],
  ['has no PATCH', elsewhere({ method: 'PATCH' }), NOT_FOUND],
  ['has no DELETE', elsewhere({ method: 'DELETE' }), NOT_FOUND],
  ['has no OPTIONS', get('/oauth/token', { method: 'OPTIONS' }), NOT_FOUND],
  ['knows no TRACE', get('/oauth/token', { method: 'TRACE' }), NOT_FOUND],
  ['has no method of a client’s own', get('/oauth/token', { method: 'TOKEN' }), { status: 400 }],
  [
    'lets no header change the method',
    elsewhere({ method: 'GET', headers: ['x-http-method-override: POST'] }),
    NOT_FOUND,
  ],
  ['has no slash at the end', elsewhere({ target: '/oauth/token/' }), NOT_FOUND],
  ['has no doubled slash', elsewhere({ target: '//oauth/token' }), NOT_FOUND],
  ['has no capitals', elsewhere({ target: '/OAuth/Token' }), NOT_FOUND],
  ['has no path parameter', elsewhere({ target: '/oauth/token;x' }), NOT_FOUND],
  ['has no encoded slash', elsewhere({ target: '/oauth%2ftoken' }), NOT_FOUND],
  ['has no NUL at the end', elsewhere({ target: '/oauth/token%00' }), NOT_FOUND],
  [
    'reads no parameter of the query',
    (good) => ({
      target: `/oauth/token?${String(asForm()(good).body)}`,
      headers: [`content-type: ${FORM_TYPE}`],
      body: '',
    }),
    is.missing('grant_type'),
  ],
  ['takes a query for nothing', elsewhere({ target: '/oauth/token?grant_type=x&client_id=y' }), GRANTED],
  ['refuses another host', elsewhere({ host: 'evil.example.com' }), MISDIRECTED],
  ['refuses another host with a port', elsewhere({ host: 'evil.example.com:8080' }), MISDIRECTED],
  ['refuses a host that begins like localhost', elsewhere({ host: 'localhost.evil.example.com' }), MISDIRECTED],
  ['refuses a host that ends like the tenant’s', elsewhere({ host: 'evil-your-tenant.eu.auth0.com' }), MISDIRECTED],
  ['refuses localhost with a dot', elsewhere({ host: 'localhost.' }), MISDIRECTED],
  ['refuses every address', elsewhere({ host: '0.0.0.0' }), MISDIRECTED],
  ['refuses a host with a user', elsewhere({ host: 'localhost@evil.example.com' }), { status: 400 }],
  ['refuses a host with a path', elsewhere({ host: 'localhost/evil' }), { status: 400 }],
  ['refuses a host with a space', elsewhere({ host: 'local host' }), { status: 400 }],
  ['refuses two hosts in one', elsewhere({ host: 'localhost,evil.example.com' }), MISDIRECTED],
  ['refuses an empty host', elsewhere({ host: '' }), { status: 400 }],
  ['refuses no host', elsewhere({ host: undefined }), { status: 400 }],
  ['refuses another host in the target', elsewhere({ target: 'http://evil.example.com/oauth/token' }), MISDIRECTED],
  ['refuses another scheme in the target', elsewhere({ target: 'ftp://localhost/oauth/token' }), { status: 400 }],
  [
    'takes the target before the Host',
    elsewhere({ target: 'http://localhost/oauth/token', host: 'evil.example.com' }),
    GRANTED,
  ],
  [
    'looks at no forwarded host',
    (good) => asJson({}, 'x-forwarded-host: evil.example.com', 'forwarded: host=evil.example.com')(good),
    GRANTED,
  ],
  ['takes localhost at any port', elsewhere({ host: 'localhost:1' }), GRANTED],
  ['takes LOCALHOST', elsewhere({ host: 'LOCALHOST' }), GRANTED],
  ['takes 127.0.0.1', elsewhere({ host: '127.0.0.1' }), GRANTED],
  ['takes the tenant’s own domain', elsewhere({ host: 'your-tenant.eu.auth0.com' }), GRANTED],
  ['has no file above the keys', get('/.well-known/../../etc/passwd'), NOT_FOUND],
  ['has no file above the keys, encoded', get('/.well-known/%2e%2e/%2e%2e/etc/passwd'), NOT_FOUND],
  ['has no signing key', get('/.well-known/signing-key.pem'), NOT_FOUND],
  ['has no list of /.well-known/', get('/.well-known/'), NOT_FOUND],
  ['has no slash after the keys', get('/.well-known/jwks.json/'), NOT_FOUND],
  ['has no doubled slash before the keys', get('/.well-known//jwks.json'), NOT_FOUND],
  ['has no NUL after the keys', get('/.well-known/jwks.json%00.html'), NOT_FOUND],
  ['has no POST of the keys', elsewhere({ target: '/.well-known/jwks.json' }), NOT_FOUND],
  ['has no encoded slash before the keys', get('/.well-known%2fjwks.json'), NOT_FOUND],
  ['has no broken percent-encoding', get('/.well-known/%'), NOT_FOUND],
  ['refuses another host for the keys', get('/.well-known/jwks.json', { host: 'evil.example.com' }), MISDIRECTED],
  [
    'refuses another host for the document',
    get('/.well-known/openid-configuration', { host: 'evil.example.com:443' }),
    MISDIRECTED,
  ],
  ['resolves dots before the keys', get('/x/../.well-known/jwks.json'), { status: 200 }],
];
