import { describe, expect, it } from 'vitest';
import { modelOf, accessOf, violationsOf } from '@auth0-http-api/twin';
import { secretVersionIn } from '../commands/rotate/secret-version.ts';
import { onlyOf, recordDev, recordWith, refusal, registrations, resourcesOf, type Changes } from './support/program.ts';
import {
  APP,
  clients,
  MACHINE,
  NO_PASSWORD,
  problemsOf,
  refusesOne,
  row,
  type Row,
} from './support/stack-file-rows.ts';
import { contract } from '../contract.ts';
import shipped from '../index.ts';

const QUOTA = { perHour: 10, perDay: 100 };
const PARTNER = { ...MACHINE, name: 'partner', party: 'third' };
const DENY: Changes = { ...NO_PASSWORD, 'api:userAccess': 'deny' };

const quota = (tokenQuota: object) => clients({ ...APP, tokenQuota });
const AT = 'api:clients.0.tokenQuota';
const LOGIN = clients({ ...APP, grants: ['password'], permissions: [], tokenQuota: QUOTA });

const VALUES: readonly Row[] = [
  row('a token quota of zero', quota({ perDay: 0 }), `${AT}.perDay`),
  row('a token quota without a number', quota({}), AT),
  row('a token quota with more tokens per hour than per day', quota({ perHour: 101, perDay: 100 }), AT),
  row('a token quota with an unknown key', quota({ perDay: 9, perHuor: 1 }), AT, 'unknown'),
  row('a token quota without client_credentials', LOGIN, 'api:clients.0 (test-app).tokenQuota', 'unused'),
  row('a negative secret version', clients({ ...APP, secretVersion: -1 }), 'api:clients.0.secretVersion'),
  row('a boolean as user access', { 'api:userAccess': false }, 'api:userAccess'),
];

describe('The clients in a stack file', () => {
  it.each(VALUES)('A stack file is rejected if it has $title', refusesOne);

  it('A stack file that denies users access is rejected for its password grant and its test user, each by name', async () => {
    const places = (await problemsOf({ 'api:userAccess': 'deny' })).filter(({ message }) =>
      message.startsWith('api:userAccess'),
    );
    expect(places.map(({ place }) => place)).toEqual([
      'api:clients.0 (test-app).grants',
      'api:testUser',
      'api:passwordGrant',
    ]);
  });
});

describe('Clients', () => {
  // docs/fidelity.md F101
  it('A third-party client has a tpc_ id, strict mode, and only settings that Auth0 documents for third parties', async () => {
    const recorded = await recordDev({ ...NO_PASSWORD, ...clients(PARTNER) });
    const { id, inputs } = onlyOf(recorded, 'Client');
    expect(id).toMatch(/^tpc_/);
    expect(inputs).toEqual({
      name: 'partner (dev)',
      description: 'Managed by Pulumi',
      appType: 'non_interactive',
      isFirstParty: false,
      thirdPartySecurityMode: 'strict',
      grantTypes: ['client_credentials'],
      jwtConfiguration: { alg: 'RS256' },
    });
  });

  it('A client has the token quota of its stack file, and the twin lists quotas as not emulated', async () => {
    const values = { ...NO_PASSWORD, ...clients({ ...MACHINE, tokenQuota: QUOTA }, PARTNER) };
    const recorded = await recordDev(values);
    expect(resourcesOf(recorded, 'Client').map(({ inputs }) => inputs['tokenQuota'])).toEqual([
      undefined,
      { clientCredentials: { ...QUOTA, enforce: true } },
    ]);
    expect(modelOf(recorded).notEmulated).toContain('token quotas');
  });
});

describe('Client secrets', () => {
  const secretsOf = async (secretVersion: number | undefined) => {
    const recorded = await recordDev({ ...NO_PASSWORD, ...clients({ ...MACHINE, name: 'job', secretVersion }) });
    const at = (key: string): unknown => (recorded.outputs[key] as Record<string, string> | undefined)?.['job'];
    return { recorded, now: at('clientSecrets'), next: at('nextClientSecrets') };
  };

  it('A client keeps the secret that Auth0 generated until its first rotation, and the next secret is prepared', async () => {
    const never = await secretsOf(undefined);
    const zero = await secretsOf(0);
    const once = await secretsOf(1);
    const twice = await secretsOf(2);
    expect(never.next).toBeUndefined();
    expect(resourcesOf(never.recorded, 'RandomPassword')).toEqual([]);
    expect(zero.now).toBe(never.now);
    // What a rotation puts into force is what was shown as the next before it.
    expect(once.now).toBe(zero.next);
    expect(twice.now).toBe(once.next);
    expect(new Set([zero.now, zero.next, once.next, twice.next]).size).toBe(4);
    expect(twice.next).toMatch(/^[A-Za-z0-9]{64}$/);
  });

  it.each([
    { secretVersion: undefined, says: undefined },
    { secretVersion: 3, says: { job: 3 } },
  ])('The outputs show secretVersion $secretVersion of a client', async ({ secretVersion, says }) => {
    expect((await secretsOf(secretVersion)).recorded.outputs['secretVersions']).toEqual(says);
  });

  it('The current and the next client secret are marked as secret, and the twin accepts them', async () => {
    const { recorded, now } = await secretsOf(1);
    expect(recorded.secretOutputs).toEqual(['clientSecrets', 'nextClientSecrets']);
    expect(onlyOf(recorded, 'ClientCredentials').secretInputs).toEqual(['clientSecret']);
    expect(modelOf(recorded).tenant.clients.map(({ secret }) => secret)).toEqual([now]);
  });

  it('A renamed client keeps its secret if the stack file gives its former name', async () => {
    const values = { ...NO_PASSWORD, ...clients({ ...MACHINE, name: 'renamed', formerly: 'job', secretVersion: 1 }) };
    const secrets = (await registrations(shipped, values)).filter(({ type }) => type.endsWith(':RandomPassword'));
    expect(secrets.map(({ name, aliases }) => [name, aliases])).toEqual([
      ['auth0-renamed-secret-1', ['auth0-job-secret-1']],
      ['auth0-renamed-secret-2', ['auth0-job-secret-2']],
    ]);
  });
});

describe('secretVersion in a stack file', () => {
  const FILE = `# kept
config:
  api:clients:
    - { name: 'job', secretVersion: 9, party: first } # and this
    - name: web
      secretVersion: 0x1
    - name: none
`;

  it('Rotating a secret changes secretVersion in the stack file and no other character', () => {
    const { version, with: write } = secretVersionIn(FILE, 'Pulumi.dev.yaml', 'job');
    expect(version).toBe(9);
    expect(write(10)).toBe(FILE.replace('9', '10'));
    expect(secretVersionIn(FILE, 'Pulumi.dev.yaml', 'web').with(2)).toBe(FILE.replace('0x1', '2'));
  });

  it.each([
    ['jbo', 'Pulumi.dev.yaml has no client jbo; did you mean job? (there: job, web, none)'],
    ['none', 'the client none has no secretVersion, so its next secret does not exist yet. Write secretVersion: 0'],
  ])('Rotating the secret of client %s is rejected with a message that says what to write', async (client, says) => {
    expect((await refusal(() => secretVersionIn(FILE, 'Pulumi.dev.yaml', client))).message).toContain(says);
  });
});

describe('User access', () => {
  it('A stack that denies users access gives a service its token and a user none, whatever the role', async () => {
    const recorded = await recordDev({ ...DENY, ...clients(MACHINE) });
    expect(onlyOf(recorded, 'ResourceServer').inputs).toMatchObject({
      subjectTypeAuthorization: { client: { policy: 'require_client_grant' }, user: { policy: 'deny_all' } },
    });
    const [row] = accessOf(modelOf(recorded)).rows;
    expect(row?.cells.map(({ caller, allowed }) => [caller.kind, allowed])).toEqual([
      ['client', true],
      ['role', false],
      ['anyone', false],
    ]);
  });
});

describe('Empty roles', () => {
  it('A role without permissions and a user without roles add no resource for them', async () => {
    const roles = { reader: ['read:user'], unused: [] };
    const recorded = await recordWith({
      contract: { ...contract, roles },
      values: { 'api:testUser': { email: 'test-user@example.com', roles: [] } },
    });
    expect(resourcesOf(recorded, 'Role').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['auth0-reader', 'auth0-unused']),
    );
    expect(resourcesOf(recorded, 'RolePermissions').map(({ name }) => name)).toEqual(['auth0-reader']);
    expect(resourcesOf(recorded, 'User')).toHaveLength(1);
    expect(resourcesOf(recorded, 'UserRoles')).toEqual([]);
    expect(violationsOf(recorded)).toEqual([]);
  });
});
