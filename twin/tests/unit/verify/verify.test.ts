import { beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../../src/cli/verify.ts';
import { junitOf } from '../../../src/verify/junit.ts';
import { play, type Played } from '../../../src/verify/play.ts';
import { countOf, differencesOf, tableOf } from '../../../src/verify/table.ts';
import { restrictedToProbe } from '../../../src/verify/target.ts';
import { answering, playOptions, startVerifiable, targetOf } from '../../support/verifiable.ts';

const twin = await startVerifiable();
const verify = (options?: Parameters<typeof playOptions>[1]) => play(playOptions(twin, options));

describe('Verifying a twin of the same checkout', () => {
  const requests: string[] = [];
  let played: Played;
  beforeAll(async () => {
    const platform = answering((url, { body }) => {
      if (url === twin.outputs.tokenUrl) requests.push(JSON.stringify(body));
      return undefined;
    });
    played = await verify({ platform });
  });

  it('verify agrees on every cell that it tries, and says why it did not try the others', () => {
    expect(differencesOf(played)).toEqual([]);
    expect(tableOf(played).split('\n')).toEqual([
      '  A  test-app (client_credentials)',
      '  B  writer (client_credentials)',
      '  C  role reader',
      '  D  user test-user@example.com through test-app (password)',
      '  E  anyone',
      '',
      '  ✓ as the program declares   ✗ a difference   – not tried   blank: requests no token itself',
      '',
      '                                 A  B  C  D  E',
      '  ANY /any                       ✓  ✓  ✓  ✓  ✓',
      '  GET /open                      ✓  ✓  ✓  ✓  ✓',
      '  GET /orders/{id}               –  –  –  –  –',
      '  GET /test                      ✓  ✓  ✓  ✓  ✓',
      '  POST /users                    –  –  –  –  –',
      '  GET /users/{id}/files/{path+}  ✓  ✓  ✓  ✓  ✓',
      '  $default                       ✓  ✓  ✓  ✓  ✓',
      '  token requests                 ✓  ✓     ✓',
      '',
      'Not tried:',
      "  5 (GET /orders/{id}): its path has no example: add examples to the route in contract.ts, or examplePaths: { 'GET /orders/{id}': '/…' } to twin.config.ts",
      '  5 (POST /users): POST may change something; --all-methods calls it',
    ]);
  });

  it('verify --all-methods also calls methods that can change something', async () => {
    const before = twin.exchanges.length;
    const played = await verify({ allMethods: true });
    expect(countOf(played)).toEqual({ agree: 30, differ: 0, notTried: 5 });
    expect([exitCodeOf(played, false), exitCodeOf(played, true)]).toEqual([0, 2]);
    expect(twin.exchanges.slice(before).some(({ decision }) => decision.method === 'POST')).toBe(true);
  });

  it('verify tries each cell with the least scope, each scope alone, none, a tampered token and no token', async () => {
    const before = twin.exchanges.length;
    await verify({ only: ['GET /users/{id}/files/{path+}'] });
    const calls = twin.exchanges.slice(before).filter(({ decision }) => decision.route?.routeKey.includes('/files/'));
    const seen = new Set(
      calls.map(
        ({ decision, response }) => `${response.status} ${JSON.stringify(decision.claims?.['scope'] ?? 'no scope')}`,
      ),
    );
    expect([...seen].toSorted()).toEqual(
      [
        '200 "read:user"',
        '200 "read:user openid profile email address phone"',
        '200 "write:user"',
        '401 "no scope"',
        '403 "no scope"',
      ].toSorted(),
    );
  });

  it('verify --all-methods sends the example body that the contract gives, as JSON, and only there', async () => {
    const sent = new Set<string>();
    await verify({
      allMethods: true,
      only: ['GET /test', 'POST /users'],
      platform: answering((url, { method, headers, body }) => {
        const type = new Headers(headers).get('content-type');
        if (url.startsWith(twin.outputs.apiUrl)) sent.add(`${method}: ${JSON.stringify(body)}, ${type}`);
        return undefined;
      }),
    });
    expect([...sent].toSorted()).toEqual(['GET: null, null', 'POST: "{\\"name\\":\\"Ada\\"}", application/json']);
  });

  it('verify requests each token once', () => {
    expect(requests.length).toBeGreaterThan(10);
    expect(new Set(requests).size).toBe(requests.length);
  });

  it('verify does not try callers without credentials', async () => {
    const played = await verify({
      change: (outputs) => {
        delete outputs.testUserPassword;
        return { ...outputs, clientSecrets: { writer: outputs.clientSecrets['writer'] ?? '' } };
      },
    });
    expect(differencesOf(played)).toEqual([]);
    expect(countOf(played)).toEqual({ agree: 10, differ: 0, notTried: 25 });
    expect(tableOf(played)).toContain('the outputs have no secret of the client test-app');
  });

  it('verify names the role that no declared user has alone, and what to declare', async () => {
    const { tenant } = twin.model();
    const model = { ...twin.model(), tenant: { ...tenant, users: [] } };
    const played = await verify({ model, only: ['GET /test'] });
    expect(tableOf(played)).toContain(
      'no declared user has the role reader alone; declare one (api:users in a stack file, or an auth0.User)',
    );
  });

  it('The JUnit file of verify says the same, and contains no token', () => {
    const text = junitOf(played, 'dev <&"');
    expect(text).toContain(
      '<testsuite name="dev &lt;&amp;&quot;: test-app (client_credentials)" tests="8" failures="0" skipped="2">',
    );
    expect(text).not.toMatch(/eyJ/);
  });
});

it('verify requests at most four tokens a second from a real tenant', async () => {
  let now = 0;
  const times: number[] = [];
  await verify({
    local: false,
    platform: {
      ...answering((url) => {
        if (url === twin.outputs.tokenUrl) times.push(now);
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
  ['a reset time in the past', { 'x-ratelimit-reset': '1' }, 250],
  ['a wait of a day', { 'retry-after': '86400' }, 60_000],
  ['a default for no header', {}, 1000],
])('verify waits after a 429 as %s says', async (_title, headers, wait) => {
  const slept: number[] = [];
  let once = true;
  const played = await verify({
    only: ['GET /test'],
    platform: {
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

it('verify gives up on a tenant or an API that only answers 429, and does not count that as agreed', async () => {
  const sleep = (): Promise<void> => Promise.resolve();
  const played = await verify({ platform: { ...answering(() => new Response('', { status: 429 })), sleep } });
  expect(countOf(played)).toEqual({ agree: 0, differ: 0, notTried: 35 });
  expect(exitCodeOf(played, false)).toBe(2);
});

it('only the probe of a deployed production stack may be played, and every client of any other system', () => {
  const of = (local: boolean, outputs: Readonly<Record<string, unknown>>) =>
    restrictedToProbe({ ...targetOf(twin), local, outputs: { ...targetOf(twin).outputs, ...outputs } }).playable;
  expect(of(false, { production: true, probe: 'writer' })).toEqual(['writer']);
  expect(of(false, { production: true, probe: undefined })).toEqual([]);
  expect(of(false, { production: false, probe: 'writer' })).toBeUndefined();
  expect(of(false, { production: undefined })).toBeUndefined();
  expect(of(true, { production: true, probe: 'writer' })).toBeUndefined();
});

it.each([
  { playable: ['writer'], callers: ['writer', ''] },
  { playable: [], callers: [''] },
])('with $playable as the clients to play, no other requests a token, and refusals are checked', async (row) => {
  const requests: string[] = [];
  const platform = answering((url, { body }) => {
    if (url === twin.outputs.tokenUrl) requests.push(JSON.stringify(body));
    return undefined;
  });
  const played = await verify({ playable: row.playable, platform });
  const used = (name: string): boolean =>
    requests.some((request) => request.includes(twin.outputs.clientIds[name] ?? '-'));
  expect(used('test-app')).toBe(false);
  expect(used('writer')).toBe(row.playable.includes('writer'));

  const cells = played.rows.flat();
  const tried = cells.filter(({ outcome }) => outcome.kind !== 'not tried').map(({ cell }) => cell.caller.name);
  expect([...new Set(tried)].toSorted()).toEqual(row.callers.toSorted());
  expect(differencesOf(played)).toEqual([]);
  expect(countOf(played).agree).toBeGreaterThan(0);
  const why = cells.map(({ outcome }) => (outcome.kind === 'not tried' ? outcome.why : ''));
  expect(why).toContain('in production only the probe requests tokens; --as-clients plays every client');
});
