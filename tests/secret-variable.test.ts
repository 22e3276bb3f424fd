import { afterAll, beforeAll, expect, it } from 'vitest';
import { reportOf, welcome } from '@auth0-http-api/twin';
import { contract } from '../contract.ts';
import { readSettings } from '../settings.ts';
import { recordProgram, refusal } from './support/program.ts';
import { call, serviceToken, startTestTwin, type TestTwin } from './support/twin.ts';

const PATH = 'api:handlers.test.environment.DB_PASSWORD';

let plain: TestTwin;
let twin: TestTwin;
beforeAll(async () => {
  [plain, twin] = await Promise.all([
    startTestTwin(),
    startTestTwin({
      change: (project) => {
        // As `pulumi config set --secret --path` writes it.
        const handlers =
          '  api:handlers:\n    test:\n      environment:\n        DB_PASSWORD:\n          secure: v1:x:y\n';
        project.edit('Pulumi.dev.yaml', '  api:testUser', `${handlers}  api:testUser`);
        project.edit('handler/test.ts', "'JWT test backend lambda'", "process.env['DB_PASSWORD']");
      },
    }),
  ]);
});
afterAll(() => Promise.all([plain.end(), twin.end()]));

it('The handler gets a placeholder for a variable that only Pulumi can decrypt, and the twin says so', async () => {
  expect(await call(twin, await serviceToken(twin))).toMatchObject({ status: 200, text: '"(encrypted)"' });
  expect(welcome(twin.model(), twin)).toContain(`Note: ${PATH} is encrypted`);
  expect(welcome(twin.model(), twin)).toContain(`--config ${PATH}=<value>`);
  expect(welcome(plain.model(), plain)).not.toContain('encrypted');
});

it('An encrypted variable adds only "(encrypted)" to the access report, and violates no rule', () => {
  const [secret, without] = [twin, plain].map((served) => reportOf(served.model()));
  expect(secret).toEqual({
    ...without,
    facts: { ...without?.facts, variables: [{ of: 'api-test', is: '(encrypted)' }] },
  });
  expect(twin.model().violations).toEqual([]);
});

it('No key except api:handlers can be encrypted, because its value appears elsewhere in plain text', async () => {
  const secretKeys = ['api:audience', 'api:backends', 'api:handlers', 'auth0:clientSecret', 'auth0:domain'];
  const backends = { 'GET /test': 'not looked at' };
  const { problems } = await refusal(() =>
    recordProgram(async () => ({ read: readSettings(contract).stack }), {
      values: { 'api:backends': backends, 'api:handlers': {} },
      secretKeys,
    }),
  );
  expect(problems.map(({ place }) => place.replace('Pulumi.dev.yaml, ', ''))).toEqual([
    'auth0:domain',
    'api:audience',
    'api:backends',
  ]);
  for (const { message } of problems) expect(message).toContain('only api:handlers can hold a secret');
});
