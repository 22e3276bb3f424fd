import * as pulumi from '@pulumi/pulumi';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { contract } from '../contract.ts';
import type { ProblemCode } from '../program/user-error.ts';
import { readSettings } from '../settings.ts';
import { recordProgram, refusal, settingsOf } from './support/program.ts';
import {
  APP,
  clients,
  MACHINE,
  NO_PASSWORD,
  refusesOne,
  row,
  rows,
  USER,
  type Row,
} from './support/stack-file-rows.ts';

const audiences = (count: number): string[] => Array.from({ length: count }, (_, index) => `https://${index}.example`);

/** What a real engine needs besides the shipped stack file of dev. */
const OWN = { 'auth0:domain': 'acme.eu.auth0.com', 'api:audience': 'https://api.acme.io' };

const VALUES: readonly Row[] = [
  row('a domain with a scheme', { 'auth0:domain': 'https://x.eu.auth0.com' }, 'auth0:domain'),
  row('a domain with a slash', { 'auth0:domain': 'x.eu.auth0.com/' }, 'auth0:domain'),
  row('a domain with a port', { 'auth0:domain': 'x.eu.auth0.com:443' }, 'auth0:domain'),
  row('a domain in upper case', { 'auth0:domain': 'X.eu.auth0.com' }, 'auth0:domain'),
  row('a domain of one word', { 'auth0:domain': 'localhost' }, 'auth0:domain'),
  row('a custom domain with a scheme', { 'api:issuerDomain': 'https://a.example' }, 'api:issuerDomain'),
  ...rows('api:issuerDomain', 'conflict', {
    'a custom domain that is another tenant': { 'api:issuerDomain': 'someone-elses.us.auth0.com' },
  }),
  row('an audience that is not a URI', { 'api:audience': 'my-api' }, 'api:audience'),
  row('an audience with a space', { 'api:audience': 'https://a b.example' }, 'api:audience'),
  row('a second audience that is not a URI', { 'api:otherAudiences': ['x'] }, 'api:otherAudiences.0'),
  row('an audience that is a list', { 'api:audience': ['https://a.example'] }, 'api:audience'),
  row('an invalid region', { 'aws:region': 'europe' }, 'aws:region'),
  row('a string as api:production', { 'api:production': 'yes' }, 'api:production'),
  row('a token lifetime with a unit', { 'api:tokenLifetime': '1h' }, 'api:tokenLifetime'),
  row('a fraction as token lifetime', { 'api:tokenLifetime': 60.5 }, 'api:tokenLifetime'),
  row('a token lifetime of zero', { 'api:tokenLifetime': 0 }, 'api:tokenLifetime'),
  row('a token lifetime of more than a month', { 'api:tokenLifetime': 2_592_001 }, 'api:tokenLifetime'),
  row('a boolean as password grant', { 'api:passwordGrant': true }, 'api:passwordGrant'),
  row('an identity source without $', { 'api:identitySource': 'Token' }, 'api:identitySource'),
  row('a route quota of zero', { 'api:routeQuota': 0 }, 'api:routeQuota'),
  row('a string as list of clients', { 'api:clients': 'test-app' }, 'api:clients'),
  row('an empty list of clients', { 'api:clients': [] }, 'api:clients'),
  row('a client name in upper case', clients({ ...APP, name: 'App' }), 'api:clients.0.name'),
  row('a former client name in upper case', clients({ ...APP, formerly: 'App' }), 'api:clients.0.formerly'),
  row('a client without a party', clients({ ...APP, party: undefined }), 'api:clients.0.party', 'missing'),
  row('a client of an unknown party', clients({ ...APP, party: 'second' }), 'api:clients.0.party'),
  ...rows('api:clients.0.permissions', 'missing', {
    'a client without permissions': clients({ ...APP, permissions: undefined }),
  }),
  row('a client without grants', clients({ ...APP, grants: [] }), 'api:clients.0.grants'),
  row('an unknown grant', clients({ ...APP, grants: ['implicit'] }), 'api:clients.0.grants.0'),
  row('a probe that is no client', { 'api:probe': 'prob' }, 'api:probe', 'undeclared'),
  row('a probe that may use the password grant', { 'api:probe': 'test-app' }, 'api:probe', 'conflict'),
  ...rows('api:testUser.email', 'invalid', {
    'an e-mail address without @': { 'api:testUser': { ...USER, email: 'me' } },
    'a test user’s address in upper case': { 'api:testUser': { ...USER, email: 'Test@Example.com' } },
  }),
  row('a test user without roles', { 'api:testUser': { email: USER.email } }, 'api:testUser.roles', 'missing'),
];

const MISSING: readonly Row[] = [
  row('the region', { 'aws:region': undefined }, 'aws:region', 'missing'),
  row('the domain', { 'auth0:domain': undefined }, 'auth0:domain', 'missing'),
  row('the audience', { 'api:audience': undefined }, 'api:audience', 'missing'),
  row('api:production', { 'api:production': undefined }, 'api:production', 'missing'),
  row('the clients', { 'api:clients': undefined }, 'api:clients', 'missing'),
];

const UNKNOWN: readonly Row[] = [
  row('under api:', { 'api:clinets': [] }, 'api:clinets', 'unknown'),
  row('under api: that is similar to no known key', { 'api:nothingLikeIt': 1 }, 'api:nothingLikeIt', 'unknown'),
  row('without a namespace', { 'auth0-http-api:tokenLifetime': 60 }, 'auth0-http-api:tokenLifetime', 'unknown'),
  row('under auth0:', { 'auth0:domian': 'x' }, 'auth0:domian', 'unknown'),
  row('under aws:', { 'aws:regoin': 'x' }, 'aws:regoin', 'unknown'),
  row('under an unknown namespace', { 'apy:audience': 'x' }, 'apy:audience', 'unknown'),
  row('in a client', clients({ ...APP, permisions: [] }), 'api:clients.0', 'unknown'),
  row('in a client, because a space is missing', clients({ ...APP, 'tokenQuota:9': null }), 'api:clients.0', 'unknown'),
  row('in the test user', { 'api:testUser': { ...USER, role: 'x' } }, 'api:testUser', 'unknown'),
];

/** A row of the client with these changes, and the code of the one problem at a key of it. */
const app = (title: string, change: object, at: string, code: ProblemCode): Row =>
  row(title, clients({ ...APP, ...change }), `api:clients.0 (test-app).${at}`, code);
const second = (title: string, first: object, formerly: string): Row =>
  row(title, clients({ ...APP, ...first }, { ...OTHER, formerly }), 'api:clients.1 (other).formerly', 'duplicate');
const OTHER = { ...MACHINE, name: 'other' };
const FORBIDDEN = 'api:clients.0 (test-app).grants';
const BY_DEFAULT = { ...NO_PASSWORD, 'api:passwordGrant': undefined, ...clients(APP) };
const IDLE_USER = { ...NO_PASSWORD, ...clients(MACHINE), 'api:testUser': USER };
const UNUSED = { ...NO_PASSWORD, ...clients(MACHINE), 'api:defaultDirectory': true };
const A = 'https://a.example';

const COMBINATIONS: readonly Row[] = [
  app('an undeclared permission', { permissions: ['read:usr'] }, 'permissions', 'undeclared'),
  app('an inherited property name as permission', { permissions: ['constructor'] }, 'permissions', 'undeclared'),
  app('a duplicate permission', { permissions: ['read:user', 'read:user'] }, 'permissions', 'duplicate'),
  row('an undeclared role', { 'api:testUser': { ...USER, roles: ['raeder'] } }, 'api:testUser.roles', 'undeclared'),
  row('a duplicate client', clients(APP, APP), 'api:clients.1.name', 'duplicate'),
  app('a client whose former name is its name', { formerly: 'test-app' }, 'formerly', 'duplicate'),
  second('a client whose former name is the name of another client', {}, 'test-app'),
  second('two clients with the same former name', { formerly: 'old' }, 'old'),
  app('a duplicate grant', { grants: ['password', 'client_credentials', 'password'] }, 'grants', 'duplicate'),
  app('a third-party client with the password grant', { party: 'third' }, 'grants', 'conflict'),
  row('the password grant although it is forbidden', { ...NO_PASSWORD, ...clients(APP) }, FORBIDDEN, 'conflict'),
  row('the password grant although it is forbidden by default', BY_DEFAULT, FORBIDDEN, 'conflict'),
  app('permissions without client_credentials', { grants: ['password'] }, 'permissions', 'unused'),
  row('a test user although the password grant is forbidden', IDLE_USER, 'api:testUser', 'conflict'),
  row(
    'a test user without a client that can log in',
    { ...clients(MACHINE), 'api:defaultDirectory': false },
    'api:testUser',
    'conflict',
  ),
  row('a default directory that no client uses', UNUSED, 'api:defaultDirectory', 'unused'),
  row('a duplicate audience', { 'api:otherAudiences': [A, A] }, 'api:otherAudiences', 'duplicate'),
  row(
    'a second audience among the others',
    { 'api:secondAudience': A, 'api:otherAudiences': [A] },
    'api:otherAudiences',
    'duplicate',
  ),
  row('an unknown region', { 'aws:region': 'eu-central-9' }, 'aws:region'),
  row(
    'a user with more roles than Auth0 allows',
    { 'api:testUser': { ...USER, roles: Array.from({ length: 51 }, () => 'reader') } },
    'api:testUser.roles',
  ),
  // new 4b
  row(
    'a second audience that is the first',
    { ...OWN, 'api:secondAudience': OWN['api:audience'] },
    'api:secondAudience',
    'duplicate',
  ),
  row('51 audiences', { 'api:otherAudiences': audiences(50) }, 'api:otherAudiences', 'quota'),
];

describe('The stack file', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(['dev', 'staging', 'prod'])('The shipped stack file of %s is valid', async (stack) => {
    expect((await settingsOf(stack)).stack).toBe(stack);
  });

  it.each(VALUES)('A stack file is rejected if it has $title', refusesOne);
  it.each(MISSING)('A stack file is rejected if it leaves out $title', refusesOne);
  it.each(UNKNOWN)('A stack file is rejected if it has an unknown key $title', refusesOne);
  it.each(COMBINATIONS)('A stack file is rejected if it names $title', refusesOne);

  it('A stack file can name 50 audiences', async () => {
    expect((await settingsOf('dev', { 'api:otherAudiences': audiences(49) })).otherAudiences).toHaveLength(49);
  });

  it.each([
    { routes: 300, values: {}, refused: 0 },
    { routes: 301, values: {}, refused: 1 },
    { routes: 301, values: { 'api:routeQuota': 301 }, refused: 0 },
    { routes: 302, values: { 'api:routeQuota': 301 }, refused: 1 },
  ])('An API with $values can have $routes routes with $refused problems', async ({ routes, values, refused }) => {
    const route = { handler: 'test', scopes: 'public' } as const;
    const many = Object.fromEntries(Array.from({ length: routes }, (_, index) => [`GET /${index}`, route]));
    const attempt = () => settingsOf('dev', values, { ...contract, routes: many });
    if (refused === 0) await attempt();
    else {
      const { problems } = await refusal(attempt);
      expect(problems).toMatchObject([{ code: 'quota', place: 'Pulumi.dev.yaml, api:routeQuota' }]);
    }
  });

  it.each(['dev', 'staging', 'prod'])(
    'A real engine rejects a stack file with the placeholder domain and audience: %s',
    async (stack) => {
      vi.spyOn(pulumi.runtime, 'hasEngine').mockReturnValue(true);
      const { problems } = await refusal(() => settingsOf(stack));
      expect(problems).toMatchObject([
        { code: 'placeholder', place: `Pulumi.${stack}.yaml, auth0:domain` },
        { code: 'placeholder', place: `Pulumi.${stack}.yaml, api:audience` },
      ]);
    },
  );

  it('A real engine rejects the placeholder audience as the second one', async () => {
    vi.spyOn(pulumi.runtime, 'hasEngine').mockReturnValue(true);
    const values = { ...OWN, 'api:secondAudience': 'https://test-api-for-jwt-authorizer.example.com' };
    const { problems } = await refusal(() => settingsOf('dev', values));
    expect(problems).toMatchObject([{ code: 'placeholder', place: 'Pulumi.dev.yaml, api:secondAudience' }]);
  });

  it('A real engine accepts a stack file with its own domain and audience', async () => {
    vi.spyOn(pulumi.runtime, 'hasEngine').mockReturnValue(true);
    expect((await settingsOf('dev', OWN)).domain).toBe('acme.eu.auth0.com');
  });

  it.each([
    // S10 and S11
    { key: 'auth0:clientSecret', value: 'hunter2' },
    { key: 'aws:secretKey', value: 'hunter2' },
    { key: 'auth0:debug', value: 'true' },
    { key: 'aws:insecure', value: 'true' },
    { key: 'aws:endpoints', value: '[{"s3":"http://localhost:4566"}]' },
    { key: 'aws:skipCredentialsValidation', value: 'true' },
  ])('A real engine rejects $key in a stack file', async ({ key, value }) => {
    const values = { ...OWN, [key]: value };
    expect((await settingsOf('dev', values)).domain).toBe('acme.eu.auth0.com');
    vi.spyOn(pulumi.runtime, 'hasEngine').mockReturnValue(true);
    const { problems, message } = await refusal(() => settingsOf('dev', values));
    expect(problems).toMatchObject([{ code: 'insecure', place: `Pulumi.dev.yaml, ${key}` }]);
    expect(message).not.toContain(value === 'hunter2' ? value : 'localhost');
  });

  it('A real engine accepts an encrypted client secret and provider settings that are off', async () => {
    vi.spyOn(pulumi.runtime, 'hasEngine').mockReturnValue(true);
    const values = { ...OWN, 'auth0:debug': false, 'auth0:clientSecret': 'encrypted' };
    const secretKeys = ['auth0:clientSecret'];
    await recordProgram(async () => ({ region: readSettings(contract).region }), { values, secretKeys });
  });

  it('A stack file reports all its problems at once, each with file and key', async () => {
    const { problems, message } = await refusal(() =>
      settingsOf('dev', {
        'auth0:domain': 'https://x.eu.auth0.com',
        'api:audience': undefined,
        'api:lifetime': 5,
        ...clients({ ...APP, permissions: ['nope'] }),
      }),
    );
    const places = ['auth0:domain', 'api:audience', 'api:lifetime', 'api:clients.0 (test-app).permissions'];
    expect(problems.map(({ place }) => place)).toEqual(places.map((place) => `Pulumi.dev.yaml, ${place}`));
    expect(message.split('\n')).toHaveLength(1 + places.length);
  });
});
