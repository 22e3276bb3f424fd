import { expect, it } from 'vitest';
import { matchRoute } from '../../../src/gateway/match.ts';
import { parseTarget, withinBasePath } from '../../../src/gateway/request.ts';
import { routeOf } from '../../support/local-api.ts';

/** The key of the route that takes a request, whatever the order in which the routes were declared. */
function taken(keys: readonly string[], request: string): string | undefined {
  const results = [keys, keys.toReversed()].map((order) => match(order, request)?.route.routeKey);
  expect(results[0]).toBe(results[1]);
  return results[0];
}

function match(keys: readonly string[], request: string): ReturnType<typeof matchRoute> {
  const [method = '', target = ''] = request.split(' ');
  const parsed = parseTarget(target);
  if (parsed.kind === 'malformed') throw new Error(parsed.reason);
  return matchRoute(
    keys.map((key) => routeOf(key)),
    method,
    parsed.segments,
  );
}

// docs/fidelity.md F30
const ROUTES = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];

it.each([
  // The rows of the documentation.
  ['GET /pets/dog/1', 'GET /pets/dog/1'],
  ['GET /pets/dog/2', 'GET /pets/dog/{id}'],
  ['GET /pets/cat/1', 'GET /pets/{proxy+}'],
  ['POST /test/5', 'ANY /{proxy+}'],
  // Further requests.
  ['GET /pets/dog', 'GET /pets/{proxy+}'],
  ['GET /pets/dog/1/x', 'GET /pets/{proxy+}'],
  ['GET /pets', 'ANY /{proxy+}'],
  ['POST /pets/dog/1', 'ANY /{proxy+}'],
  ['HEAD /pets/dog/1', 'ANY /{proxy+}'],
  ['OPTIONS /pets/dog/1', 'ANY /{proxy+}'],
  ['GET /', '$default'],
])('With the routes of AWS’s example, %s goes to %s', (request, routeKey) => {
  expect(taken(ROUTES, request)).toBe(routeKey);
});

/** A request, the route that takes it, and the others that are declared. */
type MatchRow = [fact: string, request: string, taken: string | undefined, ...others: string[]];

const PRIORITY: readonly MatchRow[] = [
  ['the exact method comes before ANY', 'GET /a', 'GET /a', 'ANY /a'],
  ['ANY matches the other methods', 'POST /a', 'ANY /a', 'GET /a'],
  ['the exact method comes before a better path under ANY', 'GET /a', 'GET /{x}', 'ANY /a'],
  ['the exact method comes first even with a greedy path', 'GET /a', 'GET /{x+}', 'ANY /a'],
  ['the exact method comes before $default', 'GET /a', 'GET /{x+}', '$default'],
  ['a literal comes before a variable', 'GET /a', 'GET /a', 'GET /{x}'],
  ['a variable comes before a greedy variable', 'GET /a', 'GET /{x}', 'GET /{x+}'],
  ['a full match comes before a greedy path with more literals', 'GET /a/b', 'GET /{x}/{y}', 'GET /a/{x+}'],
  ['the leftmost literal decides', 'GET /a/b', 'GET /a/{y}', 'GET /{x}/b'],
  ['the leftmost literal decides over more literals', 'GET /a/b/c', 'GET /a/{y}/{z}', 'GET /{x}/b/c'],
  ['the longer literal prefix wins between greedy paths', 'GET /a/b/c', 'GET /a/b/{x+}', 'GET /a/{x+}'],
  ['a literal comes before a variable in greedy paths', 'GET /a/b', 'GET /a/{y+}', 'GET /{x}/{y+}'],
  ['a variable and a greedy one come before a greedy one alone', 'GET /a/b', 'GET /{x}/{y+}', 'GET /{y+}'],
  ['$default comes last', 'GET /a', 'ANY /{x+}', '$default'],
  ['$default matches the rest', 'GET /b', '$default', 'GET /a'],
  ['$default matches the other methods', 'DELETE /a', '$default', 'GET /a'],
  ['$default matches the root', 'GET /', '$default', 'GET /a'],
  ['a route with another method is no alternative', 'GET /a', 'GET /{x}', 'POST /a'],
];

const METHODS: readonly MatchRow[] = [
  ['another method does not match', 'POST /a', undefined, 'GET /a'],
  ['HEAD is not derived from GET', 'HEAD /a', undefined, 'GET /a'],
  ['HEAD matches a HEAD route', 'HEAD /a', 'HEAD /a', 'GET /a'],
  ['HEAD matches ANY', 'HEAD /a', 'ANY /a'],
  ['HEAD matches $default', 'HEAD /a', '$default', 'GET /a'],
  ['OPTIONS is not derived from the others', 'OPTIONS /a', undefined, 'GET /a', 'POST /a'],
  ['OPTIONS matches an OPTIONS route', 'OPTIONS /a', 'OPTIONS /a', 'ANY /a'],
  ['OPTIONS matches ANY', 'OPTIONS /a', 'ANY /{x+}'],
  ['an OPTIONS route with a greedy path comes before $default', 'OPTIONS /a', 'OPTIONS /{x+}', '$default'],
  // docs/fidelity.md F35
  ['TRACE is no method of an HTTP API', 'TRACE /a', undefined, 'ANY /a', '$default'],
  ['PROPFIND is no method of an HTTP API', 'PROPFIND /a', undefined, 'ANY /a', '$default'],
  ['ANY is no method of a request', 'ANY /a', undefined, 'ANY /a', '$default'],
  ['a method in lower case does not match', 'get /a', undefined, 'GET /a'],
];

const PATHS: readonly MatchRow[] = [
  ['a greedy variable needs a segment', 'GET /a', undefined, 'GET /a/{x+}'],
  ['a greedy variable needs more than a slash', 'GET /a/', undefined, 'GET /a/{x+}'],
  ['a greedy variable needs more than two slashes', 'GET /a//', undefined, 'GET /a/{x+}'],
  ['a greedy variable at the root does not match the root', 'GET /', undefined, 'GET /{x+}'],
  ['a greedy variable matches one segment', 'GET /a/b', 'GET /a/{x+}'],
  ['a greedy variable matches a trailing slash', 'GET /a/b/', 'GET /a/{x+}'],
  ['a variable matches one segment only', 'GET /a/b/c', undefined, 'GET /a/{x}'],
  ['a variable needs a segment', 'GET /a', undefined, 'GET /a/{x}'],
  ['a variable needs a character', 'GET /a/', undefined, 'GET /a/{x}'],
  ['a variable needs a character in the middle', 'GET //b', undefined, 'GET /{x}/b'],
  ['the root matches the root route', 'GET /', 'GET /', 'GET /{x}'],
  ['a path does not match the root route', 'GET /a', undefined, 'GET /'],
  ['a shorter path does not match', 'GET /a', undefined, 'GET /a/b'],
  ['a longer path does not match', 'GET /a/b', undefined, 'GET /a'],
  ['a trailing slash makes another path', 'GET /a/', undefined, 'GET /a'],
  ['a double slash makes another path', 'GET /a//b', undefined, 'GET /a/b'],
  ['upper case makes another path', 'GET /A', undefined, 'GET /a'],
  ['a prefix of a segment does not match', 'GET /a', undefined, 'GET /ab'],
  ['an encoded letter is the same path', 'GET /%61', 'GET /a'],
  ['an encoded tilde is the same path', 'GET /%7Ea', 'GET /~a'],
  ['an encoded plus sign is not a space', 'GET /a%2Bb', 'GET /{x}'],
  ['an encoded slash does not split a segment', 'GET /a%2Fb', 'GET /{x}', 'GET /a/b'],
  ['an encoded slash does not match a literal slash', 'GET /a%2Fb', undefined, 'GET /a/b'],
  ['a segment that looks like a variable is a literal', 'GET /%7Ba%7D', 'GET /{x}', 'GET /a'],
  ['a segment $default is a literal', 'GET /$default', undefined, 'GET /a'],
  ['the query is not part of the path', 'GET /a?b/c', 'GET /a'],
];

it.each([...PRIORITY, ...METHODS, ...PATHS])('Route matching: %s', (_fact, request, expected, ...others) => {
  expect(taken(expected === undefined ? others : [expected, ...others], request)).toBe(expected);
});

it.each([
  ['GET /{x}', 'GET /a', { x: 'a' }],
  ['GET /{x}/{y}', 'GET /a/b', { x: 'a', y: 'b' }],
  ['GET /{x+}', 'GET /a/b/c', { x: 'a/b/c' }],
  ['GET /{x}/{y+}', 'GET /a/b/', { x: 'a', y: 'b/' }],
  ['GET /{x}', 'GET /%C3%A9%20b', { x: 'é b' }],
  ['GET /{x}', 'GET /a+b', { x: 'a+b' }],
  ['GET /{x}', 'GET /%2561', { x: '%61' }],
  ['GET /{x}', 'GET /a%2Fb', { x: 'a%2Fb' }],
  ['GET /{x+}', 'GET /a%2fb/c', { x: 'a%2fb/c' }],
  ['GET /{__proto__}', 'GET /a', { ['__proto__']: 'a' }],
  ['GET /{constructor}', 'GET /a', { constructor: 'a' }],
  ['GET /a', 'GET /a', {}],
  ['$default', 'GET /a/b', {}],
])('The path parameters of %s for %s are the decoded segments', (key, request, parameters) => {
  expect(Object.entries(match([key], request)?.pathParameters ?? {})).toEqual(Object.entries(parameters));
});

const within = (target: string, basePath: string, otherBasePaths: readonly string[] = []) =>
  withinBasePath(parseTarget(target), { basePath, otherBasePaths });

// docs/fidelity.md F44
it('A base path is taken off the path as it came and off its segments', () => {
  expect(within('/shop/v1/a%20b/c?d', '/shop/v1')).toEqual({
    kind: 'path',
    path: '/a b/c',
    segments: ['a b', 'c'],
    rawSegments: ['a%20b', 'c'],
    rawQuery: 'd',
  });
  expect(within('/shop/v1', '/shop/v1')).toMatchObject({ path: '/', segments: [], rawSegments: [] });
});

it.each(['/', '/shop', '/shop/v10/a', '/SHOP/v1/a', '//shop/v1/a'])(
  '%s is outside of the base path /shop/v1',
  (path) => {
    expect(within(path, '/shop/v1')).toBeUndefined();
  },
);

it('A path that the domain takes to another API is outside, at the root too', () => {
  expect(within('/shop/v2/a', '/shop', ['/shop/v2'])).toBeUndefined();
  expect(within('/v2', '', ['/v2'])).toBeUndefined();
  expect(within('/v20/a', '', ['/v2'])).toMatchObject({ path: '/v20/a' });
});
