import * as pulumi from '@pulumi/pulumi';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { contract } from '../contract.ts';
import { refusal, settingsOf } from './support/program.ts';
import {
  APP,
  clients,
  MACHINE,
  NO_PASSWORD,
  problemsOf,
  refusesOne,
  row,
  USER,
  type Row,
} from './support/stack-file-rows.ts';

const audiences = (count: number): string[] => Array.from({ length: count }, (_, index) => `https://${index}.example`);

const VALUES: readonly Row[] = [
  row('a domain with a scheme', { 'auth0:domain': 'https://x.eu.auth0.com' }, 'auth0:domain', 'no https://'),
  row('a domain with a slash', { 'auth0:domain': 'x.eu.auth0.com/' }, 'auth0:domain', 'no slash'),
  row('a domain with a port', { 'auth0:domain': 'x.eu.auth0.com:443' }, 'auth0:domain', 'no port'),
  row('a domain in capitals', { 'auth0:domain': 'X.eu.auth0.com' }, 'auth0:domain', 'in lower case'),
  row('a domain of one word', { 'auth0:domain': 'localhost' }, 'auth0:domain', 'write the host alone'),
  row('a custom domain with a scheme', { 'api:issuerDomain': 'https://a.example' }, 'api:issuerDomain', 'no https://'),
  row(
    'a custom domain that is another tenant',
    { 'api:issuerDomain': 'someone-elses.us.auth0.com' },
    'api:issuerDomain',
    "is a tenant's own domain, whose tokens anybody with that tenant can make",
  ),
  row('an audience that is no URI', { 'api:audience': 'my-api' }, 'api:audience', 'must be a URI'),
  row('an audience with a space', { 'api:audience': 'https://a b.example' }, 'api:audience', 'must be a URI'),
  row('another audience that is no URI', { 'api:otherAudiences': ['x'] }, 'api:otherAudiences.0', 'must be a URI'),
  row(
    'an audience that is a list',
    { 'api:audience': ['https://a.example'] },
    'api:audience',
    'must be a text, not ["https://a.example"]',
  ),
  row('a region that is none', { 'aws:region': 'europe' }, 'aws:region', 'write a region, like eu-central-1'),
  row('a production that is a word', { 'api:production': 'yes' }, 'api:production', 'must be true or false, not "yes"'),
  row('a lifetime in words', { 'api:tokenLifetime': '1h' }, 'api:tokenLifetime', 'must be a number, not "1h"'),
  row(
    'a lifetime of a fraction',
    { 'api:tokenLifetime': 60.5 },
    'api:tokenLifetime',
    'must be a whole number, not 60.5',
  ),
  row('a lifetime of no time', { 'api:tokenLifetime': 0 }, 'api:tokenLifetime', 'must be at least 60'),
  row('a lifetime of over a month', { 'api:tokenLifetime': 2_592_001 }, 'api:tokenLifetime', 'must be at most 2592000'),
  row(
    'a password grant that is a boolean',
    { 'api:passwordGrant': true },
    'api:passwordGrant',
    'write allow or forbid',
  ),
  row('an identity source without $', { 'api:identitySource': 'Token' }, 'api:identitySource', '$request.header.'),
  row('a quota of no routes', { 'api:routeQuota': 0 }, 'api:routeQuota', 'must be at least 1'),
  row(
    'a list of clients that is a word',
    { 'api:clients': 'test-app' },
    'api:clients',
    'must be a list, not "test-app"',
  ),
  row('an empty list of clients', { 'api:clients': [] }, 'api:clients', 'name at least one client'),
  row('a client name in capitals', clients({ ...APP, name: 'App' }), 'api:clients.0.name', 'a small letter and up to'),
  row(
    'a former client name in capitals',
    clients({ ...APP, formerly: 'App' }),
    'api:clients.0.formerly',
    'a small letter and up to',
  ),
  row('a client without a party', clients({ ...APP, party: undefined }), 'api:clients.0.party', 'is missing'),
  row(
    'a client of no known party',
    clients({ ...APP, party: 'second' }),
    'api:clients.0.party',
    'write first or third',
  ),
  row('a client without permissions', clients({ ...APP, permissions: undefined }), 'api:clients.0.permissions', 'is m'),
  row('a client with no grant', clients({ ...APP, grants: [] }), 'api:clients.0.grants', 'at least one of'),
  row('an unknown grant', clients({ ...APP, grants: ['implicit'] }), 'api:clients.0.grants.0', 'client_credentials'),
  row(
    'an e-mail address without @',
    { 'api:testUser': { ...USER, email: 'me' } },
    'api:testUser.email',
    'an e-mail address, like',
  ),
  row(
    'a test user in capitals',
    { 'api:testUser': { ...USER, email: 'Test@Example.com' } },
    'api:testUser.email',
    'write it in lower case',
  ),
  row('a test user without roles', { 'api:testUser': { email: USER.email } }, 'api:testUser.roles', 'is missing'),
];

const MISSING: readonly Row[] = [
  row('the region', { 'aws:region': undefined }, 'aws:region', 'is missing; write, for instance, "eu-central-1"'),
  row('the domain', { 'auth0:domain': undefined }, 'auth0:domain', 'is missing; write, for instance, "your-tenant'),
  row('the audience', { 'api:audience': undefined }, 'api:audience', 'is missing; write, for instance, "https://api'),
  row('whether it is production', { 'api:production': undefined }, 'api:production', 'for instance, false'),
  row('the clients', { 'api:clients': undefined }, 'api:clients', 'is missing; write, for instance, [{"name"'),
];

const UNKNOWN: readonly Row[] = [
  row('under api:', { 'api:clinets': [] }, 'api:clinets', 'did you mean api:clients?'),
  row('under api:, like none', { 'api:nothingLikeIt': 1 }, 'api:nothingLikeIt', 'nobody reads this key'),
  row('without a namespace', { 'auth0-http-api:tokenLifetime': 60 }, 'auth0-http-api:tokenLifetime', 'api:tokenLife'),
  row('under auth0:', { 'auth0:domian': 'x' }, 'auth0:domian', 'did you mean auth0:domain?'),
  row('under aws:', { 'aws:regoin': 'x' }, 'aws:regoin', 'did you mean aws:region?'),
  row('under a made-up namespace', { 'apy:audience': 'x' }, 'apy:audience', 'did you mean api:audience?'),
  row(
    'in a client',
    clients({ ...APP, permisions: [] }),
    'api:clients.0',
    '"permisions" here; did you mean permissions?',
  ),
  row(
    'in a client, for want of a space',
    clients({ ...APP, 'tokenQuota:9': null }),
    'api:clients.0',
    '"tokenQuota:9" here; write a space after its colon',
  ),
  row('in the test user', { 'api:testUser': { ...USER, role: 'x' } }, 'api:testUser', 'did you mean roles?'),
];

const COMBINATIONS: readonly Row[] = [
  row(
    'an undeclared permission',
    clients({ ...APP, permissions: ['read:usr'] }),
    'api:clients.0 (test-app).permissions',
    'the permission "read:usr" is not declared in contract.ts; did you mean read:user?',
  ),
  row(
    'a permission that every object has',
    clients({ ...APP, permissions: ['constructor'] }),
    'api:clients.0 (test-app).permissions',
    'is not declared',
  ),
  row(
    'a permission twice',
    clients({ ...APP, permissions: ['read:user', 'read:user'] }),
    'api:clients.0 (test-app).permissions',
    'named twice',
  ),
  row(
    'an undeclared role',
    { 'api:testUser': { ...USER, roles: ['raeder'] } },
    'api:testUser.roles',
    'the role "raeder" is not declared in contract.ts; did you mean reader?',
  ),
  row('a client twice', clients(APP, APP), 'api:clients.1.name', 'test-app is named twice'),
  row(
    'a client that was called what it is called',
    clients({ ...APP, formerly: 'test-app' }),
    'api:clients.0 (test-app).formerly',
    'a client is called test-app now',
  ),
  row(
    'a client that was called what another is called',
    clients(APP, { ...MACHINE, name: 'other', formerly: 'test-app' }),
    'api:clients.1 (other).formerly',
    'a client is called test-app now',
  ),
  row(
    'two clients that were one',
    clients({ ...APP, formerly: 'old' }, { ...MACHINE, name: 'other', formerly: 'old' }),
    'api:clients.1 (other).formerly',
    'old is the former name of test-app already',
  ),
  row(
    'a grant twice',
    clients({ ...APP, grants: ['password', 'client_credentials', 'password'] }),
    'api:clients.0 (test-app).grants',
    'named twice',
  ),
  row(
    'a third-party client with the password grant',
    clients({ ...APP, party: 'third' }),
    'api:clients.0 (test-app).grants',
    'Auth0 refuses the password grant to a third-party client',
  ),
  row(
    'permissions that no client_credentials would use',
    clients({ ...APP, grants: ['password'] }),
    'api:clients.0 (test-app).permissions',
    'only client_credentials uses them',
  ),
  row(
    'the password grant where it is forbidden',
    { ...NO_PASSWORD, ...clients(APP) },
    'api:clients.0 (test-app).grants',
    'api:passwordGrant is forbid',
  ),
  row(
    'the password grant where nothing is said of it',
    { ...NO_PASSWORD, 'api:passwordGrant': undefined, ...clients(APP) },
    'api:clients.0 (test-app).grants',
    'api:passwordGrant is forbid',
  ),
  row(
    'a test user where the password grant is forbidden',
    { ...NO_PASSWORD, ...clients(MACHINE), 'api:testUser': USER },
    'api:testUser',
    'api:passwordGrant is forbid',
  ),
  row('a test user whom no client can log in', clients(MACHINE), 'api:testUser', 'no client has the password grant'),
  row(
    'a default directory that serves no client',
    { ...NO_PASSWORD, ...clients(MACHINE), 'api:defaultDirectory': true },
    'api:defaultDirectory',
    'no client has the password grant',
  ),
  row(
    "the audience of the tenant's own Management API",
    { 'api:audience': 'https://your-tenant.eu.auth0.com/api/v2/' },
    'api:audience',
    "an API of the tenant's own",
  ),
  row(
    'the same among the other audiences',
    { 'api:otherAudiences': ['https://a.example', 'https://your-tenant.eu.auth0.com/userinfo'] },
    'api:otherAudiences',
    "userinfo is an API of the tenant's own",
  ),
  row(
    'the same of its custom domain',
    { 'api:issuerDomain': 'login.example.com', 'api:audience': 'https://login.example.com/api/v2/' },
    'api:audience',
    "an API of the tenant's own",
  ),
  row(
    'an audience twice',
    { 'api:otherAudiences': ['https://a.example', 'https://a.example'] },
    'api:otherAudiences',
    'https://a.example is named twice',
  ),
  row(
    'a region that is none',
    { 'aws:region': 'eu-central-9' },
    'aws:region',
    'no such region; did you mean eu-central-',
  ),
  row(
    'a user with more roles than Auth0 gives one',
    { 'api:testUser': { ...USER, roles: Array.from({ length: 51 }, () => 'reader') } },
    'api:testUser.roles',
    'at most 50 roles',
  ),
  row('51 audiences', { 'api:otherAudiences': audiences(50) }, 'api:otherAudiences', 'takes at most 50'),
];

describe('A stack file', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(['dev', 'staging', 'prod'])('that ships is valid: %s', async (stack) => {
    expect((await settingsOf(stack)).stack).toBe(stack);
  });

  it.each(VALUES)('may not have $title', refusesOne);
  it.each(MISSING)('says $title', refusesOne);
  it.each(UNKNOWN)('has no key that nobody reads $title', refusesOne);
  it.each(COMBINATIONS)('may not name $title', async ({ values, place, says }) => {
    const problems = await problemsOf(values);
    expect(problems).toContainEqual({ place, message: expect.stringContaining(says) as string });
  });

  it('may name 50 audiences', async () => {
    expect((await settingsOf('dev', { 'api:otherAudiences': audiences(49) })).otherAudiences).toHaveLength(49);
  });

  it.each([
    { routes: 300, values: {}, refused: 0 },
    { routes: 301, values: {}, refused: 1 },
    { routes: 301, values: { 'api:routeQuota': 301 }, refused: 0 },
    { routes: 302, values: { 'api:routeQuota': 301 }, refused: 1 },
  ])('with $values lets the API have $routes routes with $refused problems', async ({ routes, values, refused }) => {
    const route = { handler: 'test', scopes: 'public' } as const;
    const many = Object.fromEntries(Array.from({ length: routes }, (_, index) => [`GET /${index}`, route]));
    const attempt = () => settingsOf('dev', values, { ...contract, routes: many });
    if (refused === 0) await attempt();
    else {
      const { problems } = await refusal(attempt);
      expect(problems.map(({ place }) => place)).toEqual(['Pulumi.dev.yaml, api:routeQuota']);
      expect(problems[0]?.message).toContain(`contract.ts has ${routes} routes`);
    }
  });

  it.each(['dev', 'staging', 'prod'])('with a placeholder domain is refused by a real engine: %s', async (stack) => {
    vi.spyOn(pulumi.runtime, 'hasEngine').mockReturnValue(true);
    const { problems } = await refusal(() => settingsOf(stack));
    expect(problems).toEqual([
      { place: `Pulumi.${stack}.yaml, auth0:domain`, message: expect.stringContaining('is a placeholder') as string },
    ]);
  });

  it('with a domain of its own is taken by a real engine', async () => {
    vi.spyOn(pulumi.runtime, 'hasEngine').mockReturnValue(true);
    expect((await settingsOf('dev', { 'auth0:domain': 'acme.eu.auth0.com' })).domain).toBe('acme.eu.auth0.com');
  });

  it('has all its problems reported at once, each with file and key', async () => {
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
