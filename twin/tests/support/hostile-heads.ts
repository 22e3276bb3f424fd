import { rowsOf } from './rows.ts';

/** The bytes of a request; `good` is a header line with a good token. */
type MakeRequest = (good: string) => string | Buffer;

/** The name says what the gateway does with the request, and explains a 200. */
export type RequestRow = readonly [name: string, request: MakeRequest, status: number];

const rows = rowsOf<MakeRequest, number>;

/** Returns a row for each value, which completes the name. */
const rowsFor = (
  status: number,
  name: string,
  make: (value: string) => MakeRequest,
  values: readonly string[],
): RequestRow[] => values.map((value) => [`${name}: ${JSON.stringify(value)}`, make(value), status]);

/** A request's head; a text with bytes above 127 is sent byte for byte. */
function head(line: string, headers: readonly string[], body = ''): Buffer {
  return Buffer.from([line, ...headers, '', body].join('\r\n'), 'latin1');
}

const CLOSE = 'connection: close';
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

/** A request line of its own for `/test`, with a good token. */
const line =
  (text: string): MakeRequest =>
  (good) =>
    head(text, ['host: localhost', CLOSE, good]);
/** `GET` of a target, with a good token. */
const target = (text: string): MakeRequest => line(`GET ${text} HTTP/1.1`);
/** `GET /test` with a good token and other header lines. */
const also =
  (...lines: readonly string[]): MakeRequest =>
  (good) =>
    head('GET /test HTTP/1.1', ['host: localhost', CLOSE, good, ...lines]);
/** `GET /test` with the good token's line changed. */
const changed =
  (change: (good: string) => string): MakeRequest =>
  (good) =>
    head('GET /test HTTP/1.1', ['host: localhost', CLOSE, change(good)]);
/** `GET /test` with a good token and another Host. */
function withHost(host: string): MakeRequest {
  return (good) => head('GET /test HTTP/1.1', [`host: ${host}`, CLOSE, good]);
}
/** `POST` to a route that anyone may call. */
const post =
  (lines: readonly string[], body: string): MakeRequest =>
  () =>
    head('POST /open/x HTTP/1.1', ['host: localhost', CLOSE, ...lines], body);

const NO_URL = 'rejects a character that no URL has';
const NOT_A_PATH = 'rejects a target that is not a path';

export const TARGETS: readonly RequestRow[] = [
  ...rowsFor(400, 'rejects dot segments', target, ['/./test', '/test/.', '/test/..', '/open/../test', '/echo/../test']),
  ...rowsFor(400, 'rejects encoded dot segments', target, ['/%2e/test', '/open/.%2E/test', '/%c0%ae%c0%ae/test']),
  ...rowsFor(400, 'rejects encoded control characters', target, ['/test%00', '/echo/a%00b', '/test%0d%0aset-cookie:x']),
  ...rowsFor(400, 'rejects encoded terminal sequences', target, ['/echo/%1b[2J', '/echo/%c2%9b']),
  ...rowsFor(400, 'rejects encoded bytes that are not UTF-8', target, ['/echo/%ff%fe', '/echo/%ed%a0%80']),
  ...rowsFor(400, 'rejects broken percent-encoding', target, ['/test%', '/te%zzst', '/%u0074est']),
  ...rowsFor(400, NO_URL, target, ['/test\\', '\\test', '/test#x', '/test?x#y', '/te\0st', '/test?a=\0']),
  ...rowsFor(400, NO_URL, target, ['/te\tst', '/te st', utf8('/tést'), utf8('/test?é'), '/t\xe9st']),
  ...rowsFor(400, NOT_A_PATH, target, ['test', '?test', 'localhost:80', '*', 'file:///test']),
  ...rowsFor(400, NOT_A_PATH, target, ['http://localhost/test', 'https://localhost/test', 'http://a@localhost/test']),
  ...rowsFor(400, 'rejects the request line', line, ['GET HTTP/1.1', 'OPTIONS * HTTP/1.1']),
  ...rowsFor(404, 'decodes dots once', target, ['/%252e%252e/test', '/..;/test', '/.../test', '/x%2f..%2ftest']),
  ...rowsFor(404, 'finds no route for other slashes', target, ['/test/', '//test', '//localhost/test', '/%2Ftest']),
  ...rowsFor(404, 'finds no route for other slashes', target, ['/test%2f', '/%5Ctest']),
  ...rowsFor(404, 'finds no route for the path', target, ['/nothing', '/TEST', '/test;x=y', '/test+', '/te"st']),
  ...rowsFor(404, 'finds no route for encoded characters', target, ['/test%3Fx', '/test%23', '/test%20']),
  ...rowsFor(404, 'finds no route for a key', target, ['/ECHO/{proxy+}', '/$default']),
  ...rowsFor(404, 'finds no route for a similar letter', target, ['/%EF%BD%94est', '/te%E2%80%8Bst', '/te%CC%81st']),
  ['finds no route for 4,000 slashes', target('/'.repeat(4000)), 404],
  ...rows(431, {
    'rejects a path of 12,000 letters': target(`/${'a'.repeat(12_000)}`),
    'rejects a query of 12,000 letters': target(`/test?${'a'.repeat(12_000)}`),
  }),
  ...rows(200, {
    'accepts an encoded letter, which is the same path': target('/%74est'),
    'accepts an encoded NUL in the query, which is for the handler': target('/test?a=%00'),
    'accepts broken percent-encoding in the query, for the handler (unverified)': target('/test?a=%zz&%ff=%'),
    'accepts names of object properties in the query': target('/test?__proto__=1&constructor=2&toString=3'),
    'accepts an encoded slash in a greedy parameter, which stays encoded': target('/echo/a%2f..%2fb'),
  }),
];

/** The request line of a method. */
const withMethod = (name: string): MakeRequest => line(`${name} /test HTTP/1.1`);
const withVersion = (version: string): MakeRequest => line(`GET /test ${version}`);

export const METHODS: readonly RequestRow[] = [
  // docs/fidelity.md F33
  ['finds no route for HEAD, which is not derived from GET', withMethod('HEAD'), 404],
  // docs/fidelity.md F32
  ['finds no route for POST: never a 405', withMethod('POST'), 404],
  ...rowsFor(404, 'finds no route for the method', withMethod, ['OPTIONS', 'TRACE', 'QUERY', 'PROPFIND']),
  ...rows(404, {
    'finds no route for a POST that another header calls GET': withOverride('POST'),
    'finds no route for TRACE under ANY, since an HTTP API has no such method (unverified)':
      line('TRACE /echo/x HTTP/1.1'),
    'finds no route for PROPFIND under ANY (unverified)': line('PROPFIND /echo/x HTTP/1.1'),
  }),
  ...rowsFor(400, 'rejects CONNECT (unverified)', line, ['CONNECT /test HTTP/1.1', 'CONNECT localhost:443 HTTP/1.1']),
  ...rowsFor(400, 'rejects the method', withMethod, ['get', 'Get', 'ANY', '$default', 'FROBNICATE', 'GE\0T', '']),
  ['rejects a method of 3,000 letters', withMethod('G'.repeat(3000)), 400],
  ['rejects the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['rejects HTTP/0.9', () => 'GET /test\r\n\r\n', 400],
  ...rowsFor(400, 'rejects the version', withVersion, ['HTTP/2.0', 'HTTP/0.9', 'HTTP/1.2', 'HTTP/3.0', 'HTTP/1']),
  ...rowsFor(400, 'rejects the version', withVersion, ['http/1.1', 'HTTPS/1.1', 'HTTP/1.1 x']),
  ...rows(200, {
    'accepts a GET that another header calls POST, which is ignored': withOverride('GET'),
    'accepts HTTP/1.0, which has whole requests': withVersion('HTTP/1.0'),
    'accepts two spaces before the target, as Node’s parser does (unverified)': line('GET  /test HTTP/1.1'),
    'accepts HEAD on an ANY route': line('HEAD /echo/x HTTP/1.1'),
  }),
];

function withOverride(method: string): MakeRequest {
  const verb = method === 'GET' ? 'POST' : 'GET';
  const names = ['x-http-method-override', 'x-http-method', 'x-method-override'];
  return (good) =>
    head(`${method} /test HTTP/1.1`, ['host: localhost', CLOSE, good, ...names.map((name) => `${name}: ${verb}`)]);
}

export const HEADER_LINES: readonly RequestRow[] = [
  ...rowsFor(400, 'rejects a second Host', also, ['host: y', 'Host: x']),
  ...rowsFor(400, 'rejects a header line', also, ['x: a\r\n\tb', 'nonsense', ': x', 'a b: x', 'a[b]: x']),
  ...rowsFor(400, 'rejects a header line', also, ['a\0b: x', 'x: a\0b', utf8('é: x'), 'x: \x1b[2J', 'x: \x7f']),
  ...rowsFor(400, 'rejects a line end alone', also, ['x: a\rb', 'x: a\ny: b']),
  ...rows(400, {
    'rejects a request without a Host': (good) => head('GET /test HTTP/1.1', [CLOSE, good]),
    'rejects a space before the colon': changed((good) => good.replace(':', ' :')),
    'rejects a tab before the colon': changed((good) => good.replace(':', '\t:')),
    'rejects a token on a folded line': changed((good) => good.replace('Bearer ', 'Bearer\r\n ')),
    'rejects a NUL in the token': changed((good) => `${good}\0`),
    'rejects a line feed alone before the token': changed((good) => `x: a\n${good}`),
    'rejects a carriage return alone before the token': changed((good) => `x: a\r${good}`),
    'rejects a first header line with a space before it': (good) =>
      head('GET /test HTTP/1.1', [' x: y', 'host: localhost', good]),
    'rejects line feeds alone': (good) =>
      head('GET /test HTTP/1.1', ['host: localhost', good]).toString('latin1').replaceAll('\r', ''),
    'rejects an invalid request line': () => 'nonsense\r\n\r\n',
    'rejects a TLS handshake': () => Buffer.from('1603010200010001fc0303', 'hex'),
    'rejects a space before the method': (good) =>
      ` ${head('GET /test HTTP/1.1', ['host: localhost', good]).toString()}`,
  }),
  ['rejects an expectation that HTTP does not have', also('expect: 200-ok'), 417],
  // docs/fidelity.md F36
  ...rowsFor(403, 'rejects an unknown Host (unverified)', withHost, ['x', 'evil.example.com', '127.0.0.2', '']),
  ...rowsFor(403, 'rejects a Host that begins like its own (unverified)', withHost, ['localhost.evil.example.com']),
  ...rowsFor(403, 'rejects a Host that contains its own (unverified)', withHost, ['localhost:1:2', 'a@localhost']),
  ...rowsFor(200, 'accepts a Host of this machine', withHost, ['localhost', 'LOCALHOST:3000', '127.0.0.1:80']),
  ...rowsFor(200, 'accepts a Host of this machine', withHost, ['[::1]', '[::1]:3000']),
  ...rows(200, {
    'accepts high bytes in another header, which are for the handler': also(`x: ${utf8('é')}\xff`),
    'accepts names of object properties for headers': also('__proto__: x', 'constructor: y', 'tostring: z'),
    'accepts line ends before the request, as RFC 9112 asks': (good) =>
      `\r\n\r\n${changed((same) => same)(good).toString()}`,
    'accepts an Upgrade, and stays with HTTP/1.1': also(
      'connection: upgrade',
      'upgrade: h2c',
      'http2-settings: AAMAAABk',
    ),
    'accepts an Upgrade to a WebSocket, and answers as usual': also('connection: upgrade', 'upgrade: websocket'),
    'ignores x-forwarded-, x-amzn- or x-original- header': also('x-original-url: /open/x', 'x-amzn-requestid: x'),
  }),
];

const CHUNKED = 'transfer-encoding: chunked';
const END = '0\r\n\r\n';

const withLength = (value: string): MakeRequest => post([`content-length:${value}`], 'a');
/** A request whose only framing is this line. */
const codedAs = (line: string): MakeRequest => post([line], END);
const chunked = (body: string): MakeRequest => post([CHUNKED], body);

export const FRAMINGS: readonly RequestRow[] = [
  ...rows(400, {
    'rejects a length and chunks': post(['content-length: 4', CHUNKED], END),
    'rejects chunks and a length': post([CHUNKED, 'content-length: 4'], END),
    'rejects a length and chunks in upper case': post(['content-length: 4', 'TRANSFER-ENCODING: CHUNKED'], END),
    'rejects two lengths': post(['content-length: 1', 'content-length: 2'], 'ab'),
    'rejects the same length twice': post(['content-length: 1', 'content-length: 1'], 'a'),
    'rejects a negative length': post(['content-length: -1'], ''),
    'rejects the transfer coding identity': post(['transfer-encoding: identity'], ''),
    'rejects the transfer coding gzip': post(['transfer-encoding: gzip'], ''),
    'rejects an empty transfer coding': post(['transfer-encoding:'], ''),
    'rejects chunked in two lines': post([CHUNKED, CHUNKED], END),
    'rejects chunks in HTTP/1.0': () => head('POST /open/x HTTP/1.0', ['host: localhost', CHUNKED], END),
    'rejects chunk extensions of 20,000 letters': chunked(`1;${'a'.repeat(20_000)}\r\na\r\n${END}`),
    'rejects a trailer without a colon': chunked('1\r\na\r\n0\r\nnonsense\r\n\r\n'),
    'rejects a chunk longer than it says': chunked(`1\r\nab\r\n${END}`),
    'rejects a chunk length before a line feed alone': chunked(`1\na\r\n${END}`),
  }),
  ...rowsFor(400, 'rejects the length', withLength, [' 1, 1', ' +1', ' 0x1', ' 1.0', ' 1 1', '', ` ${'9'.repeat(30)}`]),
  ...rowsFor(400, 'rejects the coding', codedAs, ['transfer-encoding: gzip, chunked', 'transfer-encoding : chunked']),
  ...rowsFor(400, 'rejects the coding', codedAs, [`${CHUNKED}, identity`, `${CHUNKED}, chunked`, `${CHUNKED};x=y`]),
  ...rowsFor(400, 'rejects the coding', codedAs, ['transfer-encoding: "chunked"', 'transfer-encoding: xchunked']),
  ...rowsFor(400, 'rejects the coding', codedAs, ['transfer-encoding: \x0bchunked', `${CHUNKED}\0`]),
  ...rowsFor(400, 'rejects the coding', codedAs, ['transfer-encoding:\r\n chunked']),
  ...rowsFor(400, 'rejects the chunk length', (length) => chunked(`${length}\r\na\r\n${END}`), [
    'zz',
    '-1',
    '0x1',
    ' 1',
    'f'.repeat(20),
    '',
    '1;a\nb',
  ]),
  // docs/fidelity.md F38
  ['rejects a length beyond the body limit before the body arrives', withLength(' 10485761'), 413],
  ...rows(200, {
    'accepts a length with a zero before it': withLength(' 01'),
    'accepts chunked in upper case, which is the same': codedAs('transfer-encoding: CHUNKED'),
    'accepts a short chunk extension, and drops it': chunked(`1;a=b\r\na\r\n${END}`),
    'accepts a trailer, and drops it': chunked('1\r\na\r\n0\r\nauthorization: x\r\n\r\n'),
    'accepts a body with a GET': () =>
      head('GET /open/x HTTP/1.1', ['host: localhost', CLOSE, 'content-length: 1'], 'a'),
  }),
];
