import { beforeAll, expect, it } from 'vitest';
import { modelOf, reportOf, welcome } from '@auth0-http-api/twin';
import { contract } from '../contract.ts';
import { readSettings } from '../settings.ts';
import { evaluateHere } from './support/evaluate.ts';
import { copyProject } from './support/project.ts';
import { onlyOf, recordProgram, refusal } from './support/program.ts';

const PATH = 'api:handlers.test.environment.DB_PASSWORD';
// As `pulumi config set --secret --path` writes it.
const HANDLERS = '  api:handlers: { test: { environment: { DB_PASSWORD: { secure: v1:x:y } } } }\n';

const evaluated = (handlers: string) => {
  const project = copyProject();
  project.edit('Pulumi.dev.yaml', '  api:testUser', `${handlers}  api:testUser`);
  return evaluateHere({ root: project.root.href, stack: 'dev', config: {}, seed: 'a seed for tests' });
};
let plain: Awaited<ReturnType<typeof evaluated>>;
let secret: typeof plain;
beforeAll(async () => {
  plain = await evaluated('');
  secret = await evaluated(HANDLERS);
});

it('The handler gets a placeholder for a variable that only Pulumi can decrypt, and the twin says so', () => {
  const variables = { DB_PASSWORD: '(encrypted)' };
  expect(onlyOf(secret, 'Function').inputs['environment']).toEqual({ variables });
  const addresses = { apiUrl: '', tenantUrl: '', pageUrl: '', caFile: undefined, forwards: new Map(), stateFolder: '' };
  const [screen, without] = [secret, plain].map((recorded) => welcome(modelOf(recorded), addresses));
  expect(screen).toContain(`Note: ${PATH} is encrypted`);
  expect(screen).toContain(`--config ${PATH}=<value>`);
  expect(without).not.toContain('encrypted');
});

it('An encrypted variable adds only "(encrypted)" to the access report, and violates no rule', () => {
  const [report, without] = [secret, plain].map((recorded) => reportOf(modelOf(recorded)));
  expect(report).toEqual({
    ...without,
    facts: { ...without?.facts, variables: [{ of: 'api-test', is: '(encrypted)' }] },
  });
  expect(modelOf(secret).violations).toEqual([]);
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
