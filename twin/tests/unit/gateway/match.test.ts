import { describe, expect, it } from 'vitest';
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
  ['GET /pets/dog/1', 'GET /pets/dog/1'],
  ['GET /pets/dog/2', 'GET /pets/dog/{id}'],
  ['GET /pets/cat/1', 'GET /pets/{proxy+}'],
  ['POST /test/5', 'ANY /{proxy+}'],
])('In AWS’s example of route priority, %s goes to %s', (request, routeKey) => {
  expect(taken(ROUTES, request)).toBe(routeKey);
});

it.each([
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

/** What the routes are, the request, and the one that takes it. */
type MatchRow = readonly [fact: string, keys: readonly string[], request: string, taken: string | undefined];

const PRIORITY: readonly MatchRow[] = [
  ['the exact method comes before ANY', ['ANY /a', 'GET /a'], 'GET /a', 'GET /a'],
  ['ANY matches the other methods', ['ANY /a', 'GET /a'], 'POST /a', 'ANY /a'],
  ['the exact method comes before a better path under ANY', ['ANY /a', 'GET /{x}'], 'GET /a', 'GET /{x}'],
  ['the exact method comes first even with a greedy path', ['ANY /a', 'GET /{x+}'], 'GET /a', 'GET /{x+}'],
  ['the exact method comes before $default', ['$default', 'GET /{x+}'], 'GET /a', 'GET /{x+}'],
  ['a literal comes before a variable', ['GET /{x}', 'GET /a'], 'GET /a', 'GET /a'],
  ['a variable comes before a greedy variable', ['GET /{x+}', 'GET /{x}'], 'GET /a', 'GET /{x}'],
  [
    'a full match comes before a greedy path with more literals',
    ['GET /a/{x+}', 'GET /{x}/{y}'],
    'GET /a/b',
    'GET /{x}/{y}',
  ],
  ['the leftmost literal decides', ['GET /{x}/b', 'GET /a/{y}'], 'GET /a/b', 'GET /a/{y}'],
  [
    'the leftmost literal decides over more literals',
    ['GET /{x}/b/c', 'GET /a/{y}/{z}'],
    'GET /a/b/c',
    'GET /a/{y}/{z}',
  ],
  [
    'the longer literal prefix wins between greedy paths',
    ['GET /a/{x+}', 'GET /a/b/{x+}'],
    'GET /a/b/c',
    'GET /a/b/{x+}',
  ],
  ['a literal comes before a variable in greedy paths', ['GET /{x}/{y+}', 'GET /a/{y+}'], 'GET /a/b', 'GET /a/{y+}'],
  [
    'a variable before a greedy variable comes before a greedy variable alone',
    ['GET /{y+}', 'GET /{x}/{y+}'],
    'GET /a/b',
    'GET /{x}/{y+}',
  ],
  ['$default comes last', ['$default', 'ANY /{x+}'], 'GET /a', 'ANY /{x+}'],
  ['$default matches the rest', ['$default', 'GET /a'], 'GET /b', '$default'],
  ['$default matches the other methods', ['$default', 'GET /a'], 'DELETE /a', '$default'],
  ['$default matches the root', ['$default', 'GET /a'], 'GET /', '$default'],
  ['a route with another method is no alternative', ['POST /a', 'GET /{x}'], 'GET /a', 'GET /{x}'],
];

const METHODS: readonly MatchRow[] = [
  ['another method does not match', ['GET /a'], 'POST /a', undefined],
  ['HEAD is not derived from GET', ['GET /a'], 'HEAD /a', undefined],
  ['HEAD matches a HEAD route', ['GET /a', 'HEAD /a'], 'HEAD /a', 'HEAD /a'],
  ['HEAD matches ANY', ['ANY /a'], 'HEAD /a', 'ANY /a'],
  ['HEAD matches $default', ['GET /a', '$default'], 'HEAD /a', '$default'],
  ['OPTIONS is not derived from the others', ['GET /a', 'POST /a'], 'OPTIONS /a', undefined],
  ['OPTIONS matches an OPTIONS route', ['ANY /a', 'OPTIONS /a'], 'OPTIONS /a', 'OPTIONS /a'],
  ['OPTIONS matches ANY', ['ANY /{x+}'], 'OPTIONS /a', 'ANY /{x+}'],
  [
    'an OPTIONS route with a greedy path comes before $default',
    ['$default', 'OPTIONS /{x+}'],
    'OPTIONS /a',
    'OPTIONS /{x+}',
  ],
  ...['TRACE', 'PROPFIND', 'ANY'].map((method): MatchRow => [
    // docs/fidelity.md F35
    `${method} is no method of an HTTP API, so neither ANY nor $default takes it`,
    ['ANY /a', '$default'],
    `${method} /a`,
    undefined,
  ]),
  ['a method in lower case does not match', ['GET /a'], 'get /a', undefined],
];

const PATHS: readonly MatchRow[] = [
  ['a greedy variable needs a segment', ['GET /a/{x+}'], 'GET /a', undefined],
  ['a greedy variable needs more than a slash', ['GET /a/{x+}'], 'GET /a/', undefined],
  ['a greedy variable needs more than two slashes', ['GET /a/{x+}'], 'GET /a//', undefined],
  ['a greedy variable at the root does not match the root', ['GET /{x+}'], 'GET /', undefined],
  ['a greedy variable matches one segment', ['GET /a/{x+}'], 'GET /a/b', 'GET /a/{x+}'],
  ['a greedy variable matches a trailing slash', ['GET /a/{x+}'], 'GET /a/b/', 'GET /a/{x+}'],
  ['a variable matches one segment only', ['GET /a/{x}'], 'GET /a/b/c', undefined],
  ['a variable needs a segment', ['GET /a/{x}'], 'GET /a', undefined],
  ['a variable needs a character', ['GET /a/{x}'], 'GET /a/', undefined],
  ['a variable needs a character in the middle', ['GET /{x}/b'], 'GET //b', undefined],
  ['the root matches the root route', ['GET /', 'GET /{x}'], 'GET /', 'GET /'],
  ['a path does not match the root route', ['GET /'], 'GET /a', undefined],
  ['a shorter path does not match', ['GET /a/b'], 'GET /a', undefined],
  ['a longer path does not match', ['GET /a'], 'GET /a/b', undefined],
  ['a trailing slash makes another path', ['GET /a'], 'GET /a/', undefined],
  ['a double slash makes another path', ['GET /a/b'], 'GET /a//b', undefined],
  ['upper case makes another path', ['GET /a'], 'GET /A', undefined],
  ['a prefix of a segment does not match', ['GET /ab'], 'GET /a', undefined],
  ['an encoded letter is the same path', ['GET /a'], 'GET /%61', 'GET /a'],
  ['an encoded tilde is the same path', ['GET /~a'], 'GET /%7Ea', 'GET /~a'],
  ['an encoded plus sign is not a space', ['GET /{x}'], 'GET /a%2Bb', 'GET /{x}'],
  ['an encoded slash does not split a segment', ['GET /a/b', 'GET /{x}'], 'GET /a%2Fb', 'GET /{x}'],
  ['an encoded slash does not match a literal slash', ['GET /a/b'], 'GET /a%2Fb', undefined],
  ['a segment that looks like a variable is a literal', ['GET /a', 'GET /{x}'], 'GET /%7Ba%7D', 'GET /{x}'],
  ['a segment $default is a literal', ['GET /a'], 'GET /$default', undefined],
  ['the query is not part of the path', ['GET /a'], 'GET /a?b/c', 'GET /a'],
];

describe.each([
  ['priority', PRIORITY],
  ['methods', METHODS],
  ['paths', PATHS],
] as const)('Route %s', (_name, rows) => {
  it.each(rows)('Route matching: %s', (_fact, keys, request, wanted) => {
    expect(taken(keys, request)).toBe(wanted);
  });
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
