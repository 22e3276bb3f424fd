import { beforeEach, describe, expect, it } from 'vitest';
import { valueOf } from './standin/services.ts';
import { CONTRACT, selectOwnStack } from './support/contracts.ts';
import { orphans } from './support/interruption.ts';
import { IMPORT, Sandbox, UP } from './support/sandbox.ts';

const AUDIENCE = 'https://api.example.com';
const API = 'auth0:index/resourceServer:ResourceServer';
const SCOPES = 'auth0:index/resourceServerScopes:ResourceServerScopes';
const CLIENT = 'auth0:index/client:Client';
const CREDENTIALS = 'auth0:index/clientCredentials:ClientCredentials';
const GRANT = 'auth0:index/clientGrant:ClientGrant';
const ROLE = 'auth0:index/role:Role';
const CLIENT_ID = 'aClientThatWasMadeAtTheDashboard';
const SECRET = 'the secret that its callers have been using';

/** What exists from Auth0's dashboard: type to id. */
const EXISTING: Readonly<Record<string, string>> = {
  [API]: '5f0000000000000000000000',
  [SCOPES]: AUDIENCE,
  [CLIENT]: CLIENT_ID,
  [CREDENTIALS]: CLIENT_ID,
  [ROLE]: 'rol_madeAtTheDashboard',
};
/** The client's access to the API, which is not imported. */
const GRANT_ID = 'cgr_madeAtTheDashboard';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = new Sandbox();
  await selectOwnStack(sandbox);
  found(API, { name: 'Our API', identifier: AUDIENCE, signingAlg: 'RS256', tokenLifetime: 86_400 });
  found(SCOPES, { resourceServerIdentifier: AUDIENCE, scopes: [{ name: 'read:user', description: 'Read' }] });
  found(CLIENT, { name: 'Our app', appType: 'non_interactive', isFirstParty: true }, { clientId: CLIENT_ID });
  found(CREDENTIALS, { clientId: CLIENT_ID, authenticationMethod: 'client_secret_post' }, { clientSecret: SECRET });
  found(GRANT, { clientId: CLIENT_ID, audience: AUDIENCE, scopes: [], subjectType: 'client' });
  found(ROLE, { name: 'Readers' });
});

function found(type: string, inputs: object, outputs: object = {}): void {
  const resource = { type, id: EXISTING[type] ?? GRANT_ID, inputs: { ...inputs }, outputs: { ...outputs } };
  sandbox.services.record({ what: 'found', urn: '', resource });
}

function grantScopes(): unknown[] {
  return sandbox.values(GRANT, 'scopes');
}

interface ImportFile {
  readonly resources: readonly { readonly type: string; readonly id?: string }[];
}

describe('Existing resources', () => {
  it('pulumi import adopts an existing API, client and role, and up changes them in place and keeps the secret', async () => {
    const before = sandbox.services.entries.length;
    await importExisting();
    await sandbox.up();
    const changes = sandbox.changes(before);
    expect(changes.filter(({ what }) => what === 'deleted')).toEqual([]);
    for (const [type, id] of Object.entries(EXISTING)) {
      expect(sandbox.resources(type).map((resource) => resource.id)).toEqual([id]);
    }
    const [scopes] = sandbox.resources(SCOPES);
    const names = Object.entries(CONTRACT.permissions).map(([name, description]) => ({ name, description }));
    expect(scopes && valueOf(scopes, 'scopes')).toEqual(names);
    expect(await orphans(sandbox)).toEqual([]);

    // The grant was taken over as it stood; what it permits comes with the next up.
    expect(grantScopes()).toEqual([[]]);
    await sandbox.up();
    expect(grantScopes()).toEqual([['read:user']]);
    await sandbox.upUnchanged();

    // The callers' secret is still the same, and the outputs hand it out.
    const { stdout } = await sandbox.pulumi(['stack', 'output', '--json', '--show-secrets']);
    expect(JSON.parse(stdout)).toMatchObject({ clientIds: { test: CLIENT_ID }, clientSecrets: { test: SECRET } });
    expect(sandbox.stored()).not.toContain(SECRET);
  });

  it('An existing API that is not imported makes up fail, first by its identifier and then by its permissions', async () => {
    const { code, text } = await sandbox.attempt(UP);
    expect(code).not.toBe(0);
    const id = EXISTING[API] ?? '';
    expect(text).toContain(`${API} ${id} already exists`);
    const parent = 'side=urn:pulumi:dev::auth0-http-api::auth0-http-api:index:Auth0Side::auth0';
    await sandbox.pulumi(['import', API, 'auth0', id, '--parent', parent, ...IMPORT]);
    expect((await sandbox.attempt(UP)).text).toContain('Resource Server with non empty scopes');
  });
});

/** What docs/operations.md says, "Adopting what exists". */
async function importExisting(): Promise<void> {
  await sandbox.pulumi(['preview', '--import-file', 'adopt.json', '--suppress-progress']);
  const { resources } = JSON.parse(sandbox.project.read('adopt.json')) as ImportFile;
  const kept = resources.flatMap((resource) => {
    if (resource.type === 'auth0-http-api:index:Auth0Side') return [resource];
    const id = EXISTING[resource.type];
    return id !== undefined ? [{ ...resource, id }] : [];
  });
  sandbox.project.write('adopt.json', JSON.stringify({ resources: kept }));
  await sandbox.pulumi(['import', '--file', 'adopt.json', ...IMPORT]);
}
