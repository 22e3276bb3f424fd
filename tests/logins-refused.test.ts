import * as pulumi from '@pulumi/pulumi';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { settingsOf } from './support/program.ts';
import { loginsOf, NATIVE, PARTNER, SPA, WEB } from './support/logins.ts';
import {
  APP,
  clients,
  IN_PRODUCTION,
  MACHINE,
  NO_PASSWORD,
  problemsOf,
  refusesOne,
  row,
  rows,
  USER,
  type Row,
} from './support/stack-file-rows.ts';

const web = 'api:clients.0 (web)';
const desk = 'api:clients.0 (desk)';
const callback = (url: string, client = WEB): ReturnType<typeof loginsOf> => loginsOf({ ...client, callbacks: [url] });
const first = (client: string): string => `api:clients.0 (${client}).callbacks.0`;

const CLIENTS: readonly Row[] = [
  row('a client of an unknown type', loginsOf({ ...SPA, type: 'browser' }), 'api:clients.0.type'),
  ...rows('api:clients.0 (test-app).grants', 'conflict', {
    'a service with the authorization_code grant': loginsOf({
      ...MACHINE,
      grants: ['client_credentials', 'authorization_code'],
    }),
  }),
  ...rows('api:clients.0 (test-app).callbacks', 'unused', {
    'a service with callbacks': loginsOf({ ...MACHINE, callbacks: WEB['callbacks'] }),
  }),
  ...rows(`${web}.grants`, 'conflict', {
    'a public client with client_credentials': loginsOf({
      ...SPA,
      grants: ['authorization_code', 'client_credentials'],
      permissions: [],
    }),
    'a browser client with the password grant': { ...clients({ ...SPA, grants: ['authorization_code', 'password'] }) },
  }),
  row('a public client with a secret', loginsOf({ ...SPA, secretVersion: 0 }), `${web}.secretVersion`, 'unused'),
  ...rows(`${desk}.grants`, 'missing', {
    'the refresh_token grant without the authorization_code grant': {
      ...loginsOf({ ...WEB, grants: ['refresh_token'] }),
      'api:testUser': undefined,
    },
  }),
  row('a login client without a callback', loginsOf({ ...WEB, callbacks: [] }), `${desk}.callbacks`, 'missing'),
  row('a spa client without an origin', loginsOf({ ...SPA, origins: undefined }), `${web}.origins`, 'missing'),
  ...rows(`${desk}.origins`, 'unused', {
    'a web client with origins': loginsOf({ ...WEB, origins: ['https://desk.acme.io'] }),
  }),
  ...rows(`${desk}.callbacks.1`, 'duplicate', {
    'a duplicate callback': loginsOf({ ...WEB, callbacks: ['https://a.acme.io/', 'https://a.acme.io/'] }),
  }),
  ...rows(`${desk}.permissions`, 'unused', {
    'permissions on a client that only users log in to': loginsOf({ ...WEB, permissions: ['read:user'] }),
  }),
  ...rows('api:clients.0.permissions', 'missing', {
    'client_credentials without permissions': loginsOf({
      ...WEB,
      grants: ['authorization_code', 'client_credentials'],
    }),
    'a third party without permissions': loginsOf({ ...PARTNER, permissions: undefined }),
  }),
  ...rows('api:clients.0 (partner).logoutUrls', 'conflict', {
    'a third party with a logout URL': loginsOf({ ...PARTNER, logoutUrls: ['https://desk.acme.io'] }),
  }),
  ...rows(first('partner'), 'conflict', {
    'a third party with a wildcard in its callback': callback('https://*.acme.io/', PARTNER),
  }),
  ...rows(`${desk}.grants`, 'conflict', {
    'a login client although users are denied access': { ...loginsOf(WEB), 'api:userAccess': 'deny' },
  }),
];

const URLS: readonly Row[] = [
  ...rows(first('desk'), 'invalid', {
    'without a scheme': callback('desk.acme.io/callback'),
    'of plain HTTP': callback('http://desk.acme.io/callback'),
    'of plain HTTP on a host that begins with localhost': callback('http://localhost.acme.io/'),
    'of plain HTTP with localhost as its user name': callback('http://localhost@acme.io/'),
    'of plain HTTP on an IP address': callback('http://127.0.0.1:3000/'),
    'with one slash': callback('https:/desk.acme.io/'),
    'with a fragment': callback('https://desk.acme.io/#/callback'),
    'with an empty fragment': callback('https://desk.acme.io/#'),
    'with a user name': callback('https://me@desk.acme.io/'),
    'with a backslash': callback('https://desk.acme.io\\@evil.io/'),
    'with a space': callback('https://desk.acme.io/ '),
    'with an app’s scheme, for a web client': callback('com.acme.desk://login'),
    'with two wildcards': callback('https://*.*.acme.io/'),
    'with a wildcard that is not the first label': callback('https://app.*.acme.io/'),
    'with a wildcard in the path': callback('https://app.acme.io/*'),
    'with a wildcard for all hosts of a top-level domain': callback('https://*.io/'),
  }),
  row('with the javascript: scheme', callback('javascript:alert(1)', NATIVE), first('phone')),
  row('with an app’s scheme of one word', callback('acme://login', NATIVE), first('phone')),
];

const origin = (url: string): Row['values'] => loginsOf({ ...SPA, origins: [url] });
const ORIGINS: readonly Row[] = [
  row('with a slash', origin('https://acme.io/'), `${web}.origins.0`),
  row('with a path', origin('https://acme.io/app'), `${web}.origins.0`),
  row('in upper case', origin('https://ACME.io'), `${web}.origins.0`),
  row('with the usual port', origin('https://acme.io:443'), `${web}.origins.0`),
  row('with a wildcard', origin('https://*.acme.io'), `${web}.origins.0`),
  row('of plain HTTP', origin('http://acme.io'), `${web}.origins.0`),
];

const own = (name: string): Row['values'] => ({ ...IN_PRODUCTION, ...clients({ ...WEB, callbacks: [name] }) });
const PRODUCTION: readonly Row[] = [
  row('a callback on localhost', own('http://localhost:3000/'), first('desk'), 'production'),
  row('a wildcard', own('https://*.acme.io/'), first('desk'), 'production'),
  ...rows(`${web}.origins.0`, 'production', {
    'an origin on localhost': { ...IN_PRODUCTION, ...clients({ ...SPA, callbacks: ['https://acme.io/'] }) },
  }),
];

const DATABASE = 'Username-Password-Authentication';
const USERS: readonly Row[] = [
  ...rows('api:users.0.roles', 'undeclared', {
    'a user with an undeclared role': { ...loginsOf(WEB), 'api:users': [{ ...USER, roles: ['raeder'] }] },
  }),
  row('a duplicate user', { ...loginsOf(WEB), 'api:users': [USER, USER] }, 'api:users.1.email', 'duplicate'),
  ...rows('api:testUser', 'conflict', {
    'users under both api:users and api:testUser': {
      ...loginsOf(WEB),
      'api:testUser': USER,
      'api:users': [{ ...USER, email: 'a@example.com' }],
    },
  }),
  ...rows('api:users.0', 'conflict', {
    'a user although no client has a login': { ...loginsOf(MACHINE), 'api:users': [USER] },
    'a user although users are denied access': { ...loginsOf(MACHINE), 'api:userAccess': 'deny', 'api:users': [USER] },
  }),
  ...rows('api:users.0.connection', 'undeclared', {
    'a user in a connection that is not listed': { ...loginsOf(WEB), 'api:users': [{ ...USER, connection: DATABASE }] },
  }),
  ...rows('api:users.0', 'missing', {
    'a user without a connection although connections are listed': {
      ...loginsOf(WEB),
      'api:connections': [DATABASE],
      'api:users': [USER],
    },
  }),
  row('a connection with a space', { ...loginsOf(WEB), 'api:connections': ['My users'] }, 'api:connections.0'),
  ...rows('api:connections', 'duplicate', {
    'a duplicate connection': { ...loginsOf(WEB), 'api:connections': [DATABASE, DATABASE] },
  }),
  ...rows('api:connections', 'unused', {
    'connections although no client has a login': { ...loginsOf(MACHINE), 'api:connections': [DATABASE] },
  }),
  ...rows('api:database', 'unused', {
    'a database although no client has a login': { ...loginsOf(MACHINE), 'api:database': {} },
    'both a database and connections': { ...loginsOf(WEB), 'api:connections': [DATABASE], 'api:database': {} },
  }),
  ...rows('api:database.passwordPolicy', 'invalid', {
    'a weak password policy': { ...loginsOf(WEB), 'api:database': { passwordPolicy: 'low' } },
  }),
  ...rows('api:defaultDirectory', 'conflict', {
    'a default directory that is not the program’s database': {
      ...clients({ ...APP, name: 'old' }),
      'api:testUser': undefined,
      'api:connections': [DATABASE],
    },
  }),
  ...rows('api:refreshTokens', 'unused', {
    'refresh tokens that no client gets': { ...loginsOf(WEB), 'api:refreshTokens': {} },
  }),
  ...rows('api:refreshTokens', 'invalid', {
    'refresh tokens with a longer idle lifetime than lifetime': {
      ...loginsOf(SPA),
      'api:refreshTokens': { lifetime: 60, idleLifetime: 61 },
    },
  }),
  ...rows('api:refreshTokens.lifetime', 'invalid', {
    'refresh tokens that live longer than a year': { ...loginsOf(SPA), 'api:refreshTokens': { lifetime: 31_557_601 } },
  }),
];

const cors = (values: object): Row['values'] => ({ ...loginsOf(SPA), 'api:cors': values });
const OTHER = { allowOrigins: ['https://acme.io'], allowHeaders: ['Authorization'] };
const CORS: readonly Row[] = [
  row('the origin of a spa client', cors(OTHER), 'api:cors.allowOrigins', 'conflict'),
  ...rows('api:cors.allowHeaders', 'conflict', {
    'the header that carries the token': cors({ ...OTHER, allowOrigins: SPA['origins'], allowHeaders: ['x'] }),
    'the Authorization header, which * does not cover': cors({ ...OTHER, allowOrigins: ['*'], allowHeaders: ['*'] }),
  }),
];

describe('A stack file with user logins', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(CLIENTS)('A stack file is rejected if it has $title', refusesOne);
  it.each(URLS)('A stack file is rejected if it has a callback $title', refusesOne);
  it.each(ORIGINS)('A stack file is rejected if it has an origin $title', refusesOne);
  it.each(PRODUCTION)('A stack file of a production stack is rejected if it has $title', refusesOne);
  it.each(USERS)('A stack file is rejected if it declares $title', refusesOne);
  it.each(CORS)('A stack file is rejected if its api:cors leaves out $title', refusesOne);

  it.each([
    'https://desk.acme.io/callback?from=auth0',
    'https://desk.acme.io:8443',
    'http://localhost/callback',
    'http://localhost:3000/callback',
    'https://*.acme.io/callback',
    'https://preview-*.acme.io',
  ])('A stack file outside production accepts the callback %s', async (url) => {
    expect((await settingsOf('dev', callback(url))).clients[0]?.callbacks).toEqual([url]);
  });

  it('A stack file reports every mistake of a client at once, each with what to write', async () => {
    const client = { ...SPA, callbacks: ['http://acme.io'], origins: ['https://acme.io/'], grants: ['password'] };
    const problems = await problemsOf({ ...loginsOf(client), 'api:passwordGrant': 'allow' });
    expect(problems.map(({ place }) => place)).toEqual([
      `${web}.grants`,
      `${web}.grants`,
      `${web}.callbacks.0`,
      `${web}.origins.0`,
    ]);
    expect(problems.map(({ message }) => message.split('; ')[1] ?? message)).toEqual([
      'write authorization_code',
      'add authorization_code, or write type: service',
      'http://acme.io: write https://, or http://localhost outside production',
      'write https://acme.io',
    ]);
  });

  it('A real engine rejects a stack file with placeholder callbacks', async () => {
    vi.spyOn(pulumi.runtime, 'hasEngine').mockReturnValue(true);
    const own = { 'auth0:domain': 'acme.eu.auth0.com', 'api:audience': 'https://api.acme.io' };
    const values = { ...callback('https://your-app.example.com/callback'), ...own };
    expect(await problemsOf(values)).toMatchObject([{ place: first('desk'), code: 'placeholder' }]);
    expect((await settingsOf('dev', { ...loginsOf(WEB), ...own })).clients).toHaveLength(1);
  });

  it('A stack file with logins needs no user, database or connection, and its defaults stay restrictive', async () => {
    const { users, connections, database } = await settingsOf('dev', { ...NO_PASSWORD, ...clients(SPA) });
    expect({ users, connections, database }).toEqual({
      users: [],
      connections: [],
      database: { signUp: false, passwordPolicy: 'good' },
    });
  });
});
