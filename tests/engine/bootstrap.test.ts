import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ROOT } from '../support/project.ts';
import { ofType, valueOf } from './standin/services.ts';
import { begin, start, type Ended } from './support/cli.ts';
import { CLIENT, CONTRACT, writeContract } from './support/contracts.ts';
import { DESTROY, IMPORT, Sandbox } from './support/sandbox.ts';

const sandbox = new Sandbox();
const TENANT = 'acme.eu.auth0.com';
const MANAGEMENT = `https://${TENANT}/api/v2/`;
const ACCOUNT = '123456789012';
const PIPELINE = {
  account: ACCOUNT,
  repository: 'acme@1234/orders@5678',
  reviewers: { teams: ['platform'], users: ['alice'] },
  state: { bucket: 'acme-states', region: 'eu-central-1' },
  stacks: [{ name: 'dev', previews: 'open' }],
};
const PROVIDER = 'aws:iam/openIdConnectProvider:OpenIdConnectProvider';
const VARIABLE = 'github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable';
const SECRET = 'github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret';
const GRANT = 'auth0:index/clientGrant:ClientGrant';

/** The Management API, which each tenant has, with the scopes that a pipeline may need. */
const ENTITIES = ['actions', 'client_grants', 'clients', 'connections', 'resource_servers', 'roles', 'users'];
const SCOPES = [
  ...ENTITIES.flatMap((entity) => ['create', 'read', 'update', 'delete'].map((verb) => `${verb}:${entity}`)),
  ...['client_credentials', 'client_keys', 'tenant_settings', 'triggers'].flatMap((entity) =>
    ['read', 'update'].map((verb) => `${verb}:${entity}`),
  ),
];

beforeAll(() => {
  const { project, services } = sandbox;
  // The packages of the bootstrap where they are installed; the project has them all too.
  const own = new URL('bootstrap/node_modules', ROOT);
  const packages = existsSync(own) ? own : new URL('node_modules', ROOT);
  symlinkSync(fileURLToPath(packages), join(project.path, 'bootstrap/node_modules'));
  project.write('Pulumi.yaml', readFileSync(new URL('tests/fixture/Pulumi.yaml', ROOT), 'utf8'));
  project.write('handler/test.ts', 'export const handler = async () => ({ statusCode: 200 });\n');
  writeContract(sandbox, CONTRACT);
  for (const stack of ['dev', 'staging']) {
    const config = {
      'aws:region': 'eu-central-1',
      'auth0:domain': TENANT,
      'api:audience': `https://${stack}.api.example.com`,
      'api:production': false,
      'api:passwordGrant': 'forbid',
      'api:clients': [{ ...CLIENT, grants: ['client_credentials'] }],
    };
    project.write(`Pulumi.${stack}.yaml`, stringify({ config }));
  }
  const server = { identifier: MANAGEMENT, name: 'Auth0 Management API' };
  const scopes = { resourceServerIdentifier: MANAGEMENT, scopes: SCOPES.map((name) => ({ name })) };
  services.record({
    what: 'found',
    urn: '',
    resource: { type: 'auth0:index/resourceServer:ResourceServer', id: 'system', inputs: server, outputs: {} },
  });
  services.record({
    what: 'found',
    urn: '',
    resource: {
      type: 'auth0:index/resourceServerScopes:ResourceServerScopes',
      id: MANAGEMENT,
      inputs: scopes,
      outputs: {},
    },
  });
});

let printed = '';

/** Runs `npm run bootstrap` for the stack `acme`, whose file says so. */
async function bootstrap(pipeline: object = PIPELINE, ...args: readonly string[]): Promise<Ended> {
  const salt = /^encryptionsalt: .*$/m.exec(savedFile())?.[0] ?? '';
  sandbox.project.write(
    'bootstrap/Pulumi.acme.yaml',
    `${salt}\n${stringify({ config: { 'bootstrap:pipeline': pipeline } })}`,
  );
  const all = ['bootstrap/main.ts', '--stack', 'acme', '--yes', '--skip-preview', '--non-interactive', ...args];
  const ended = await begin(process.execPath, all, sandbox.project.path, sandbox.environment()).ended;
  printed += ended.text;
  return ended;
}

function savedFile(): string {
  try {
    return sandbox.project.read('bootstrap/Pulumi.acme.yaml');
  } catch {
    return '';
  }
}

/** Runs a command of the CLI in the folder of the bootstrap; it must succeed. */
async function pulumi(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const env = { ...sandbox.environment(), ...environment };
  const ended = await start([...args, '--stack', 'acme'], join(sandbox.project.path, 'bootstrap'), env).ended;
  if (ended.code !== 0) throw new Error(`pulumi ${args.join(' ')} failed:\n${ended.text}`);
  printed += ended.text;
  return ended;
}

/** What the environments of the repository have: `dev AWS_REGION` to the value. */
function values(): Map<string, unknown> {
  const { resources } = sandbox.services;
  return new Map(
    [...ofType(resources, VARIABLE), ...ofType(resources, SECRET)].map((resource) => [
      `${String(valueOf(resource, 'environment'))} ${String(valueOf(resource, 'variableName') ?? valueOf(resource, 'secretName'))}`,
      valueOf(resource, 'value'),
    ]),
  );
}

describe('npm run bootstrap', () => {
  it('npm run bootstrap without a stack or its file says what to write, and calls nothing', async () => {
    const run = (...args: readonly string[]) =>
      begin(process.execPath, ['bootstrap/main.ts', ...args], sandbox.project.path, sandbox.environment()).ended;
    expect(await run()).toMatchObject({ code: 1, text: expect.stringContaining('-- --stack NAME') as string });
    expect(await run('--stack', 'other')).toMatchObject({
      code: 1,
      text: 'Write bootstrap/Pulumi.other.yaml first; bootstrap/README.md has an example.\n',
    });
  });

  it('npm run bootstrap brings up the pipeline of a stack from nothing but its file, and adds the boundary', async () => {
    const { code, text } = await bootstrap();
    if (code !== 0) throw new Error(text);
    const roles = `arn:aws:iam::${ACCOUNT}:role/github--auth0-http-api--dev`;
    const backend = 's3://acme-states?region=eu-central-1';
    const ids = sandbox.resources('auth0:index/client:Client').map(({ id }) => id);
    expect(ids).toHaveLength(3);
    for (const [environment, role] of [
      ['dev', 'deploy'],
      ['preview-dev', 'preview'],
      ['drift-dev', 'preview'],
    ]) {
      expect(values().get(`${environment} AWS_ROLE_ARN`)).toBe(`${roles}--${role}`);
      expect(values().get(`${environment} AWS_REGION`)).toBe('eu-central-1');
      expect(values().get(`${environment} PULUMI_BACKEND_URL`)).toBe(backend);
      expect(ids).toContain(values().get(`${environment} AUTH0_CLIENT_ID`));
      expect(values().get(`${environment} AUTH0_CLIENT_SECRET`)).toMatch(/^[A-Za-z0-9]{64}$/);
    }
    const boundary = `arn:aws:iam::${ACCOUNT}:policy/auth0-http-api--dev--boundary`;
    expect(sandbox.project.read('Pulumi.dev.yaml')).toContain(`\n  api:permissionsBoundary: ${boundary}\n`);
    expect(text).toContain(`pulumi login '${backend}' && pulumi stack init dev --secrets-provider 'awskms:///`);
  });

  it('npm run bootstrap changes nothing the second time', async () => {
    const before = sandbox.services.entries.length;
    const { code, text } = await bootstrap(PIPELINE, '--expect-no-changes');
    if (code !== 0) throw new Error(text);
    expect(sandbox.changes(before)).toEqual([]);
  });

  it('Another stack is another line in the file, and leaves the pipeline of the first stack unchanged', async () => {
    const [before, first] = [sandbox.services.entries.length, values()];
    const { code, text } = await bootstrap({ ...PIPELINE, stacks: [...PIPELINE.stacks, { name: 'staging' }] });
    if (code !== 0) throw new Error(text);
    const changes = sandbox.changes(before);
    expect(new Set(changes.map(({ what }) => what))).toEqual(new Set(['created']));
    expect(changes.filter(({ resource }) => resource.type.startsWith('auth0:'))).toEqual([]);
    expect(values().size).toBe(2 * first.size);
    for (const [key, value] of first) expect(values().get(key)).toBe(value);
  });

  it('The state of the bootstrap moves to another backend by its commands, and nothing changes there', async () => {
    const moved = { PULUMI_BACKEND_URL: `file://${join(sandbox.project.path, 'moved')}` };
    sandbox.project.write('moved/.keep', '');
    await pulumi(['stack', 'export', '--file', 'acme.json']);
    await pulumi(['stack', 'init'], moved);
    await pulumi(['stack', 'import', '--file', 'acme.json'], moved);
    await pulumi(['up', '--yes', '--skip-preview', '--expect-no-changes', '--suppress-progress'], moved);
  });

  it('No secret is in the state, the outputs or what the bootstrap printed', async () => {
    await pulumi(['stack', 'output', '--json', '--show-secrets']);
    const secrets = sandbox.resources(SECRET).map((resource) => String(valueOf(resource, 'value')));
    expect(new Set(secrets).size).toBe(3);
    const known = [printed, sandbox.stored()].join('\n');
    expect(secrets.filter((secret) => known.includes(secret))).toEqual([]);
  });

  it('An existing identity provider is adopted by pulumi import', async () => {
    const [provider] = sandbox.resources(PROVIDER);
    const urn = `urn:pulumi:acme::auth0-http-api-bootstrap::${PROVIDER}::github`;
    const id = provider?.id ?? '';
    await pulumi(['state', 'delete', urn, '--yes']);
    const account = 'account=urn:pulumi:acme::auth0-http-api-bootstrap::pulumi:providers:aws::account';
    await pulumi(['import', PROVIDER, 'github', id, '--provider', account, ...IMPORT]);
    const before = sandbox.services.entries.length;
    await pulumi(['up', '--yes', '--skip-preview', '--suppress-progress']);
    expect(sandbox.changes(before)).toEqual([]);
    expect(sandbox.resources(PROVIDER).map((found) => found.id)).toEqual([id]);
  });

  it('Destroying the bootstrap leaves only the bucket of the states and the key of their secrets', async () => {
    await pulumi(DESTROY);
    const created = new Set(
      sandbox.changes().flatMap(({ what, resource }) => (what === 'created' ? [resource.type] : [])),
    );
    const left = [...sandbox.services.resources.values()].map(({ type }) => type).filter((type) => created.has(type));
    expect(left.toSorted()).toEqual([
      'aws:kms/key:Key',
      'aws:s3/bucket:Bucket',
      'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock',
      'aws:s3/bucketVersioning:BucketVersioning',
    ]);
    expect(sandbox.resources(GRANT)).toEqual([]);
  });
});
