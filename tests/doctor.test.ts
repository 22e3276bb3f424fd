import { beforeAll, describe, expect, it } from 'vitest';
import type { Recorded } from '@auth0-http-api/twin';
import { diagnose } from '../commands/doctor/diagnose.ts';
import { renderSection, type Finding } from '../commands/doctor/finding.ts';
import { runCommand, type Machine } from '../commands/doctor/machine.ts';
import type { IssuerResponse } from '../program/aws/issuer.ts';
import { CLI_VERSION, INSTALL_CLI } from '../commands/deploy/pulumi-cli.ts';
import { scopesOf } from '../commands/rights/scopes.ts';
import { folderWith } from './support/folder.ts';
import { recordDev } from './support/program.ts';

const DOMAIN = 'acme.eu.auth0.com';
const OWN = { 'auth0:domain': DOMAIN, 'api:audience': 'https://api.acme.io', 'api:defaultDirectory': true };
const BOUNDARY = 'arn:aws:iam::111122223333:policy/boundary';
const CREDENTIALS = { AUTH0_CLIENT_ID: 'deployer', AUTH0_CLIENT_SECRET: 'hunter2-hunter2' };

const json = (value: unknown): string => JSON.stringify(value);
const ok = (value: unknown): IssuerResponse => ({ status: 200, body: json(value) });
const tokenWith = (scopes: readonly string[], azp = 'deployer'): IssuerResponse => {
  const claims = Buffer.from(json({ azp, scope: scopes.join(' ') })).toString('base64url');
  return ok({ access_token: `e30.${claims}.signature` });
};

let recorded: Recorded;
let scopes: readonly string[];
beforeAll(async () => {
  recorded = await recordDev(OWN);
  scopes = scopesOf([recorded], 'deploy');
});

/** What the commands of a machine without a problem print, by how the command begins. */
const COMMANDS: Readonly<Record<string, string>> = {
  'pulumi version': `v${CLI_VERSION}\n`,
  'pulumi whoami': json({ user: 'ada', url: 'https://app.pulumi.com/ada' }),
  'pulumi stack export': json({
    deployment: { manifest: { time: '2026-11-01T10:00:00Z' }, resources: [{ custom: true }] },
  }),
  'pulumi stack history': json([{ kind: 'update', result: 'succeeded', endTime: '2026-11-01T10:00:01.000Z' }]),
  'pulumi stack ls': json([{ name: 'dev' }]),
  'aws sts get-caller-identity': json({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/ada' }),
  'gh auth status': '',
  'gh api': json(['dev', 'preview-dev', 'drift-dev']),
  'gh variable list': json([{ name: 'AWS_ROLE_ARN', value: 'arn' }]),
  'gh secret list': json([{ name: 'AUTH0_CLIENT_SECRET' }, { name: 'PULUMI_ACCESS_TOKEN' }]),
};

interface Changes {
  /** What a command prints, or the first line of its error; `undefined` if it is not installed. */
  readonly commands?: Readonly<Record<string, string | Error | undefined>>;
  readonly responses?: Readonly<Record<string, IssuerResponse>>;
  readonly env?: Machine['env'];
  readonly values?: Readonly<Record<string, unknown>>;
  readonly evaluate?: () => Promise<Recorded>;
}

/** A machine without a problem, but for these changes; `calls` collects the commands that were run. */
function machineWith({ commands, responses, env = CREDENTIALS, values, evaluate }: Changes, calls: string[]): Machine {
  const outputs = { ...COMMANDS, ...commands };
  const documents: Readonly<Record<string, IssuerResponse>> = {
    '/.well-known/openid-configuration': ok({
      issuer: `https://${DOMAIN}/`,
      jwks_uri: `https://${DOMAIN}/.well-known/jwks.json`,
    }),
    '/.well-known/jwks.json': ok({ keys: [{ kty: 'RSA', kid: 'one', n: 'AQAB', e: 'AQAB' }] }),
    '/oauth/token': tokenWith(scopes),
    '/api/v2/tenants/settings': ok({ default_directory: 'auth0-http-api-dev', error_page: null }),
    ...responses,
  };
  return {
    env,
    run: (...call) => {
      const command = call.join(' ');
      calls.push(command);
      const found = Object.keys(outputs).find((start) => command.startsWith(start));
      const output = found === undefined ? new Error('no such setting') : outputs[found];
      if (output === undefined) return { code: undefined, stdout: '', error: '' };
      if (typeof output === 'string') return { code: 0, stdout: output, error: '' };
      return { code: 1, stdout: '', error: output.message };
    },
    request: async (url) => {
      const { hostname, pathname } = new URL(url);
      return hostname === DOMAIN ? (documents[pathname] ?? { status: 404, body: '' }) : { failure: `no ${hostname}` };
    },
    recorded: evaluate ?? (async () => recorded),
    root: folderWith({
      'Pulumi.yaml': 'name: auth0-http-api\nruntime: nodejs\n',
      'Pulumi.dev.yaml': json({ config: { ...OWN, 'api:permissionsBoundary': BOUNDARY, ...values } }),
      '.github/workflows/deploy.yml':
        '${{ vars.AWS_ROLE_ARN }} ${{ secrets.AUTH0_CLIENT_SECRET }} ${{ secrets.PULUMI_ACCESS_TOKEN }}',
    }),
  };
}

async function findingsWith(changes: Changes, calls: string[] = []): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const section of diagnose(machineWith(changes, calls), ['dev'])) findings.push(...section.findings);
  return findings;
}

/** What a command prints: a text, another value as JSON, or the first line of its error; `undefined` if it is not there. */
const prints = (command: string, value: unknown): Changes => {
  const isPlain = value === undefined || typeof value === 'string' || value instanceof Error;
  return { commands: { [command]: isPlain ? value : json(value) } };
};
const answers = (path: string, response: IssuerResponse): Changes => ({ responses: { [path]: response } });
const stored = (url: string, more: Changes = {}): Changes => ({
  commands: { ...prints('pulumi whoami', { user: 'ada', url }).commands, ...more.commands },
});

const EXPORT_AWS = 'export AWS_PROFILE=<a profile of account 111122223333>';
const EXPORT_AUTH0 = `export AUTH0_CLIENT_ID=<id> AUTH0_CLIENT_SECRET=<secret of an application of ${DOMAIN}>`;
const BUCKET = 's3://states/a?region=eu-central-1';
const LOCKS = 'aws s3 ls s3://states/a/.pulumi/locks/organization/auth0-http-api/dev/';
const TOKENLESS = json([{ name: 'AUTH0_CLIENT_SECRET' }]);
const CANCEL = 'pulumi cancel --stack dev';

/** By check and level: title to the changes of the machine, a part of the message, and the fix. */
const FOUND: Readonly<Record<string, Readonly<Record<string, readonly [Changes, says: string, fix?: string]>>>> = {
  'Pulumi CLI, error': { 'no CLI': [prints('pulumi version', undefined), 'is not installed', INSTALL_CLI] },
  'Pulumi CLI, warning': { 'another CLI': [prints('pulumi version', 'v3.1.0'), '3.1.0; the SDK', INSTALL_CLI] },
  'state backend, error': { 'no login': [prints('pulumi whoami', new Error('no token')), 'no token', 'pulumi login'] },
  'state, error': {
    'no stack in the backend': [
      prints('pulumi stack export', new Error("error: no stack named 'dev' found")),
      'has no stack dev',
      'pulumi stack init dev',
    ],
  },
  'state, warning': {
    'an update that failed': [
      prints('pulumi stack history', [{ kind: 'update', result: 'failed' }]),
      'an update failed, so it may differ',
      'npm run up -- --stack dev',
    ],
  },
  'state, unknown': {
    'a history that cannot be read as unknown, not as never deployed': [
      prints('pulumi stack history', new Error('no connection')),
      'cannot tell whether the last update succeeded: no connection',
      'pulumi stack history --stack dev',
    ],
  },
  'lock, error': {
    'a lock that was left behind': [
      prints('pulumi stack ls', [{ name: 'dev', updateInProgress: true }]),
      'left its lock',
      CANCEL,
    ],
    'a lock in a bucket': [stored(BUCKET, prints(LOCKS, '2026-11-01 10:00:00 120 lock.json')), 'left its lock', CANCEL],
  },
  'lock, unknown': {
    'a lock in a bucket that may not be read': [
      stored(BUCKET, prints('aws s3 ls', new Error('AccessDenied'))),
      'cannot be read at s3://states/a',
    ],
    'a lock in a backend that the doctor cannot read': [stored('gs://states'), 'cannot be read at gs://states'],
  },
  'AWS credentials, unknown': {
    'no AWS CLI': [prints('aws sts get-caller-identity', undefined), 'the AWS CLI is not installed'],
  },
  'AWS credentials, error': {
    'AWS credentials that expired': [
      prints('aws sts get-caller-identity', new Error('the token expired')),
      'do not work: the token expired',
      'aws configure sso',
    ],
  },
  'AWS account, error': {
    'credentials of another AWS account': [
      prints('aws sts get-caller-identity', { Account: '999999999999', Arn: 'arn' }),
      'belong to account 999999999999',
      EXPORT_AWS,
    ],
  },
  'Auth0 tenant, error': {
    'a tenant that does not respond': [
      answers('/.well-known/openid-configuration', { failure: 'no response within 1500 ms' }),
      'no response within 1500 ms',
      'pulumi config set auth0:domain <domain> --stack dev',
    ],
  },
  'Management API, error': {
    'no credentials for Auth0': [{ env: {} }, 'there are no credentials', EXPORT_AUTH0],
    'credentials of another tenant': [
      answers('/oauth/token', { status: 401, body: json({ error_description: 'Unauthorized' }) }),
      'issues no token to deployer: 401 Unauthorized',
      EXPORT_AUTH0,
    ],
    'a token without a scope that the stack needs': [
      answers('/oauth/token', tokenWith(['read:clients'])),
      'lacks create:client_grants, create:clients',
      'auth0 apps open deployer',
    ],
  },
  'api:audience, error': {
    'a placeholder as audience': [
      { values: { 'api:audience': 'https://test-api-for-jwt-authorizer.example.com' } },
      'is a placeholder',
      'pulumi config set api:audience <value> --stack dev',
    ],
  },
  'default directory, warning': {
    'a default directory and an error page that others set': [
      answers('/api/v2/tenants/settings', ok({ default_directory: 'customers', error_page: { url: 'x' } })),
      'resets the default directory "customers", error_page',
      'pulumi config set api:defaultDirectory false --stack dev',
    ],
    'tenant settings that may not be read': [
      answers('/api/v2/tenants/settings', { status: 403, body: json({ error: 'Forbidden' }) }),
      'which cannot be read',
    ],
  },
  'quotas, warning': { 'routes near the quota': [{ values: { 'api:routeQuota': 1 } }, '1 of 1 routes'] },
  'stack file, error': {
    'a stack file with errors': [
      {
        evaluate: () => Promise.reject(Object.assign(new Error('Pulumi.dev.yaml has 1 error'), { code: 'stack-file' })),
      },
      'Pulumi.dev.yaml has 1 error',
      '$EDITOR Pulumi.dev.yaml',
    ],
  },
  'rights, error': {
    'a resource type whose scopes are unknown': [
      { evaluate: async () => changedTypes('role:Role', 'form:Form') },
      'commands/rights/scopes.ts has no auth0:index/form:Form',
    ],
  },
  'GitHub, unknown': {
    'no GitHub CLI': [prints('gh auth status', undefined), 'the GitHub CLI (gh) is not installed'],
    'no login at GitHub': [prints('gh auth status', new Error('no')), 'gh is not logged in', 'gh auth login'],
    'variables of environments that gh cannot list as unknown, not as missing': [
      { commands: { 'gh variable list': new Error('HTTP 403: Not accessible'), 'gh secret list': TOKENLESS } },
      'cannot tell which variables the environment dev has: HTTP 403',
      'gh auth refresh --scopes repo',
    ],
  },
  'GitHub, warning': {
    'environments that lack a secret': [
      { commands: { 'gh api': json(['dev', 'drift-dev']), 'gh secret list': json([{ name: 'PULUMI_ACCESS_TOKEN' }]) } },
      'the environment dev lacks AUTH0_CLIENT_SECRET\nthere is no environment preview-dev',
      'npm run bootstrap -- --stack <bootstrap stack>',
    ],
  },
};

function changedTypes(from: string, to: string): Recorded {
  const resources = recorded.resources.map((resource) => ({ ...resource, type: resource.type.replace(from, to) }));
  return { ...recorded, resources };
}

describe('npm run doctor', () => {
  it('the doctor finds nothing wrong on a machine and a stack without a problem, and names whose credentials these are', async () => {
    const findings = await findingsWith({});
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    const messages = findings.map(({ check, message }) => `${check}: ${message}`);
    expect(messages).toEqual(
      expect.arrayContaining([
        `Pulumi CLI: ${CLI_VERSION}`,
        'state backend: ada at https://app.pulumi.com/ada',
        'AWS credentials: arn:aws:iam::111122223333:user/ada',
        `Auth0 tenant: ${DOMAIN}`,
        'state: last update succeeded, 2026-11-01T10:00:01.000Z',
      ]),
    );
  });

  const rows = Object.entries(FOUND).flatMap(([expected, all]) =>
    Object.entries(all).map(([title, row]) => ({ title, expected, row })),
  );
  it.each(rows)('the doctor reports $title, and how to mend it', async ({ expected, row: [changes, says, fix] }) => {
    const [check, level] = expected.split(', ');
    const found = (await findingsWith(changes)).filter((finding) => finding.check === check);
    expect(found).toMatchObject([{ level, message: expect.stringContaining(says) as unknown, ...(fix && { fix }) }]);
  });

  it('the doctor sends nothing to the tenant of a placeholder domain, and still warns of its default directory', async () => {
    const domain = 'your-tenant.eu.auth0.com';
    const placeholder = await recordDev({ ...OWN, 'auth0:domain': domain });
    const findings = await findingsWith({ values: { 'auth0:domain': domain }, evaluate: async () => placeholder });
    const checks = findings.filter(({ level }) => level !== 'ok').map(({ check }) => check);
    expect(checks).toEqual(['auth0:domain', 'default directory']);
  });

  it('the doctor reports no lock in a bucket where aws s3 ls finds none', async () => {
    const findings = await findingsWith(stored(BUCKET, prints('aws s3 ls', new Error(''))));
    expect(findings.filter(({ check }) => check === 'lock')).toEqual([]);
  });

  it('the doctor puts nothing of a token into a command that is not a client id', async () => {
    const findings = await findingsWith({ responses: { '/oauth/token': tokenWith([], 'a;touch b') } });
    const lacks = findings.find(({ check }) => check === 'Management API');
    expect(lacks).toMatchObject({ level: 'error', message: expect.stringMatching(/^the token lacks/) as unknown });
    expect(lacks?.fix).not.toContain('touch');
  });

  it('a client that authenticates with its own keys needs the scopes to create and delete them', () => {
    const resources = recorded.resources.map(({ inputs, ...rest }) => ({
      ...rest,
      inputs: { ...inputs, ...(inputs['authenticationMethod'] && { authenticationMethod: 'private_key_jwt' }) },
    }));
    const added = scopesOf([{ ...recorded, resources }], 'deploy').filter((scope) => !scopes.includes(scope));
    expect(added).toEqual(['create:client_credentials', 'delete:client_credentials']);
  });

  it('the doctor runs only commands that read, and shows no secret', async () => {
    const calls: string[] = [];
    const findings = await findingsWith({}, calls);
    const reading =
      /^(pulumi (version|whoami|config get|stack (export|history|ls))|aws sts get-caller-identity|gh (auth status|api repos|variable list|secret list))\b/;
    expect(calls.filter((call) => !reading.test(call))).toEqual([]);
    expect(json([calls, findings])).not.toContain(CREDENTIALS.AUTH0_CLIENT_SECRET);
  });

  it('a section is printed with a line for each finding, its command below, and no control character', () => {
    const findings: Finding[] = [
      { check: 'state', level: 'ok', message: 'never deployed' },
      { check: 'lock', level: 'error', message: 'held\nby \u001b[2Jada', fix: 'pulumi cancel --stack dev' },
    ];
    expect(renderSection({ title: 'Stack dev', findings }).split('\n')).toEqual([
      'Stack dev',
      '  ok      state: never deployed',
      '  error   lock: held',
      String.raw`          by \u{1b}[2Jada`,
      '          fix: pulumi cancel --stack dev',
      '',
    ]);
  });

  it('a command that is not installed has no exit code, and one that fails has the first line of its error', () => {
    const root = new URL('../', import.meta.url);
    expect(runCommand(root, 'no-such-command-here').code).toBeUndefined();
    const failed = runCommand(root, process.execPath, '-e', 'console.error("first\\nsecond"); process.exit(6)');
    expect(failed).toEqual({ code: 6, stdout: '', error: 'first' });
  });
});
