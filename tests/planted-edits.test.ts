import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as pulumi from '@pulumi/pulumi';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { modelOf, reportOf, violationsOf } from '@auth0-http-api/twin';
import { contract } from '../contract.ts';
import { checkContract, type Contract } from '../program/contract/define-contract.ts';
import type { ProblemCode } from '../program/user-error.ts';
import { changed, inputs, jwt, output, plus, type Planted } from './support/planted.ts';
import { PLANTED_OTHERS } from './support/planted-others.ts';
import { PLANTED_RIGHTS } from './support/planted-rights.ts';
import { PLANTED_ROUTES } from './support/planted-routes.ts';
import { copyProject } from './support/project.ts';
import { recordProgram, recordStack, programOf, refusal, root, settingsOf, type Changes } from './support/program.ts';

/**
 * Unsafe edits that a hurried colleague might make, each with what catches it, and when: the settings before anything is
 * declared, the policy at the preview, the twin at its start, or the access report by a difference that a reviewer reads.
 */
interface Row {
  readonly id: string;
  readonly edit: string;
}
const HANDLER = contract.handlers['test'];
const withHandler = (more: object): Contract => ({ ...contract, handlers: { test: { ...HANDLER, ...more } as never } });
const withRoutes = (routes: Contract['routes']): Contract => ({
  ...contract,
  routes: { ...contract.routes, ...routes },
});

const CONTRACT: readonly (Row & { readonly contract: Contract; readonly code: ProblemCode })[] = [
  { id: 'C03', edit: 's3:*t* on every resource', contract: statement('s3:*t*'), code: 'invalid' },
  {
    id: 'C04',
    edit: 'iam:CreateAccessKey on every resource',
    contract: statement('iam:CreateAccessKey'),
    code: 'invalid',
  },
  {
    id: 'C13',
    edit: 'a route without scopes',
    contract: withRoutes({ 'GET /test': { handler: 'test', scopes: [] } as never }),
    code: 'invalid',
  },
  {
    id: 'C14',
    edit: 'an undeclared scope',
    contract: withRoutes({ 'GET /test': { handler: 'test', scopes: ['read:users'] } }),
    code: 'undeclared',
  },
];

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:on-call';
const CLIENT = { name: 'test-app', party: 'first', grants: ['client_credentials'], permissions: ['read:user'] };

const PARTNER = {
  name: 'partner',
  type: 'web',
  grants: ['authorization_code'],
  callbacks: ['https://partner.example.net/callback'],
};

const SETTINGS: readonly (Row & { readonly values: Changes; readonly code: ProblemCode; readonly engine?: true })[] = [
  {
    id: 'S10',
    edit: "Auth0's secret in plain text",
    values: { 'auth0:clientSecret': 'plain' },
    code: 'insecure',
    engine: true,
  },
  {
    id: 'S10 b',
    edit: "AWS's key in plain text",
    values: { 'aws:secretKey': 'plain' },
    code: 'insecure',
    engine: true,
  },
  { id: 'S11', edit: 'auth0:debug', values: { 'auth0:debug': true }, code: 'insecure', engine: true },
  {
    id: 'S15',
    edit: 'iam:*e* from the stack file',
    values: { 'api:handlers': { test: { statements: [{ actions: ['iam:*e*'], resources: ['*'] }] } } },
    code: 'invalid',
  },
  {
    id: 'S16',
    edit: 'an exception whose reason says nothing',
    values: { 'api:exceptions': { 'api:passwordGrant': '..........' } },
    code: 'invalid',
  },
];

const variable = (name: string, value: string): Changes => ({
  'api:handlers': { test: { environment: { [name]: value } } },
});
const TOKEN = `ghp_${'a1B2'.repeat(9)}`;

/** Judged at the preview, by what the program registers. */
const POLICY: readonly (Row & {
  readonly values?: Changes;
  readonly contract?: Contract;
  readonly plant?: Planted['plant'];
  readonly rule: string;
})[] = [
  {
    id: 'S03',
    edit: 'the token in the query string',
    values: { 'api:identitySource': '$request.querystring.token' },
    rule: 'production, api:identitySource',
  },
  {
    id: 'S04',
    edit: 'an http:// origin with credentials',
    values: { 'api:cors': { allowOrigins: ['http://app.example.com'], allowCredentials: true } },
    rule: 'production, api:cors',
  },
  {
    id: 'S05',
    edit: 'CORS for every origin',
    values: { 'api:cors': { allowOrigins: ['*'] } },
    rule: 'production, api:cors',
  },
  {
    id: 'S06',
    edit: 'CORS for https://* with credentials',
    values: { 'api:cors': { allowOrigins: ['https://*'], allowCredentials: true } },
    rule: 'production, api:cors',
  },
  {
    id: 'S08',
    edit: 'a token lifetime of a day',
    values: { 'api:tokenLifetime': 86_400 },
    rule: 'production, api:tokenLifetime',
  },
  {
    id: 'D06',
    edit: 'an alarm that never goes off',
    values: { 'api:alarms': { topicArn: TOPIC, serverErrors: 1e6 }, 'api:exceptions': undefined },
    rule: 'production, api:alarms',
  },
  { id: 'new 1', edit: 'no throttle', values: { 'api:throttle': undefined }, rule: 'production, api:throttle' },
  { id: 'new 2', edit: 'no alarms', values: { 'api:exceptions': undefined }, rule: 'production, api:alarms' },
  { id: 'C06', edit: 'a GitHub token in a variable', values: variable('GITHUB', TOKEN), rule: 'secrets are marked' },
  {
    id: 'C07',
    edit: 'a Slack webhook in a variable',
    values: variable('HOOK', 'https://hooks.slack.com/services/T0123456/B0123456/abcdefghijkl'),
    rule: 'secrets are marked',
  },
  {
    id: 'C08',
    edit: 'a connection string in a variable',
    values: variable('DB', 'Server=db.example.com;User Id=app;Password=hunter2hunter2'),
    rule: 'secrets are marked',
  },
  {
    id: 'C09',
    edit: 'DB_PASSWORD in a variable',
    values: variable('DB_PASSWORD', 'hunter2'),
    rule: 'secrets are marked',
  },
  {
    id: 'S13',
    edit: 'an API token in a variable',
    values: variable('API_TOKEN', 'hunter2'),
    rule: 'secrets are marked',
  },
  { id: 'S14', edit: 'GH_PAT in a variable', values: variable('GH_PAT', 'hunter2'), rule: 'secrets are marked' },
  {
    id: 'A01',
    edit: 'routes without authorization',
    plant: inputs('Route', { authorizationType: 'NONE' }),
    rule: 'routes are protected',
  },
  {
    id: 'A02',
    edit: 'routes without scopes',
    plant: inputs('Route', { authorizationScopes: [] }),
    rule: 'routes are protected',
  },
  {
    id: 'A05',
    edit: 'an issuer without its slash',
    plant: jwt({ issuer: 'https://a.eu.auth0.com' }),
    rule: 'issuer with its slash',
  },
  {
    id: 'A06',
    edit: 'an invoke permission for any API',
    plant: inputs('Permission', { sourceArn: '*' }),
    rule: 'one invoke permission',
  },
  {
    id: 'A07',
    edit: 'an invoke permission without sourceArn',
    plant: inputs('Permission', { sourceArn: undefined }),
    rule: 'one invoke permission',
  },
  {
    id: 'A13',
    edit: 'a function URL',
    plant: plus('aws:lambda/functionUrl:FunctionUrl', {}),
    rule: 'no other entrance',
  },
  { id: 'T01', edit: 'RBAC off', plant: inputs('ResourceServer', { enforcePolicies: false }), rule: 'RBAC' },
  {
    id: 'T07',
    edit: 'secrets in an open output',
    plant: (all) => ({ ...all, secretOutputs: [] }),
    rule: 'secrets are marked',
  },
  {
    id: 'R01',
    edit: 'POST for any token',
    contract: withRoutes({ 'POST /orders': { handler: 'test', scopes: 'any token' } }),
    rule: 'production, any token',
  },
  {
    id: 'R02',
    edit: 'a public catch-all beside a protected route',
    contract: withRoutes({ 'ANY /{proxy+}': { handler: 'test', scopes: 'public' } }),
    rule: 'no open route over a protected one',
  },
  {
    id: 'R03',
    edit: 'a catch-all for any token beside a protected route',
    contract: withRoutes({ 'GET /{proxy+}': { handler: 'test', scopes: 'any token' } }),
    rule: 'no open route over a protected one',
  },
  {
    id: 'D07',
    edit: "another tenant's Management API among the audiences",
    values: { 'api:otherAudiences': ['https://Other.eu.auth0.com/api/v2'] },
    rule: 'audience of the resource server',
  },
  {
    id: 'D08',
    edit: 'a second API without authorization',
    plant: (all) =>
      plus('aws:apigatewayv2/route:Route', { apiId: 'second', routeKey: 'GET /second' })(
        plus('aws:apigatewayv2/api:Api', { protocolType: 'HTTP' }, { id: 'second', protect: true })(all),
      ),
    rule: 'routes are protected',
  },
  {
    id: 'D11',
    edit: 'a grant of every permission for users',
    plant: (all) => {
      const grant = all.resources.find(({ type }) => type.endsWith(':ClientGrant'))?.inputs;
      return plus('auth0:index/clientGrant:ClientGrant', { ...grant, subjectType: 'user' })(all);
    },
    rule: 'production is protected',
  },
  {
    id: 'P02',
    edit: 'an output that names no production',
    plant: output({ production: undefined }),
    rule: 'production is protected',
  },
];

/** A planted violation stands for the edits of its kind; `rules.test.ts` finds each. */
const KINDS: Readonly<Record<string, readonly [rule: string, title: RegExp]>> = {
  A04: ['audience of the resource server', /Auth0's userinfo/],
  A08: ['no managed policy', /AdministratorAccess on a role/],
  A09: ['narrow statements', /every action on everything/],
  A11: ['production, access log', /without an access log/],
  A12: ['production, access log', /claims\.email/],
  A14: ['production is protected', /unprotected Client$/],
  A16: ['TLS of today', /TLS 1\.0/],
  A17: ['production, api:cors', /any https page/],
  A18: ['production, api:logRetention', /for ever/],
  C10: ['no open route over a protected one', /ANY \/\{proxy\+\}/],
  C15: ['secrets are marked', /GitHub's token in a handler/],
  C16: ['secrets are marked', /in a handler/],
  D01: ['no open route over a protected one', /ANY \/\{proxy\+\}/],
  D02: ['callers are not forged', /a header that the caller can write/],
  D03: ['callers are not forged', /appended/],
  T02: ['client grants', /requires no client grant/],
  T04: ['closed databases', /open sign-up/],
  T05: ['closed databases', /lets passwords be guessed/],
  T06: ['closed databases', /weak password policy/],
  T09: ['secrets are marked', /mark was removed/],
  T10: ['callbacks by name', /any address/],
  T11: ['refresh tokens', /offline access/],
  T14: ['production, api:tokenLifetime', /more than an hour/],
  T17: ['long secrets', /short secret/],
};

/** Nothing is wrong with these by themselves: a reviewer decides, and the report must differ. */
const REPORT: readonly (Row & {
  readonly values?: Changes;
  readonly contract?: Contract;
  readonly before?: Changes;
})[] = [
  {
    id: 'C01',
    edit: 'a route made public',
    contract: withRoutes({ 'GET /test': { handler: 'test', scopes: 'public' } }),
  },
  {
    id: 'C02',
    edit: 'DELETE guarded by read:user',
    contract: withRoutes({ 'DELETE /users/{id}': { handler: 'test', scopes: ['read:user'] } }),
  },
  {
    id: 'C11',
    edit: 'a role with another permission',
    contract: { ...contract, roles: { reader: ['read:user', 'write:user'] } },
  },
  {
    id: 'C12',
    edit: 'a route forwarded to a stranger',
    contract: withRoutes({ 'GET /test': { forward: 'https://webhook.site/x', scopes: ['read:user'] } }),
  },
  { id: 'S01', edit: 'the audience of another team', values: { 'api:otherAudiences': ['https://other.example.com'] } },
  { id: 'S02', edit: "another tenant's issuer", values: { 'api:issuerDomain': 'login.other.example' } },
  {
    id: 'S09',
    edit: 'a client with another permission',
    values: { 'api:clients': [{ ...CLIENT, permissions: ['read:user', 'write:user'] }] },
  },
  { id: 'S18', edit: 'the domain of another tenant', values: { 'auth0:domain': 'other.eu.auth0.com' } },
  {
    id: 'S19',
    edit: 'the audience of dev',
    values: { 'api:audience': 'https://test-api-for-jwt-authorizer.example.com' },
  },
  {
    id: 'D04',
    edit: "a partner's client as a first party",
    before: { 'api:clients': [CLIENT, { ...PARTNER, party: 'third', permissions: [] }] },
    values: { 'api:clients': [CLIENT, { ...PARTNER, party: 'first' }] },
  },
  { id: 'S07', edit: 'production: false', values: { 'api:production': false, 'api:exceptions': undefined } },
];

/** Edits of the program's code that the report shows, or that the twin refuses to start with. */
const CODE: readonly (Row & { readonly plant: Planted['plant']; readonly by: 'report' | 'twin' })[] = [
  {
    id: 'A03',
    edit: 'another scope on each route',
    plant: inputs('Route', { authorizationScopes: ['read:user', 'write:user'] }),
    by: 'report',
  },
  {
    id: 'T03',
    edit: 'a client grant of every permission',
    plant: inputs('ClientGrant', { scopes: ['read:user', 'write:user'] }),
    by: 'report',
  },
  {
    id: 'P01',
    edit: 'an output that lists every route as public, and no authorizer',
    plant: (all) =>
      inputs('Route', { authorizationType: 'NONE', authorizerId: undefined, authorizationScopes: undefined })({
        ...all,
        outputs: { ...all.outputs, publicRoutes: ['GET /test'] },
      }),
    by: 'report',
  },
  {
    id: 'T15',
    edit: 'every permission for every role',
    plant: changed('RolePermissions', ({ inputs: all }) => {
      const [one] = all['permissions'] as readonly object[];
      return { inputs: { ...all, permissions: ['read:user', 'write:user'].map((name) => ({ ...one, name })) } };
    }),
    by: 'report',
  },
  { id: 'T13', edit: 'HS256', plant: inputs('ResourceServer', { signingAlg: 'HS256' }), by: 'twin' },
  {
    id: 'D09',
    edit: 'an authorizer that reads two headers',
    plant: inputs('Authorizer', { identitySources: ['$request.header.A', '$request.header.B'] }),
    by: 'twin',
  },
];

const CONTRACT_START = `import { defineContract } from '../contract/define-contract.ts';
export const contract = defineContract({
  permissions: { 'read:user': 'Read' },
  handlers: { test: { file: 'handler/test.ts', memory: 128, timeout: 5 } },
  roles: {},
`;
const PULUMI = "import * as pulumi from '@pulumi/pulumi';\n";

/** Each is a file of the program, in which one run of the compiler, or of the linter, finds all. */
const TOOLS: readonly (Row & { readonly by: 'compiler' | 'linter'; readonly source: string; readonly says: string })[] =
  [
    {
      id: 'C13',
      edit: 'a route without scopes',
      by: 'compiler',
      source: `${CONTRACT_START}routes: { 'GET /test': { handler: 'test', scopes: [] } } });`,
      says: 'Source has 0 element(s)',
    },
    {
      id: 'C14',
      edit: 'an undeclared scope',
      by: 'compiler',
      source: `${CONTRACT_START}routes: { 'GET /test': { handler: 'test', scopes: ['read:users'] } } });`,
      says: '"read:users"',
    },
    {
      id: 'new 3',
      edit: 'a route forwarded without TLS',
      by: 'compiler',
      source: `${CONTRACT_START}routes: { 'GET /test': { forward: 'http://a.example', scopes: 'public' } } });`,
      says: 'https://',
    },
    {
      id: 'T16',
      edit: 'a client secret printed by the program',
      by: 'linter',
      source: 'export const print = (clientSecret: string): void => console.log(clientSecret);',
      says: 'no-console',
    },
    {
      id: 'T16 b',
      edit: "a client secret in the engine's log",
      by: 'linter',
      source: `${PULUMI}export const print = (clientSecret: string) => pulumi.log.info(clientSecret);`,
      says: 'no-restricted-properties',
    },
    {
      id: 'new 4',
      edit: 'an Output in a plain template string',
      by: 'linter',
      source: `${PULUMI}export const target = (id: pulumi.Output<string>): string => \`integrations/\${id}\`;`,
      says: 'restrict-template-expressions',
    },
  ];

/** The ids of the planted edits, as they were numbered; the numbers left out have no edit. */
const IDS = [
  ...ids('C', [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
  ...ids('S', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 18, 19]),
  ...ids('A', [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18]),
  ...ids('T', [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 14, 15, 16, 17]),
  ...ids('P', [1, 2]),
  ...ids('D', [1, 2, 3, 4, 6, 7, 8, 9, 11]),
];

function ids(letter: string, numbers: readonly number[]): string[] {
  return numbers.map((number) => `${letter}${String(number).padStart(2, '0')}`);
}

function statement(action: string): Contract {
  return withHandler({ statements: [{ actions: [action], resources: ['*'] }] });
}

const reportFor = async (values: Changes, edited: Contract): Promise<ReturnType<typeof reportOf>> =>
  reportOf(modelOf(await recordProgram(programOf(edited), { stack: 'prod', values })));

describe('Planted unsafe edits', () => {
  afterEach(() => vi.restoreAllMocks());

  it('Each edit of the list has a row', () => {
    const rows = [...CONTRACT, ...SETTINGS, ...POLICY, ...REPORT, ...CODE, ...TOOLS].map(({ id }) => id.split(' ')[0]);
    const listed = [...rows, ...Object.keys(KINDS)].filter((id) => /^[CSATPD]\d\d$/.test(id ?? ''));
    expect(new Set(listed)).toEqual(new Set(IDS));
  });

  it.each(CONTRACT)('The contract check refuses $id, $edit', async ({ contract: edited, code }) => {
    const { problems } = await refusal(() => checkContract(edited, root));
    expect(problems.map((one) => one.code)).toContain(code);
  });

  it.each(SETTINGS)('The settings of prod refuse $id, $edit', async ({ values, code, engine }) => {
    if (engine) vi.spyOn(pulumi.runtime, 'hasEngine').mockReturnValue(true);
    const { problems } = await refusal(() => settingsOf('prod', values));
    expect(problems.map((one) => one.code)).toContain(code);
  });

  it.each(POLICY)(
    'The rules of the policy refuse $id, $edit',
    async ({ values, plant = (all) => all, rule, ...row }) => {
      const recorded =
        (values ?? row.contract)
          ? await recordProgram(programOf(row.contract ?? contract), { stack: 'prod', ...(values && { values }) })
          : await recordStack('prod');
      expect(violationsOf(plant(recorded)).map((one) => one.rule)).toContain(rule);
    },
  );

  it.each(Object.entries(KINDS))('A planted violation stands for the edit %s', (_, [rule, title]) => {
    const planted = [...PLANTED_ROUTES, ...PLANTED_RIGHTS, ...PLANTED_OTHERS];
    expect(planted.filter((one) => one.rule === rule && title.test(one.title))).not.toEqual([]);
  });

  it.each(REPORT)('The access report changes by $id, $edit', async ({ values = {}, before = {}, ...row }) => {
    expect(await reportFor(values, row.contract ?? contract)).not.toEqual(await reportFor(before, contract));
  });

  it.each(CODE)('The $by catches $id, $edit', async ({ plant, by }) => {
    const prod = await recordStack('prod');
    const edited = plant(prod) as typeof prod;
    if (by === 'twin') expect(() => modelOf(edited)).toThrow();
    else expect(reportOf(modelOf(edited))).not.toEqual(reportOf(modelOf(prod)));
  });
});

describe('Planted unsafe edits of the program', () => {
  const found = { compiler: '', linter: '' };
  beforeAll(async () => {
    const project = copyProject();
    cpSync(fileURLToPath(new URL('.oxlintrc.json', root)), join(project.path, '.oxlintrc.json'));
    const files = { compiler: [] as string[], linter: [] as string[] };
    for (const [index, { by, source }] of TOOLS.entries()) {
      project.write(`program/planted/${index}.ts`, source);
      files[by].push(`program/planted/${index}.ts`);
    }
    const own = { extends: './tsconfig.json', compilerOptions: { incremental: false }, files: files.compiler };
    project.write('tsconfig.planted.json', JSON.stringify({ ...own, include: [] }));
    const run = async (tool: string, args: readonly string[]): Promise<string> =>
      new Promise((resolve) => {
        execFile(join(project.path, 'node_modules/.bin', tool), args, { cwd: project.path }, (_, text) =>
          resolve(text),
        );
      });
    found.compiler = await run('tsc', ['-p', 'tsconfig.planted.json']);
    found.linter = await run('oxlint', ['--deny-warnings', '--format', 'unix', ...files.linter]);
  });

  it.each(TOOLS)('The $by rejects $id, $edit', ({ by, source, says }) => {
    const file = `program/planted/${TOOLS.findIndex((row) => row.source === source)}.ts`;
    const lines = found[by].split(/\n(?=\S)/).filter((line) => line.startsWith(file));
    expect(lines.join('\n')).toContain(says);
  });
});
