import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it, vi, type MockInstance } from 'vitest';
import { fullTenant, PASSWORD } from '../../support/full-tenant.ts';
import { BODIES, PLACES, WIRE } from '../../support/hostile-bodies.ts';
import { CLIENTS, MARKER, NAMES, PARAMETERS } from '../../support/hostile-parameters.ts';
import { localTenant } from '../../support/local-tenant.ts';
import { rawRequest } from '../../support/raw-http.ts';
import { asJson, requestOf, SECRET, wireBytes, type TenantAnswer } from '../../support/token-requests.ts';

const tenant = localTenant(fullTenant());
const answers: string[] = [];
let consoleError: MockInstance<typeof console.error>;
let server: Server;
let url: string;

beforeAll(async () => {
  consoleError = vi.spyOn(console, 'error').mockReturnValue();
  const listener = getRequestListener(tenant.fetch, { overrideGlobalObjects: false });
  server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  consoleError.mockRestore();
});

/** Keeps what an answer says, and returns its status and its error, where it has one. */
function answerOf(status: number, headers: Iterable<string>, body: string): TenantAnswer {
  answers.push([...headers, body].join('\n'));
  if (!body.startsWith('{')) return { status };
  const { error, error_description: description } = JSON.parse(body) as Record<string, string | undefined>;
  return error === undefined || description === undefined ? { status } : { status, error, description };
}

const TABLES = { parameters: PARAMETERS, clients: CLIENTS, names: NAMES, bodies: BODIES, places: PLACES };

describe.each(Object.entries(TABLES))('Hostile %s', (table, rows) => {
  it.each(rows)(`Hostile ${table}: the tenant %s`, async (_title, request, expected) => {
    const response = await tenant.fetch(requestOf(request));
    expect(answerOf(response.status, response.headers.values(), await response.text())).toEqual(expected);
  });
});

it.each(WIRE)('Hostile bytes: the tenant %s', async (_title, request, expected) => {
  const { status, headers, body } = await rawRequest(url, wireBytes(request));
  expect(answerOf(status, headers.values(), body)).toEqual(expected);
});

it('The tenant survives a client that disconnects in the middle of its body, and answers the next request', async () => {
  const whole = wireBytes(asJson());
  for (const bytes of [whole.subarray(0, -20), Buffer.from(`${whole.toString().split('{')[0]}`)]) {
    expect((await rawRequest(url, bytes, 100)).status).toBe(0);
  }
  await vi.waitFor(() => {
    expect(tenant.log.filter((line) => line.includes('The body ended too early')).length).toBe(2);
  });
  expect((await rawRequest(url, whole)).status).toBe(200);
});

const rows = [...Object.values(TABLES).flat(), ...WIRE];

it('The tables have more than 200 hostile requests, each once, and none expects a 5xx', () => {
  expect(rows.length).toBeGreaterThan(200);
  expect(new Set(rows.map(([title]) => title)).size).toBe(rows.length);
  expect(rows.filter(([, , { status }]) => status >= 500)).toEqual([]);
});

it('The tenant shows no secret in its responses or log, and logs no line that harms a terminal', () => {
  const shown = [...answers, ...tenant.log].join('\n');
  for (const secret of [SECRET, PASSWORD, MARKER]) {
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain(Buffer.from(secret).toString('base64').slice(0, 16));
  }
  expect(consoleError).not.toHaveBeenCalled();
  expect(tenant.log.filter((line) => /[\p{C}\p{Zl}\p{Zp}]/u.test(line) || line.length > 1100)).toEqual([]);
});
