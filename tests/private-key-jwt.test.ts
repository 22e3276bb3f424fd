import { describe, expect, it } from 'vitest';
import { modelOf, violationsOf } from '@auth0-http-api/twin';
import { PUBLIC_KEY, PUBLIC_KEY_ID } from './support/client-keys.ts';
import { onlyOf, recordDev } from './support/program.ts';
import {
  APP,
  clients,
  MACHINE,
  NO_PASSWORD,
  problemsOf,
  refusesOne,
  row,
  rows,
  type Row,
} from './support/stack-file-rows.ts';

const KEY = { pem: PUBLIC_KEY };
const SIGNING = { ...MACHINE, auth: 'private_key_jwt', publicKeys: [KEY] };
// The user of the dev stack logs in by a password, through a client with a secret.
const withSigning = (change: object) => clients({ ...APP, name: 'other' }, { ...SIGNING, ...change });
const at = (key: string): string => `api:clients.1 (test-app).${key}`;

const ROWS: readonly Row[] = [
  row('private_key_jwt without a key', withSigning({ publicKeys: undefined }), at('publicKeys'), 'missing'),
  row('a list without a key', withSigning({ publicKeys: [] }), 'api:clients.1.publicKeys'),
  row('keys for a client with a secret', withSigning({ auth: 'client_secret' }), at('publicKeys'), 'unused'),
  row('a key twice', withSigning({ publicKeys: [KEY, { ...KEY, algorithm: 'PS256' }] }), at('publicKeys'), 'duplicate'),
  row('three keys', withSigning({ publicKeys: [KEY, KEY, KEY] }), 'api:clients.1.publicKeys'),
  ...rows('api:clients.1.publicKeys.0.algorithm', 'invalid', {
    'an algorithm that Auth0 does not accept': withSigning({ publicKeys: [{ ...KEY, algorithm: 'RS512' }] }),
  }),
  row('a key that is not in PEM', withSigning({ publicKeys: [{ pem: 'MIIB' }] }), 'api:clients.1.publicKeys.0.pem'),
  row('a secret version for a client with keys', withSigning({ secretVersion: 1 }), at('secretVersion'), 'unused'),
  ...rows('api:clients.1 (page).auth', 'conflict', {
    'private_key_jwt for a client in a browser': clients(APP, {
      name: 'page',
      type: 'spa',
      callbacks: ['http://localhost:5173'],
      origins: ['http://localhost:5173'],
      grants: ['authorization_code'],
      auth: 'private_key_jwt',
    }),
  }),
];

describe('Clients that sign with a private key', () => {
  it.each(ROWS)('A stack file is rejected if it has $title', refusesOne);

  it('A private key in a stack file is rejected with a message that says what to do', async () => {
    const pem = PUBLIC_KEY.replaceAll('PUBLIC', 'PRIVATE');
    const [problem, ...more] = await problemsOf(withSigning({ publicKeys: [{ pem }] }));
    expect(more).toEqual([]);
    expect(problem?.message).toBe(
      'is a private key, which only the client may have; create a new key pair and write its public key: openssl rsa -in key.pem -pubout',
    );
  });

  it('A client with keys has no secret in the program, and the twin has its keys by their thumbprints', async () => {
    const publicKeys = [{ ...KEY, algorithm: 'PS256' }];
    const recorded = await recordDev({ ...NO_PASSWORD, ...clients({ ...SIGNING, publicKeys }) });
    expect(onlyOf(recorded, 'ClientCredentials').inputs).toMatchObject({
      authenticationMethod: 'private_key_jwt',
      privateKeyJwt: { credentials: [{ credentialType: 'public_key', pem: PUBLIC_KEY, algorithm: 'PS256' }] },
    });
    expect(recorded.outputs).toMatchObject({ clientSecrets: {}, clients: { 'test-app': { auth: 'private_key_jwt' } } });
    const [client] = modelOf(recorded).tenant.clients;
    expect([client?.secret, client?.keys]).toEqual(['', [{ kid: PUBLIC_KEY_ID, pem: PUBLIC_KEY, algorithm: 'PS256' }]]);
    expect(violationsOf(recorded)).toEqual([]);
  });
});
