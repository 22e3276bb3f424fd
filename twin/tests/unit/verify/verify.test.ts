import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../../src/cli/verify.ts';
import { junitOf } from '../../../src/verify/junit.ts';
import { countOf, differencesOf, tableOf } from '../../../src/verify/table.ts';
import { answering, startVerifiable, type Verifiable } from '../../support/verifiable.ts';

let system: Verifiable;
beforeAll(async () => {
  system = await startVerifiable();
});
afterAll(() => system.twin.end());
const verify: Verifiable['verify'] = (options) => system.verify(options);

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
    const before = system.twin.exchanges.length;
    const played = await verify({ allMethods: true });
    expect(countOf(played)).toEqual({ agree: 30, differ: 0, notTried: 5 });
    expect([exitCodeOf(played, false), exitCodeOf(played, true)]).toEqual([0, 2]);
    expect(system.twin.exchanges.slice(before).some(({ decision }) => decision.method === 'POST')).toBe(true);
  });

  it('plays each cell with the least scope, each alone, none, a tampered token and no token', async () => {
    const before = system.twin.exchanges.length;
    await verify();
    const calls = system.twin.exchanges
      .slice(before)
      .filter(({ decision }) => decision.route?.routeKey.includes('/files/'));
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

  it('asks for each token once', async () => {
    const asked: string[] = [];
    await verify({
      world: answering((url, { body }) => {
        if (url === system.target.outputs.tokenUrl) asked.push(JSON.stringify(body));
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
      change: (outputs) => {
        delete outputs.testUserPassword;
        return { ...outputs, clientSecrets: { writer: outputs.clientSecrets['writer'] ?? '' } };
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

describe('A verification respects limits', () => {
  it('asks a real tenant for at most four tokens a second', async () => {
    let now = 0;
    const times: number[] = [];
    await verify({
      local: false,
      world: {
        ...answering((url) => {
          if (url === system.target.outputs.tokenUrl) times.push(now);
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
    expect(exitCodeOf(played, false)).toBe(2);
  });
});
