/** The bytes of a request; `good` is a header line with a good token. */
type MakeRequest = (good: string) => string | Buffer;

/** The name says what the gateway does with the request, and explains a 200. */
export type RequestRow = readonly [name: string, request: MakeRequest, status: number];

/** A request's head; a text with bytes above 127 is sent byte for byte. */
function head(line: string, headers: readonly string[], body = ''): Buffer {
  return Buffer.from([line, ...headers, '', body].join('\r\n'), 'latin1');
}

const CLOSE = 'connection: close';
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

/** `GET` of a target, with a good token. */
const target =
  (text: string): MakeRequest =>
  (good) =>
    head(`GET ${text} HTTP/1.1`, ['host: localhost', CLOSE, good]);
/** A request line of its own for `/test`, with a good token. */
const line =
  (text: string): MakeRequest =>
  (good) =>
    head(text, ['host: localhost', CLOSE, good]);
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

export const TARGETS: readonly RequestRow[] = [
  ['rejects a dot segment', target('/./test'), 400],
  ['rejects a dot segment at the end', target('/test/.'), 400],
  ['rejects two dots at the end', target('/test/..'), 400],
  ['rejects two dots after a route that is public', target('/open/../test'), 400],
  ['rejects two dots under a greedy route', target('/echo/../test'), 400],
  ['rejects an encoded dot', target('/%2e/test'), 400],
  ['rejects a dot and an encoded dot', target('/open/.%2E/test'), 400],
  ['rejects overlong encoded dots', target('/%c0%ae%c0%ae/test'), 400],
  ['finds no route for dots encoded twice', target('/%252e%252e/test'), 404],
  ['finds no route for two dots and a semicolon', target('/..;/test'), 404],
  ['finds no route for three dots', target('/.../test'), 404],
  ['finds no route for a path that the API does not have', target('/nothing'), 404],
  ['finds no route for a trailing slash', target('/test/'), 404],
  ['finds no route for a double slash', target('//test'), 404],
  ['finds no route for a double slash and a host', target('//localhost/test'), 404],
  ['finds no route for an encoded slash', target('/%2Ftest'), 404],
  ['finds no route for an encoded slash at the end', target('/test%2f'), 404],
  ['finds no route for an encoded slash and dots', target('/x%2f..%2ftest'), 404],
  ['rejects a backslash', target('/test\\'), 400],
  ['rejects a backslash for a slash', target('\\test'), 400],
  ['finds no route for an encoded backslash', target('/%5Ctest'), 404],
  ['finds no route for a path in upper case', target('/TEST'), 404],
  ['finds no route for a parameter of the path', target('/test;x=y'), 404],
  ['finds no route for an encoded question mark', target('/test%3Fx'), 404],
  ['finds no route for an encoded hash', target('/test%23'), 404],
  ['finds no route for an encoded space', target('/test%20'), 404],
  ['finds no route for a plus sign', target('/test+'), 404],
  ['finds no route for a quote', target('/te"st'), 404],
  ['finds no route for the braces of a route key', target('/echo/{proxy+}'.replace('echo', 'ECHO')), 404],
  ['finds no route for $default, which is not a path', target('/$default'), 404],
  ['finds no route for a full-width letter', target('/%EF%BD%94est'), 404],
  ['finds no route for a zero-width space', target('/te%E2%80%8Bst'), 404],
  ['finds no route for a letter with an accent in two characters', target('/te%CC%81st'), 404],
  ['rejects a hash', target('/test#x'), 400],
  ['rejects a hash in the query', target('/test?x#y'), 400],
  ['rejects an encoded NUL', target('/test%00'), 400],
  ['rejects an encoded NUL under a greedy route', target('/echo/a%00b'), 400],
  ['rejects an encoded line end', target('/test%0d%0aset-cookie:x'), 400],
  ['rejects an encoded escape character', target('/echo/%1b[2J'), 400],
  ['rejects an encoded C1 character', target('/echo/%c2%9b'), 400],
  ['rejects encoded bytes that are not UTF-8', target('/echo/%ff%fe'), 400],
  ['rejects an encoded lone surrogate', target('/echo/%ed%a0%80'), 400],
  ['rejects a percent sign at the end', target('/test%'), 400],
  ['rejects a percent sign before no digits', target('/te%zzst'), 400],
  ['rejects a percent sign before u', target('/%u0074est'), 400],
  ['rejects a NUL', target('/te\0st'), 400],
  ['rejects a NUL in the query', target('/test?a=\0'), 400],
  ['rejects a tab', target('/te\tst'), 400],
  ['rejects a space', target('/te st'), 400],
  ['rejects UTF-8', target(utf8('/tést')), 400],
  ['rejects UTF-8 in the query', target(utf8('/test?é')), 400],
  ['rejects Latin-1', target('/t\xe9st'), 400],
  ['rejects a target without a slash', target('test'), 400],
  ['rejects a query alone', target('?test'), 400],
  ['rejects a request without a target', line('GET HTTP/1.1'), 400],
  ['rejects an absolute target', target('http://localhost/test'), 400],
  ['rejects an absolute target of another scheme', target('https://localhost/test'), 400],
  ['rejects an absolute target with a user', target('http://a@localhost/test'), 400],
  ['rejects a target that names a file', target('file:///test'), 400],
  ['rejects an authority for a target', target('localhost:80'), 400],
  ['rejects an asterisk for a target', target('*'), 400],
  ['rejects OPTIONS of an asterisk', line('OPTIONS * HTTP/1.1'), 400],
  ['rejects a path of 12,000 letters', target(`/${'a'.repeat(12_000)}`), 431],
  ['rejects a query of 12,000 letters', target(`/test?${'a'.repeat(12_000)}`), 431],
  ['finds no route for 4,000 slashes', target('/'.repeat(4000)), 404],
  ['accepts an encoded letter, which is the same path', target('/%74est'), 200],
  ['accepts an encoded NUL in the query, which is for the handler', target('/test?a=%00'), 200],
  [
    'accepts broken percent-encoding in the query, which is for the handler (unverified)',
    target('/test?a=%zz&%ff=%'),
    200,
  ],
  ['accepts names of object properties in the query', target('/test?__proto__=1&constructor=2&toString=3'), 200],
  ['accepts an encoded slash in a greedy parameter, which stays encoded', target('/echo/a%2f..%2fb'), 200],
];

export const METHODS: readonly RequestRow[] = [
  // docs/fidelity.md F33
  ['finds no route for HEAD, which is not derived from GET', line('HEAD /test HTTP/1.1'), 404],
  // docs/fidelity.md F32
  ['finds no route for POST: never a 405', line('POST /test HTTP/1.1'), 404],
  ['finds no route for OPTIONS', line('OPTIONS /test HTTP/1.1'), 404],
  ['finds no route for TRACE', line('TRACE /test HTTP/1.1'), 404],
  ['finds no route for QUERY', line('QUERY /test HTTP/1.1'), 404],
  ['finds no route for PROPFIND', line('PROPFIND /test HTTP/1.1'), 404],
  ['finds no route for a POST that another header calls GET', withOverride('POST'), 404],
  ['accepts a GET that another header calls POST, which is ignored', withOverride('GET'), 200],
  ['rejects CONNECT (unverified)', line('CONNECT /test HTTP/1.1'), 400],
  ['rejects CONNECT of a host (unverified)', line('CONNECT localhost:443 HTTP/1.1'), 400],
  ['rejects the method get in lower case', line('get /test HTTP/1.1'), 400],
  ['rejects the method Get', line('Get /test HTTP/1.1'), 400],
  ['rejects ANY, which is not a method', line('ANY /test HTTP/1.1'), 400],
  ['rejects $default, which is not a method', line('$default /test HTTP/1.1'), 400],
  ['rejects a method that HTTP does not have', line('FROBNICATE /test HTTP/1.1'), 400],
  ['rejects a method of 3,000 letters', line(`${'G'.repeat(3000)} /test HTTP/1.1`), 400],
  ['rejects a method with a NUL', line('GE\0T /test HTTP/1.1'), 400],
  ['rejects an empty method', line(' /test HTTP/1.1'), 400],
  ['rejects the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['rejects HTTP/2.0 in an HTTP/1 request line', line('GET /test HTTP/2.0'), 400],
  ['rejects HTTP/0.9 in an HTTP/1 request line', line('GET /test HTTP/0.9'), 400],
  ['rejects HTTP/0.9', () => 'GET /test\r\n\r\n', 400],
  ['rejects HTTP/1.2', line('GET /test HTTP/1.2'), 400],
  ['rejects HTTP/3.0', line('GET /test HTTP/3.0'), 400],
  ['rejects HTTP/1', line('GET /test HTTP/1'), 400],
  ['rejects the version http/1.1 in lower case', line('GET /test http/1.1'), 400],
  ['rejects HTTPS/1.1', line('GET /test HTTPS/1.1'), 400],
  ['rejects text after the version', line('GET /test HTTP/1.1 x'), 400],
  ['accepts HTTP/1.0, which has whole requests', line('GET /test HTTP/1.0'), 200],
  ['accepts two spaces before the target, as Node’s parser does (unverified)', line('GET  /test HTTP/1.1'), 200],
  ['accepts HEAD on an ANY route', line('HEAD /echo/x HTTP/1.1'), 200],
  [
    'finds no route for TRACE, which is not a method of an HTTP API, under ANY either (unverified)',
    line('TRACE /echo/x HTTP/1.1'),
    404,
  ],
  ['finds no route for PROPFIND under ANY (unverified)', line('PROPFIND /echo/x HTTP/1.1'), 404],
];

function withOverride(method: string): MakeRequest {
  const verb = method === 'GET' ? 'POST' : 'GET';
  const names = ['x-http-method-override', 'x-http-method', 'x-method-override'];
  return (good) =>
    head(`${method} /test HTTP/1.1`, ['host: localhost', CLOSE, good, ...names.map((name) => `${name}: ${verb}`)]);
}

export const HEADER_LINES: readonly RequestRow[] = [
  ['rejects a request without a Host', (good) => head('GET /test HTTP/1.1', [CLOSE, good]), 400],
  ['rejects two Hosts', also('host: y'), 400],
  ['rejects the same Host twice', also('Host: x'), 400],
  ['rejects a space before the colon', changed((good) => good.replace(':', ' :')), 400],
  ['rejects a tab before the colon', changed((good) => good.replace(':', '\t:')), 400],
  ['rejects a token on a folded line', changed((good) => good.replace('Bearer ', 'Bearer\r\n ')), 400],
  ['rejects a folded line of another header', also('x: a\r\n\tb'), 400],
  [
    'rejects a first header line with a space before it',
    (good) => head('GET /test HTTP/1.1', [' x: y', 'host: localhost', good]),
    400,
  ],
  ['rejects a header line without a colon', also('nonsense'), 400],
  ['rejects an empty header name', also(': x'), 400],
  ['rejects a header name with a space', also('a b: x'), 400],
  ['rejects a header name with a NUL', also('a\0b: x'), 400],
  ['rejects a header name in UTF-8', also(utf8('é: x')), 400],
  ['rejects a header name with a bracket', also('a[b]: x'), 400],
  ['rejects a NUL in the token', changed((good) => `${good}\0`), 400],
  ['rejects a NUL in another header', also('x: a\0b'), 400],
  ['rejects an escape character in another header', also('x: \x1b[2J'), 400],
  ['rejects a delete character in another header', also('x: \x7f'), 400],
  ['rejects a carriage return in a value', also('x: a\rb'), 400],
  [
    'rejects line feeds alone',
    (good) => head('GET /test HTTP/1.1', ['host: localhost', good]).toString('latin1').replaceAll('\r', ''),
    400,
  ],
  ['rejects one line feed alone', also('x: a\ny: b'), 400],
  ['rejects a line feed alone before the token', changed((good) => `x: a\n${good}`), 400],
  ['rejects a carriage return alone before the token', changed((good) => `x: a\r${good}`), 400],
  ['rejects an invalid request line', () => 'nonsense\r\n\r\n', 400],
  ['rejects a TLS handshake', () => Buffer.from('160301020001000 1fc0303'.replace(' ', ''), 'hex'), 400],
  [
    'rejects a space before the method',
    (good) => ` ${head('GET /test HTTP/1.1', ['host: localhost', good]).toString()}`,
    400,
  ],
  ['rejects an expectation that HTTP does not have', also('expect: 200-ok'), 417],
  ['accepts high bytes in another header, which are for the handler', also(`x: ${utf8('é')}\xff`), 200],
  ['accepts names of object properties for headers', also('__proto__: x', 'constructor: y', 'tostring: z'), 200],
  ...['x', 'evil.example.com', 'localhost.evil.example.com', '127.0.0.2', 'localhost:1:2', 'a@localhost', ''].map(
    // docs/fidelity.md F36
    (host): RequestRow => [`answers an unknown Host, ${host || 'empty'}, with 403 (unverified)`, withHost(host), 403],
  ),
  ...['localhost', 'LOCALHOST:3000', '127.0.0.1:80', '[::1]', '[::1]:3000'].map((host): RequestRow => [
    `accepts the Host ${host}, and the event has the API’s own`,
    withHost(host),
    200,
  ]),
  [
    'accepts line ends before the request, as RFC 9112 asks',
    (good) => `\r\n\r\n${changed((same) => same)(good).toString()}`,
    200,
  ],
  [
    'accepts an Upgrade, and stays with HTTP/1.1',
    also('connection: upgrade', 'upgrade: h2c', 'http2-settings: AAMAAABk'),
    200,
  ],
  ['accepts an Upgrade to a WebSocket, and answers as usual', also('connection: upgrade', 'upgrade: websocket'), 200],
  ['ignores x-forwarded-, x-amzn- or x-original- header', also('x-original-url: /open/x', 'x-amzn-requestid: x'), 200],
];

const CHUNKED = 'transfer-encoding: chunked';

export const FRAMINGS: readonly RequestRow[] = [
  ['rejects a length and chunks', post(['content-length: 4', CHUNKED], '0\r\n\r\n'), 400],
  ['rejects chunks and a length', post([CHUNKED, 'content-length: 4'], '0\r\n\r\n'), 400],
  [
    'rejects a length and chunks in upper case',
    post(['content-length: 4', 'TRANSFER-ENCODING: CHUNKED'], '0\r\n\r\n'),
    400,
  ],
  ['rejects two lengths', post(['content-length: 1', 'content-length: 2'], 'ab'), 400],
  ['rejects the same length twice', post(['content-length: 1', 'content-length: 1'], 'a'), 400],
  ['rejects two lengths in one line', post(['content-length: 1, 1'], 'a'), 400],
  ['rejects a negative length', post(['content-length: -1'], ''), 400],
  ['rejects a length with a plus sign', post(['content-length: +1'], 'a'), 400],
  ['rejects a hexadecimal length', post(['content-length: 0x1'], 'a'), 400],
  ['rejects a fractional length', post(['content-length: 1.0'], 'a'), 400],
  ['rejects a length with a space in it', post(['content-length: 1 1'], 'a'), 400],
  ['rejects an empty length', post(['content-length:'], 'a'), 400],
  ['rejects a length that is too large for a number', post([`content-length: ${'9'.repeat(30)}`], 'a'), 400],
  // docs/fidelity.md F38
  ['rejects a length beyond the body limit before the body arrives', post(['content-length: 10485761'], 'a'), 413],
  ['rejects the transfer coding identity', post(['transfer-encoding: identity'], ''), 400],
  ['rejects the transfer coding gzip', post(['transfer-encoding: gzip'], ''), 400],
  ['rejects gzip before chunked', post(['transfer-encoding: gzip, chunked'], '0\r\n\r\n'), 400],
  ['rejects chunked before identity', post(['transfer-encoding: chunked, identity'], '0\r\n\r\n'), 400],
  ['rejects chunked twice', post(['transfer-encoding: chunked, chunked'], '0\r\n\r\n'), 400],
  ['rejects chunked in two lines', post([CHUNKED, CHUNKED], '0\r\n\r\n'), 400],
  ['rejects chunked in quotes', post(['transfer-encoding: "chunked"'], '0\r\n\r\n'), 400],
  ['rejects xchunked', post(['transfer-encoding: xchunked'], '0\r\n\r\n'), 400],
  ['rejects chunked with a parameter', post(['transfer-encoding: chunked;x=y'], '0\r\n\r\n'), 400],
  ['rejects chunked after a vertical tab', post(['transfer-encoding: \x0bchunked'], '0\r\n\r\n'), 400],
  ['rejects chunked before a NUL', post(['transfer-encoding: chunked\0'], '0\r\n\r\n'), 400],
  ['rejects a space after the name Transfer-Encoding', post(['transfer-encoding : chunked'], '0\r\n\r\n'), 400],
  ['rejects chunked on a folded line', post(['transfer-encoding:\r\n chunked'], '0\r\n\r\n'), 400],
  ['rejects an empty transfer coding', post(['transfer-encoding:'], ''), 400],
  ['rejects chunks in HTTP/1.0', () => head('POST /open/x HTTP/1.0', ['host: localhost', CHUNKED], '0\r\n\r\n'), 400],
  ['rejects a chunk length that is not a number', post([CHUNKED], 'zz\r\na\r\n0\r\n\r\n'), 400],
  ['rejects a negative chunk length', post([CHUNKED], '-1\r\na\r\n0\r\n\r\n'), 400],
  ['rejects a chunk length with 0x', post([CHUNKED], '0x1\r\na\r\n0\r\n\r\n'), 400],
  ['rejects a chunk length with a space before it', post([CHUNKED], ' 1\r\na\r\n0\r\n\r\n'), 400],
  [
    'rejects a chunk length that is too large for a number',
    post([CHUNKED], `${'f'.repeat(20)}\r\na\r\n0\r\n\r\n`),
    400,
  ],
  ['rejects an empty chunk length', post([CHUNKED], '\r\na\r\n0\r\n\r\n'), 400],
  ['rejects a chunk longer than it says', post([CHUNKED], '1\r\nab\r\n0\r\n\r\n'), 400],
  ['rejects a chunk length before a line feed alone', post([CHUNKED], '1\na\r\n0\r\n\r\n'), 400],
  ['rejects a chunk extension with a line feed in it', post([CHUNKED], '1;a\nb\r\na\r\n0\r\n\r\n'), 400],
  ['rejects chunk extensions of 20,000 letters', post([CHUNKED], `1;${'a'.repeat(20_000)}\r\na\r\n0\r\n\r\n`), 400],
  ['rejects a trailer without a colon', post([CHUNKED], '1\r\na\r\n0\r\nnonsense\r\n\r\n'), 400],
  ['accepts a length with a zero before it', post(['content-length: 01'], 'a'), 200],
  ['accepts chunked in upper case, which is the same', post(['transfer-encoding: CHUNKED'], '0\r\n\r\n'), 200],
  ['accepts a short chunk extension, and drops it', post([CHUNKED], '1;a=b\r\na\r\n0\r\n\r\n'), 200],
  ['accepts a trailer, and drops it', post([CHUNKED], '1\r\na\r\n0\r\nauthorization: x\r\n\r\n'), 200],
  [
    'accepts a body with a GET',
    () => head('GET /open/x HTTP/1.1', ['host: localhost', CLOSE, 'content-length: 1'], 'a'),
    200,
  ],
];
