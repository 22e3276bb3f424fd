import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { evaluateHere } from '../../../tests/support/evaluate.ts';
import { welcome } from '../../src/cli/screen.ts';
import { verify } from '../../src/cli/verify.ts';
import { reportsOf } from '../../src/report/reports.ts';
import { requestToken, call, startTestTwin, userLogin } from '../support/twin.ts';

const OLD = 'https://test-api-for-jwt-authorizer.example.com';
const NEW = 'https://new-api.example.com';

it('Tokens of two audiences open the same routes, and the second does so unchanged once the first is removed', async () => {
  const twin = await startTestTwin({
    change: (project) =>
      project.edit('Pulumi.dev.yaml', `api:audience: ${OLD}`, `api:audience: ${OLD}\n  api:secondAudience: ${NEW}`),
  });
  expect(twin.outputs).toMatchObject({ audience: OLD, secondAudience: NEW });
  expect(welcome(twin.model(), { ...twin, pageUrl: '' })).toMatch(/test-app .*; grant: read:user\n/);
  expect(twin.model().tenant.resourceServers.map(({ identifier }) => identifier)).toEqual([OLD, NEW]);

  const service = (audience: string) => requestToken(twin, { grant_type: 'client_credentials', audience });
  const user = (audience: string) => requestToken(twin, { ...userLogin(twin), audience, scope: 'read:user' });
  for (const audience of [OLD, NEW]) {
    for (const { status, body } of [await service(audience), await user(audience)]) {
      expect([status, body['scope']]).toEqual([200, 'read:user']);
      const token = String(body['access_token']);
      expect([decodeJwt(token).aud, (await call(twin, token)).status]).toEqual([audience, 200]);
    }
  }
  const [report] = await reportsOf(twin.project.root, ['dev'], {}, evaluateHere);
  expect(report?.trusted).toEqual([{ issuer: twin.outputs.issuer, audiences: [OLD, NEW] }]);
  expect(await verify({ stack: 'dev' }, twin.project.root, evaluateHere)).toBe(0);

  const held = String((await service(NEW)).body['access_token']);
  twin.project.edit('Pulumi.dev.yaml', `${OLD}\n  api:secondAudience: ${NEW}`, NEW);
  expect(await twin.reload()).toBe('changed');
  expect([(await service(OLD)).status, (await service(NEW)).status]).toEqual([403, 200]);
  expect((await call(twin, held)).status).toBe(200);
});
