import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reportOf, welcome } from '@auth0-http-api/twin';
import { settingsSchemas } from '../docs/generator/stack-file-schema.ts';
import { KEYS } from '../program/config/keys.ts';
import { REASONS, STACKS, unusedKeys, useEveryKey } from './support/every-key.ts';
import { requestToken, call, goodClaims, mint, startTestTwin, userLogin, type TestTwin } from './support/twin.ts';

const HANDLER = `export const handler = async () => ({
  table: process.env.TABLE, level: process.env.LOG_LEVEL, host: process.env.DB_HOST,
});\n`;

const received: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];
const backend = createServer(({ url = '', headers }, outgoing) => {
  received.push({ url, headers });
  outgoing.end('"from the backend"');
});

let services: TestTwin;
let users: TestTwin;
beforeAll(async () => {
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const here = new URL(`http://127.0.0.1:${(backend.address() as AddressInfo).port}`);
  const started = (stack: keyof typeof STACKS): Promise<TestTwin> =>
    startTestTwin({
      stack,
      change: (project) => {
        useEveryKey(project, stack);
        project.write('handler/test.ts', HANDLER);
      },
      forwards: new Map(
        ['ANY /orders/{id}/{rest+}', 'POST /hooks/{id}', 'GET /reports/{id}', 'GET /report'].map((key) => [key, here]),
      ),
    });
  [services, users] = await Promise.all([started('services'), started('users')]);
});
afterAll(async () => {
  await Promise.all([services.end(), users.end()]);
  backend.close();
});
beforeEach(() => {
  received.length = 0;
});

async function tokenOf(twin: TestTwin, parameters: Readonly<Record<string, unknown>>, client: string): Promise<string> {
  const { status, body } = await requestToken(twin, parameters, client);
  expect([status, body['error_description']]).toEqual([200, undefined]);
  return String(body['access_token']);
}

const SERVICE = { grant_type: 'client_credentials' };
/** The user's role has the first of these alone. */
const asUser = (): Record<string, string> => ({ ...userLogin(users), scope: 'read:user write:user' });
const withToken = (token: string): RequestInit => ({ headers: { 'x-token': token } });

describe('Stacks that use every key', () => {
  it('The two stacks use every key that a stack file can have, including those inside clients and other maps', () => {
    expect(Object.keys(settingsSchemas())).toEqual(Object.keys(KEYS));
    // The production stack needs no exception from these; production.test.ts tests each.
    const unneeded = ['handlers', 'userAccess', 'domain'];
    expect(unusedKeys(Object.values(STACKS))).toEqual(unneeded.map((key) => `api:exceptions.${key}`));
  });

  it('Both stacks satisfy every rule over the registered resources', () => {
    expect([services, users].map((twin) => twin.model().violations)).toEqual([[], []]);
  });

  it.each([
    {
      stack: 'services' as const,
      line: 'Not emulated locally (any ids are made up): DNS records, IAM roles and policies, VPCs of functions, X-Ray tracing, alarms, certificates, ephemeral storage, layers (their files are missing here), log groups, tags, the API’s own domain (it answers at this address), token quotas.',
    },
    {
      stack: 'users' as const,
      line: 'Not emulated locally (any ids are made up): IAM roles and policies, alarms, log groups, mutual TLS (callers without a certificate get in here), tags, the API’s own domain (it answers at this address).',
    },
  ])('The twin lists at start what it does not emulate of the stack $stack', ({ stack, line }) => {
    const twin = { services, users }[stack];
    const lines = welcome(twin.model(), twin).split('\n');
    expect(lines.filter((printed) => printed.startsWith('Not emulated locally'))).toEqual([line]);
  });
});

describe('The twin of a stack without user access', () => {
  it('The tenant issues tokens of the custom domain to both parties, each with the scope of its client grant', async () => {
    const claims = [
      decodeJwt(await tokenOf(services, SERVICE, 'importer')),
      decodeJwt(await tokenOf(services, SERVICE, 'partner')),
    ];
    expect(claims).toMatchObject([
      { iss: 'https://login.example.com/', aud: 'https://api.example.com', scope: 'read:user' },
      { iss: 'https://login.example.com/', aud: 'https://api.example.com', scope: 'read:appointments' },
    ]);
    expect(services.outputs.clientIds['partner']).toMatch(/^tpc_/);
  });

  it('The tenant rejects a user’s password and the client secret of the next rotation', async () => {
    const password = await requestToken(services, { grant_type: 'password', username: 'a', password: 'b' }, 'importer');
    expect([password.status, password.body['error']]).toEqual([403, 'unauthorized_client']);
    const { secretVersions, nextClientSecrets } = JSON.parse(services.project.read('.twin/services/outputs.json')) as {
      [name: string]: Record<string, unknown>;
    };
    expect(secretVersions).toEqual({ importer: 3 });
    const next = await requestToken(
      services,
      { ...SERVICE, client_secret: nextClientSecrets?.['importer'] },
      'importer',
    );
    expect([next.status, next.body['error']]).toEqual([401, 'access_denied']);
  });

  it('The gateway accepts a token only in the header that the stack sets, and the handler gets its variables', async () => {
    const token = await tokenOf(services, SERVICE, 'importer');
    const { status, text } = await call(services, undefined, '/test', withToken(token));
    expect([status, JSON.parse(text)]).toEqual([200, { table: 'orders', level: 'debug', host: 'db.example.com' }]);
    expect((await call(services, token)).status).toBe(401);
    const partner = await tokenOf(services, SERVICE, 'partner');
    expect((await call(services, undefined, '/test', withToken(partner))).status).toBe(403);
  });

  it('The gateway accepts a token for the second audience and rejects one for an unknown audience', async () => {
    const statuses = ['https://old-api.example.com', 'https://unknown.example.com'].map(async (aud) => {
      const token = await mint(services, { ...goodClaims(services), aud });
      return (await call(services, undefined, '/test', withToken(token))).status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 401]);
  });

  it('The gateway forwards protected and public routes to a local backend, and names the caller only on protected ones', async () => {
    const token = await tokenOf(services, SERVICE, 'importer');
    const { status, text } = await call(services, undefined, '/orders/7/lines', withToken(token));
    expect([status, text]).toEqual([200, '"from the backend"']);
    expect((await call(services, undefined, '/hooks/7', { method: 'POST' })).status).toBe(200);
    expect((await call(services, undefined, '/reports/7', withToken(token))).status).toBe(200);
    expect(received.map(({ url, headers }) => [url, headers['x-caller-azp']])).toEqual([
      ['/v1/7/lines', services.outputs.clientIds['importer']],
      ['/7', undefined],
      ['/2015-03-31/functions/function/invocations', undefined],
    ]);
  });

  it('A public route answers until its throttle is used up, and CORS lets pages of one origin read it', async () => {
    const init = { headers: { origin: 'https://app.example.com' } };
    const statuses: number[] = [];
    const origins: (string | null)[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { status, headers } = await call(services, undefined, '/open', init);
      statuses.push(status);
      origins.push(headers.get('access-control-allow-origin'));
    }
    expect(statuses).toEqual([200, 200, 429]);
    expect(origins.slice(0, 2)).toEqual(['https://app.example.com', 'https://app.example.com']);
  });
});

describe('The twin of a production stack with many exceptions', () => {
  it('The test user logs in through the default directory, and the token lives as long as the stack sets', async () => {
    const { status, body } = await requestToken(users, asUser(), 'old-app');
    expect([status, body['expires_in'], decodeJwt(String(body['access_token']))['scope']]).toEqual([
      200,
      7200,
      'read:user',
    ]);
  });

  it('The gateway accepts a user’s token only in the query parameter that the stack sets, also on a forwarded route', async () => {
    const token = await tokenOf(users, asUser(), 'old-app');
    const { status, text } = await call(users, undefined, `/test?token=${token}`);
    expect([status, JSON.parse(text)]).toEqual([200, { table: 'orders', level: 'info' }]);
    expect((await call(users, token)).status).toBe(401);
    expect((await call(users, undefined, `/orders/7/lines?token=${token}`)).status).toBe(200);
    expect(received.map(({ headers }) => headers['x-caller-sub'])).toEqual([decodeJwt(token).sub]);
  });

  it('A public route is readable by pages of any origin, and a forwarded one goes where the contract says', async () => {
    const { status, headers } = await call(users, undefined, '/open', {
      headers: { origin: 'https://anybody.example' },
    });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect((await call(users, undefined, '/hooks/7', { method: 'POST' })).status).toBe(200);
    expect(received.map(({ url }) => url)).toEqual(['/v1/hooks/7']);
  });

  it('The access report lists each exception of the stack with its reason, and none for the other stack', () => {
    expect(reportOf(users.model()).exceptions).toEqual(
      Object.entries(REASONS)
        .toSorted(([a], [b]) => a.localeCompare(b))
        .map(([key, reason]) => ({ key, reason })),
    );
    expect(reportOf(services.model()).exceptions).toEqual([]);
  });
});
