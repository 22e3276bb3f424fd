import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planOf } from '../../access/verify/plan.ts';
import { play, type Played } from '../../access/verify/play.ts';
import { junitOf } from '../../access/verify/junit.ts';
import { countOf, differencesOf, tableOf } from '../../access/verify/table.ts';
import type { Target } from '../../access/verify/target.ts';
import { WORLD, type World } from '../../access/verify/tokens.ts';
import type { Model } from '../../graph/model.ts';
import { startTestTwin, type TestTwin } from '../support/twin.ts';

const TWO_CLIENTS = `  api:clients:
    - { name: test-app, party: first, grants: [client_credentials, password], permissions: [read:user] }
    - { name: writer, party: first, grants: [client_credentials], permissions: [write:user] }
`;

/** A contract with a route of every kind that a verification has to deal with. */
function widen(twin: Parameters<NonNullable<Parameters<typeof startTestTwin>[0]>['change'] & {}>[0]): void {
  twin.edit(
    'contract.ts',
    "'GET /test': { handler: 'test', scopes: ['read:user'] },",
    `'GET /test': { handler: 'test', scopes: ['read:user'] },
    'GET /users/{id}/files/{path+}': { handler: 'test', scopes: ['read:user', 'write:user'], examples: { id: 'a b', path: 'c/d' } },
    'GET /orders/{id}': { handler: 'test', scopes: ['read:user'] },
    'ANY /any': { handler: 'test', scopes: ['write:user'] },
    'POST /users': { handler: 'test', scopes: ['write:user'] },
    'GET /open': { handler: 'test', scopes: 'public' },
    $default: { handler: 'test', scopes: ['read:appointments'] },`,
  );
  const stackFile = twin.read('Pulumi.dev.yaml');
  twin.write('Pulumi.dev.yaml', stackFile.replace(/ {2}api:clients:\n(?: {4}.*\n)+/, TWO_CLIENTS));
}

let twin: TestTwin;
let model: Model;
let target: Target;
let examples: ReadonlyMap<string, string>;
beforeAll(async () => {
  twin = await startTestTwin({ change: widen });
  model = twin.model();
  const outputs = twin.outputs as Target['outputs'] & { examplePaths: Record<string, string> };
  examples = new Map(Object.entries(outputs.examplePaths));
  target = { name: 'the twin', outputs, local: true, end: () => Promise.resolve() };
});
afterAll(() => twin.end());

interface Options {
  readonly change?: (outputs: Target['outputs']) => Target['outputs'];
  readonly model?: Model;
  readonly allMethods?: boolean;
  readonly maxTokens?: number;
  readonly local?: boolean;
  readonly world?: Partial<World>;
}

function verify(options: Options = {}): Promise<Played> {
  const declared = options.model ?? model;
  const outputs = options.change?.(structuredClone(target.outputs)) ?? target.outputs;
  return play({
    model: declared,
    plan: planOf(declared, examples, options.allMethods ?? false),
    target: { ...target, outputs, local: options.local ?? true },
    clientIds: twin.outputs.clientIds,
    maxTokens: options.maxTokens ?? Infinity,
    progress: () => undefined,
    world: { ...WORLD, ...options.world },
  });
}

/** The fetch of the world with some answers replaced. */
function answering(replace: (url: string, init: RequestInit) => Response | undefined): Partial<World> {
  const replaced = (url: Parameters<typeof fetch>[0], init: RequestInit = {}): Promise<Response> => {
    const answer = replace(String(url instanceof Request ? url.url : url), init);
    return answer === undefined ? fetch(url, init) : Promise.resolve(answer);
  };
  return { fetch: replaced };
}

const unauthorized = (description: string): Response =>
  Response.json(
    { message: 'Unauthorized' },
    {
      status: 401,
      headers: { 'www-authenticate': `Bearer scope="" error="invalid_token" error_description="${description}"` },
    },
  );

describe('A verification of a twin that serves what the checkout declares', () => {
  it('finds that every cell it tries agrees, and says of the others why it did not', async () => {
    const played = await verify();
    expect(differencesOf(played)).toEqual([]);
    expect(tableOf(played).split('\n')).toEqual([
      '                                 A  B  C  D  E',
      '  ANY /any                       ✓  ✓  ✓  ✓  ✓',
      '  GET /open                      ✓  ✓  ✓  ✓  ✓',
      '  GET /orders/{id}               –  –  –  –  –',
      '  GET /test                      ✓  ✓  ✓  ✓  ✓',
      '  POST /users                    –  –  –  –  –',
      '  GET /users/{id}/files/{path+}  ✓  ✓  ✓  ✓  ✓',
      '  $default                       ✓  ✓  ✓  ✓  ✓',
      '  their tokens                   ✓  ✓     ✓',
      '',
      '  A  test-app (client_credentials)',
      '  B  writer (client_credentials)',
      '  C  a user with the role reader',
      '  D  test-user@example.com through test-app',
      '  E  anyone',
      '  ✓ as the program declares   ✗ a difference   – not tried',
      '',
      'Not tried:',
      "  5 (GET /orders/{id}): its path has no example: write examples: { id: '…' } at GET /orders/{id} in contract.ts",
      '  5 (POST /users): POST may change something; --all-methods calls it',
    ]);
  });

  it('calls what changes something with --all-methods', async () => {
    const before = twin.exchanges.length;
    const played = await verify({ allMethods: true });
    expect(countOf(played)).toEqual({ agree: 30, differ: 0, notTried: 5 });
    expect(twin.exchanges.slice(before).some(({ decision }) => decision.method === 'POST')).toBe(true);
  });

  it('plays each cell with the least scope, each alone, none, a tampered token and no token', async () => {
    const before = twin.exchanges.length;
    await verify();
    const calls = twin.exchanges.slice(before).filter(({ decision }) => decision.route?.routeKey.includes('/files/'));
    const seen = new Set(
      calls.map(({ decision, response }) => `${response.status} ${String(decision.claims?.['scope'] ?? 'no scope')}`),
    );
    expect([...seen].toSorted()).toEqual(
      [
        '200 read:user',
        '200 read:user openid profile email address phone',
        '200 write:user',
        '401 no scope',
        '403 no scope',
      ].toSorted(),
    );
  });

  it('asks for each token once', async () => {
    const asked: string[] = [];
    await verify({
      world: answering((url, { body }) => {
        if (url === target.outputs.tokenUrl) asked.push(String(body));
        return undefined;
      }),
    });
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('tries nothing beyond --max-tokens, and does not count it as agreed', async () => {
    const played = await verify({ maxTokens: 0 });
    expect(countOf(played)).toEqual({ agree: 5, differ: 0, notTried: 30 });
    expect(tableOf(played)).toContain('--max-tokens allows 0 tokens');
  });

  it('does not try callers whose credentials it has not', async () => {
    const played = await verify({
      change: ({ testUserPassword: _, clientSecrets, ...rest }) => {
        return { ...rest, clientSecrets: { writer: clientSecrets['writer'] ?? '' } };
      },
    });
    expect(differencesOf(played)).toEqual([]);
    expect(countOf(played)).toEqual({ agree: 10, differ: 0, notTried: 25 });
    expect(tableOf(played)).toContain('the outputs have no secret of the client test-app (dev)');
  });

  it('has a JUnit file that says the same, without a token', async () => {
    const text = junitOf(await verify(), 'dev <&"');
    expect(text).toContain(
      '<testsuite name="dev &lt;&amp;&quot;: test-app (client_credentials)" tests="8" failures="0" skipped="2">',
    );
    expect(text).not.toMatch(/eyJ/);
  });
});

describe('A difference is one plain sentence with its likely cause', () => {
  const at =
    (path: string) =>
    (url: string): boolean =>
      new URL(url).pathname === path;
  const bearing = ({ headers }: RequestInit): boolean => new Headers(headers).has('authorization');
  const tenantSays = (error: string, error_description: string, status = 403): Partial<World> =>
    answering((url) =>
      url === target.outputs.tokenUrl ? Response.json({ error, error_description }, { status }) : undefined,
    );
  const apiSays = (answer: () => Response, path = '/test'): Partial<World> =>
    answering((url, init) => (at(path)(url) && bearing(init) ? answer() : undefined));
  const audience = 'https://test-api-for-jwt-authorizer.example.com';

  it.each<[title: string, world: () => Partial<World>, says: string]>([
    [
      'no client grant',
      () => tenantSays('access_denied', `Client is not authorized to access "${audience}".`),
      `test-app (client_credentials), asking for all that it can get, gets no token: the client grant of test-app (dev) for ${audience} is missing`,
    ],
    [
      'a smaller client grant',
      () => tenantSays('access_denied', 'Client has not been granted scopes: read:user'),
      'asking for read:user, gets no token: the client grant of test-app (dev) lacks that scope',
    ],
    [
      'another audience',
      () => tenantSays('access_denied', 'Service not found: x'),
      `no API with the identifier ${audience}`,
    ],
    [
      'a connection that is not enabled',
      () => tenantSays('unauthorized_client', 'The connection is not enabled for this client'),
      'test-user@example.com through test-app, asking for all that it can get, gets no token: the connection auth0-http-api-dev is not enabled for test-app (dev)',
    ],
    [
      'other credentials',
      () => tenantSays('access_denied', 'Unauthorized', 401),
      'the credentials of test-app (dev) are not the deployed ones',
    ],
    [
      'another password',
      () => tenantSays('invalid_grant', 'Wrong email or password.'),
      'the test user is not there, or has another password',
    ],
    [
      'no grant type',
      () => tenantSays('unauthorized_client', "Grant type 'password' not allowed for the client."),
      'lacks the grant type',
    ],
    [
      'no tenant',
      () => ({
        fetch: (url, init) =>
          String(url) === target.outputs.tokenUrl
            ? Promise.reject(
                new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }),
              )
            : fetch(url, init),
      }),
      'gets no token: the tenant does not answer at http://localhost',
    ],
    [
      'a proxy in place of the tenant',
      () => answering((url) => (url === target.outputs.tokenUrl ? new Response('hello', { status: 502 }) : undefined)),
      'answers 502, not as a tenant does',
    ],
    [
      'an authorizer without the slash',
      () => apiSays(() => unauthorized('issuer does not match')),
      'GET /test: test-app (client_credentials), with all that it can get, is to be allowed and is answered 401: the deployed authorizer trusts another issuer than https://your-tenant.eu.auth0.com/; mostly the slash at its end is missing.',
    ],
    [
      'another audience of the authorizer',
      () => apiSays(() => unauthorized('the token does not have a valid audience')),
      `the deployed authorizer takes another one than ${audience}`,
    ],
    [
      'keys that the gateway cannot read',
      () => apiSays(() => unauthorized('OIDC discovery endpoint communication error')),
      'the gateway cannot read the keys of https://your-tenant.eu.auth0.com/',
    ],
    [
      'no invoke permission',
      () => apiSays(() => Response.json({ message: 'Internal Server Error' }, { status: 500 })),
      'lambda:InvokeFunction',
    ],
    [
      'other scopes of the route',
      () => apiSays(() => Response.json({ message: 'Forbidden' }, { status: 403 })),
      'the deployed route asks for other scopes than the program',
    ],
    [
      'a route without an authorizer',
      () => answering((url) => (at('/test')(url) ? Response.json('hello') : undefined)),
      'GET /test: anyone, without a token, is to be answered 401 and is let through (200): the deployed route has no authorizer',
    ],
    [
      'a public route with one',
      () => answering((url) => (at('/open')(url) ? unauthorized('') : undefined)),
      'GET /open: anyone, without a token, is to be allowed and is answered 401: the deployed route has an authorizer, and the program says public.',
    ],
    [
      'a route that is not deployed',
      () =>
        answering((url) => (at('/test')(url) ? Response.json({ message: 'Not Found' }, { status: 404 }) : undefined)),
      'is answered 404: the route is not deployed there',
    ],
  ])('%s', async (_title, world, says) => {
    expect(differencesOf(await verify({ world: world() })).join('\n')).toContain(says);
  });

  it('a backend’s own 401, 403 and 404 are no refusal of the gateway', async () => {
    for (const status of [400, 401, 403, 404, 301]) {
      const played = await verify({
        world: apiSays(() => Response.json({ message: 'not yours' }, { status }), '/open'),
      });
      expect(differencesOf(played), String(status)).toEqual([]);
    }
  });

  it('a permission that the deployed role or grant has besides is one, even if no route asks for it', async () => {
    const { tenant } = model;
    const grants = tenant.grants.map((grant) => ({
      ...grant,
      scopes: grant.scopes.filter((one) => one !== 'write:user'),
    }));
    const roles = tenant.roles.map((role) => ({ ...role, permissions: [] }));
    const played = await verify({ model: { ...model, tenant: { ...tenant, grants, roles } } });
    expect(differencesOf(played)).toEqual(
      expect.arrayContaining([
        'writer (client_credentials), asking for all that it can get, gets write:user more than the program grants: the permissions there are others.',
        'writer (client_credentials), asking for write:user, is to be refused and gets a token with write:user.',
      ]),
    );
    expect(
      differencesOf(played).some((one) =>
        one.startsWith('test-user@example.com through test-app, asking for read:user, gets read:user more'),
      ),
    ).toBe(true);
  });
});

describe('A verification respects limits', () => {
  it('asks a real tenant for at most four tokens a second', async () => {
    let now = 0;
    const times: number[] = [];
    await verify({
      local: false,
      world: {
        ...answering((url) => {
          if (url === target.outputs.tokenUrl) times.push(now);
          return undefined;
        }),
        clock: () => now,
        sleep: (milliseconds) => Promise.resolve(void (now += milliseconds)),
      },
    });
    expect(times.length).toBeGreaterThan(10);
    expect(times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) >= 250)).toBe(true);
  });

  it.each([
    ['retry-after', { 'retry-after': '7' }, 7000],
    ['x-ratelimit-reset', { 'x-ratelimit-reset': '1009' }, 9000],
    ['a reset in the past', { 'x-ratelimit-reset': '1' }, 250],
    ['a wait of a day', { 'retry-after': '86400' }, 60_000],
    ['no word about it', {}, 1000],
  ])('waits after a 429 as it is told by %s', async (_title, headers, wait) => {
    const slept: number[] = [];
    let once = true;
    const played = await verify({
      world: {
        ...answering(() => {
          if (!once) return undefined;
          once = false;
          return new Response('', { status: 429, headers });
        }),
        clock: () => 1_000_000,
        sleep: (milliseconds) => Promise.resolve(void slept.push(milliseconds)),
      },
    });
    expect(slept).toEqual([wait]);
    expect(differencesOf(played)).toEqual([]);
  });

  it('gives up on a tenant or an API that only says 429, and does not count that as agreed', async () => {
    const sleep = (): Promise<void> => Promise.resolve();
    const played = await verify({ world: { ...answering(() => new Response('', { status: 429 })), sleep } });
    expect(countOf(played)).toEqual({ agree: 0, differ: 0, notTried: 35 });
  });
});
