import { describe, expect, it } from 'vitest';
import { matchRoute } from '../../../src/gateway/match.ts';
import { parseTarget } from '../../../src/gateway/request.ts';
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

describe('AWS’s example of route priority', () => {
  const ROUTES = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];

  it.each([
    ['GET /pets/dog/1', 'GET /pets/dog/1'],
    ['GET /pets/dog/2', 'GET /pets/dog/{id}'],
    ['GET /pets/cat/1', 'GET /pets/{proxy+}'],
    ['POST /test/5', 'ANY /{proxy+}'],
  ])('gives %s to %s', (request, routeKey) => {
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
  ])('goes on to give %s to %s', (request, routeKey) => {
    expect(taken(ROUTES, request)).toBe(routeKey);
  });
});

/** What the routes are, the request, and the one that takes it. */
type MatchRow = readonly [fact: string, keys: readonly string[], request: string, taken: string | undefined];

const PRIORITY: readonly MatchRow[] = [
  ['the exact method comes before ANY', ['ANY /a', 'GET /a'], 'GET /a', 'GET /a'],
  ['ANY takes the other methods', ['ANY /a', 'GET /a'], 'POST /a', 'ANY /a'],
  ['the exact method comes before a better path under ANY', ['ANY /a', 'GET /{x}'], 'GET /a', 'GET /{x}'],
  ['the exact method comes first even with a greedy path', ['ANY /a', 'GET /{x+}'], 'GET /a', 'GET /{x+}'],
  ['the exact method comes before $default', ['$default', 'GET /{x+}'], 'GET /a', 'GET /{x+}'],
  ['a literal comes before a variable', ['GET /{x}', 'GET /a'], 'GET /a', 'GET /a'],
  ['a variable comes before a greedy one', ['GET /{x+}', 'GET /{x}'], 'GET /a', 'GET /{x}'],
  [
    'a full match comes before a greedy one with more literals',
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
    'the longer literal prefix wins between greedy ones',
    ['GET /a/{x+}', 'GET /a/b/{x+}'],
    'GET /a/b/c',
    'GET /a/b/{x+}',
  ],
  ['a literal comes before a variable in greedy ones', ['GET /{x}/{y+}', 'GET /a/{y+}'], 'GET /a/b', 'GET /a/{y+}'],
  ['a variable and a greedy one come before a greedy one', ['GET /{y+}', 'GET /{x}/{y+}'], 'GET /a/b', 'GET /{x}/{y+}'],
  ['$default comes last', ['$default', 'ANY /{x+}'], 'GET /a', 'ANY /{x+}'],
  ['$default takes the rest', ['$default', 'GET /a'], 'GET /b', '$default'],
  ['$default takes the other methods', ['$default', 'GET /a'], 'DELETE /a', '$default'],
  ['$default takes the root', ['$default', 'GET /a'], 'GET /', '$default'],
  ['a worse route is no second choice for the method', ['POST /a', 'GET /{x}'], 'GET /a', 'GET /{x}'],
];

const METHODS: readonly MatchRow[] = [
  ['another method is not taken', ['GET /a'], 'POST /a', undefined],
  ['HEAD is not derived from GET', ['GET /a'], 'HEAD /a', undefined],
  ['HEAD is taken by a route of its own', ['GET /a', 'HEAD /a'], 'HEAD /a', 'HEAD /a'],
  ['HEAD is taken by ANY', ['ANY /a'], 'HEAD /a', 'ANY /a'],
  ['HEAD is taken by $default', ['GET /a', '$default'], 'HEAD /a', '$default'],
  ['OPTIONS is not derived from the others', ['GET /a', 'POST /a'], 'OPTIONS /a', undefined],
  ['OPTIONS is taken by a route of its own', ['ANY /a', 'OPTIONS /a'], 'OPTIONS /a', 'OPTIONS /a'],
  ['OPTIONS is taken by ANY', ['ANY /{x+}'], 'OPTIONS /a', 'ANY /{x+}'],
  [
    'OPTIONS under a greedy path of its own comes before $default',
    ['$default', 'OPTIONS /{x+}'],
    'OPTIONS /a',
    'OPTIONS /{x+}',
  ],
  ...['TRACE', 'PROPFIND', 'ANY'].map((method): MatchRow => [
    `${method} is no method of an HTTP API, so neither ANY nor $default takes it`,
    ['ANY /a', '$default'],
    `${method} /a`,
    undefined,
  ]),
  ['a method in small letters is another', ['GET /a'], 'get /a', undefined],
];

const PATHS: readonly MatchRow[] = [
  ['a greedy one needs a segment', ['GET /a/{x+}'], 'GET /a', undefined],
  ['a greedy one needs more than a slash', ['GET /a/{x+}'], 'GET /a/', undefined],
  ['a greedy one needs more than two slashes', ['GET /a/{x+}'], 'GET /a//', undefined],
  ['a greedy one at the root does not take the root', ['GET /{x+}'], 'GET /', undefined],
  ['a greedy one takes one segment', ['GET /a/{x+}'], 'GET /a/b', 'GET /a/{x+}'],
  ['a greedy one takes a slash at the end', ['GET /a/{x+}'], 'GET /a/b/', 'GET /a/{x+}'],
  ['a variable takes one segment only', ['GET /a/{x}'], 'GET /a/b/c', undefined],
  ['a variable needs a segment', ['GET /a/{x}'], 'GET /a', undefined],
  ['a variable needs a character', ['GET /a/{x}'], 'GET /a/', undefined],
  ['a variable needs a character in the middle', ['GET /{x}/b'], 'GET //b', undefined],
  ['the root is taken by the root', ['GET /', 'GET /{x}'], 'GET /', 'GET /'],
  ['a path is not taken by the root', ['GET /'], 'GET /a', undefined],
  ['a shorter path is not taken', ['GET /a/b'], 'GET /a', undefined],
  ['a longer path is not taken', ['GET /a'], 'GET /a/b', undefined],
  ['a slash at the end is another path', ['GET /a'], 'GET /a/', undefined],
  ['a doubled slash is another path', ['GET /a/b'], 'GET /a//b', undefined],
  ['capitals are another path', ['GET /a'], 'GET /A', undefined],
  ['a prefix of a segment is another path', ['GET /ab'], 'GET /a', undefined],
  ['an encoded letter is the same path', ['GET /a'], 'GET /%61', 'GET /a'],
  ['an encoded tilde is the same path', ['GET /~a'], 'GET /%7Ea', 'GET /~a'],
  ['an encoded plus sign is no space', ['GET /{x}'], 'GET /a%2Bb', 'GET /{x}'],
  ['an encoded slash does not split a segment', ['GET /a/b', 'GET /{x}'], 'GET /a%2Fb', 'GET /{x}'],
  ['an encoded slash is no literal', ['GET /a/b'], 'GET /a%2Fb', undefined],
  ['a segment that looks like a variable is a text', ['GET /a', 'GET /{x}'], 'GET /%7Ba%7D', 'GET /{x}'],
  ['a segment called $default is a text', ['GET /a'], 'GET /$default', undefined],
  ['a query is no part of the path', ['GET /a'], 'GET /a?b/c', 'GET /a'],
];

describe.each([
  ['priority', PRIORITY],
  ['methods', METHODS],
  ['paths', PATHS],
] as const)('The routes’ %s', (_name, rows) => {
  it.each(rows)('say that %s', (_fact, keys, request, wanted) => {
    expect(taken(keys, request)).toBe(wanted);
  });
});

describe('The path parameters', () => {
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
  ])('of %s, asked for %s, are the decoded segments', (key, request, parameters) => {
    expect(Object.entries(match([key], request)?.pathParameters ?? {})).toEqual(Object.entries(parameters));
  });
});
