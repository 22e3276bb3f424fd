import { afterAll, beforeAll, describe, expect, it, vi, type MockInstance } from 'vitest';
import { BODIES, PLACES } from '../../support/hostile-bodies.ts';
import { CLIENTS, MARKER, NAMES, PARAMETERS } from '../../support/hostile-parameters.ts';
import { rawRequest, type RawResponse } from '../../support/raw-http.ts';
import { asJson, wireBytes, type Ask, type Credentials } from '../../support/token-requests.ts';
import { askToken, call, startTestTwin, type TestTwin } from '../../support/twin.ts';

let twin: TestTwin;
let good: Credentials;
let consoleError: MockInstance<typeof console.error>;
const answers: string[] = [];

beforeAll(async () => {
  consoleError = vi.spyOn(console, 'error').mockReturnValue();
  twin = await startTestTwin();
  const { clientIds, clientSecrets, audience, testUser, testUserPassword } = twin.outputs;
  good = {
    id: clientIds['test-app'] ?? '',
    secret: clientSecrets['test-app'] ?? '',
    audience,
    username: testUser.email,
    password: testUserPassword,
    realm: testUser.connection,
  };
});
afterAll(async () => {
  try {
    expectNothingTold();
  } finally {
    await twin.end();
    consoleError.mockRestore();
  }
});

/** Of all that was asked, whatever the order: no secret to a client or the log, and a line that harms no terminal. */
function expectNothingTold(): void {
  const told = [...answers, ...twin.log].join('\n');
  for (const secret of [good.secret, good.password, MARKER]) {
    expect(told).not.toContain(secret);
    expect(told).not.toContain(secret.slice(0, 16));
    expect(told).not.toContain(Buffer.from(secret).toString('base64').slice(0, 16));
  }
  expect(twin.log.filter((line) => line.includes('DEFECT'))).toEqual([]);
  expect(consoleError).not.toHaveBeenCalled();
  expect(twin.log.filter((line) => /[\p{C}\p{Zl}\p{Zp}]/u.test(line) || line.length > 1100)).toEqual([]);
}

async function send(ask: Ask): Promise<RawResponse> {
  const answer = await rawRequest(twin.tenantUrl, wireBytes(ask));
  answers.push([...answer.headers.values(), answer.body].join('\n'));
  return answer;
}

/** What the answer says: its error, where it has one. */
function errorOf({ body }: RawResponse): Record<string, unknown> {
  if (!body.startsWith('{')) return {};
  const { error, error_description: description } = JSON.parse(Buffer.from(body, 'latin1').toString()) as Record<
    string,
    unknown
  >;
  return error === undefined ? {} : { error, description };
}

const TABLES = [
  ['parameters', PARAMETERS],
  ['clients', CLIENTS],
  ['names and values', NAMES],
  ['bodies', BODIES],
  ['places', PLACES],
] as const;
const ROWS = TABLES.flatMap(([, table]) => table);

describe.each(TABLES)('Before hostile %s, the tenant', (_what, rows) => {
  it.each(rows)('%s', async (_name, ask, expected) => {
    const answer = await send(ask(good));
    expect({ status: answer.status, ...errorOf(answer) }).toEqual(expected);
  });
});

describe('Among all of that, the tenant', () => {
  it('meets each of 60 or more requests once, and answers none with a 5xx', () => {
    expect(ROWS.length).toBeGreaterThan(60);
    expect(new Set(ROWS.map(([name]) => name)).size).toBe(ROWS.length);
    expect(ROWS.filter(([, , { status }]) => status >= 500)).toEqual([]);
  });

  it('outlives a client that hangs up in the middle of its body', async () => {
    const whole = wireBytes(asJson()(good));
    for (const bytes of [whole.subarray(0, -20), Buffer.from(`${whole.toString().split('{')[0]}`)]) {
      expect((await rawRequest(twin.tenantUrl, bytes, 100)).status).toBe(0);
    }
    await vi.waitFor(() => {
      expect(twin.log.filter((line) => line.includes('The body ended too early')).length).toBeGreaterThanOrEqual(2);
    });
  });

  it('answers a good request, whose token the gateway takes', async () => {
    const { status, body } = await askToken(twin, { grant_type: 'client_credentials' });
    expect(status).toBe(200);
    expect(await call(twin, String(body['access_token']))).toMatchObject({ status: 200 });
  });
});
