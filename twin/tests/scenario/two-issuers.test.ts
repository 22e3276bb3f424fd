import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { serviceToken, startTestTwin } from '../support/twin.ts';
import { reportsOf } from '../../src/report/reports.ts';
import { evaluateHere } from '../../../tests/support/evaluate.ts';
import { verify } from '../../src/cli/verify.ts';
import { welcome } from '../../src/cli/screen.ts';

const DOMAIN = '{ name: api.example.com, hostedZoneId: Z0123456789ABCDEFGHIJ }';
const TENANT = 'https://your-tenant.eu.auth0.com/';
const LOGIN = 'https://login.example.com/';

// docs/fidelity.md F139
it('Each of two issuers opens its own base path, and a caller who moves changes both addresses at once', async () => {
  const twin = await startTestTwin({
    change: (project) =>
      project.edit(
        'Pulumi.dev.yaml',
        'api:production: false',
        `api:production: false\n  api:domain: ${DOMAIN}\n  api:secondIssuer: { domain: login.example.com, basePath: v2 }`,
      ),
  });
  const [first = '', second = ''] = twin.apiUrls;
  expect(second).toMatch(/:\d+\/v2$/);
  const secondTenant = twin.tenantUrl.replace('localhost', '127.0.0.1');
  const screen = welcome(twin.model(), twin);
  expect(screen).toContain(`${secondTenant}  (issuer ${LOGIN})`);
  expect(screen).toContain('Service (client_credentials), api-second:\n');

  const tokenAt = (url: string): Promise<string> =>
    serviceToken({ ...twin, outputs: { ...twin.outputs, tokenUrl: `${url}/oauth/token` } });
  const statusOf = async (url: string, token: string): Promise<number> =>
    (await fetch(`${url}/test`, { headers: { authorization: `Bearer ${token}` } })).status;
  const before = await tokenAt(twin.tenantUrl);
  const after = await tokenAt(secondTenant);
  expect([decodeJwt(before).iss, decodeJwt(after).iss]).toEqual([TENANT, LOGIN]);
  expect(await Promise.all([statusOf(first, before), statusOf(second, after)])).toEqual([200, 200]);
  expect(await Promise.all([statusOf(first, after), statusOf(second, before)])).toEqual([401, 401]);

  const reports = await reportsOf(twin.project.root, ['dev'], {}, evaluateHere);
  expect(reports.map(({ stack, issuer, trusted }) => [stack, issuer, trusted.map((one) => one.issuer)])).toEqual([
    ['dev.api', TENANT, [TENANT]],
    ['dev.api-second', LOGIN, [LOGIN]],
  ]);
  expect(reports[1]?.routes).toEqual(reports[0]?.routes);
  expect(await verify({ stack: 'dev' }, twin.project.root, evaluateHere)).toBe(0);
});
