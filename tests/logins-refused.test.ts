import * as pulumi from '@pulumi/pulumi';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ProblemCode } from '../program/user-error.ts';
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

/** A row of a stack whose only client has its one problem at a key. */
const of = (title: string, client: Readonly<Record<string, unknown>>, at: string, code: ProblemCode): Row =>
  row(title, loginsOf(client), `api:clients.0 (${String(client['name'])}).${at}`, code);
const both = <C extends object>(client: C, other: string) => ({ ...client, grants: ['authorization_code', other] });
const ONCE = 'https://a.acme.io/';
const NONE = 'api:clients.0.permissions';
const DENIED = { ...loginsOf(WEB), 'api:userAccess': 'deny' };
const IDLE = { ...loginsOf({ ...WEB, grants: ['refresh_token'] }), 'api:testUser': undefined };

const CLIENTS: readonly Row[] = [
  row('a client of an unknown type', loginsOf({ ...SPA, type: 'browser' }), 'api:clients.0.type'),
  of('a service with authorization_code', both(MACHINE, 'client_credentials'), 'grants', 'conflict'),
  of('a service with callbacks', { ...MACHINE, callbacks: WEB['callbacks'] }, 'callbacks', 'unused'),
  of(
    'a public client with client_credentials',
    both({ ...SPA, permissions: [] }, 'client_credentials'),
    'grants',
    'conflict',
  ),
  row('a browser client with the password grant', clients(both(SPA, 'password')), `${web}.grants`, 'conflict'),
  of('a public client with a secret', { ...SPA, secretVersion: 0 }, 'secretVersion', 'unused'),
  row('the refresh_token grant without the authorization_code grant', IDLE, `${desk}.grants`, 'missing'),
  of('a login client without a callback', { ...WEB, callbacks: [] }, 'callbacks', 'missing'),
  of('a spa client without an origin', { ...SPA, origins: undefined }, 'origins', 'missing'),
  of('a web client with origins', { ...WEB, origins: ['https://desk.acme.io'] }, 'origins', 'unused'),
  of('a duplicate callback', { ...WEB, callbacks: [ONCE, ONCE] }, 'callbacks.1', 'duplicate'),
  of('permissions for users alone', { ...WEB, permissions: ['read:user'] }, 'permissions', 'unused'),
  row('client_credentials without permissions', loginsOf(both(WEB, 'client_credentials')), NONE, 'missing'),
  row('a third party without permissions', loginsOf({ ...PARTNER, permissions: undefined }), NONE, 'missing'),
  of('a third party with a logout URL', { ...PARTNER, logoutUrls: ['https://desk.acme.io'] }, 'logoutUrls', 'conflict'),
  of(
    'a third party with a wildcard in its callback',
    { ...PARTNER, callbacks: ['https://*.acme.io/'] },
    'callbacks.0',
    'conflict',
  ),
  row('a login client although users are denied access', DENIED, `${desk}.grants`, 'conflict'),
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
const ELSEWHERE = { 'api:connections': [DATABASE] };
/** A row of a stack with a login client, or another one, and these settings. */
const stack = (title: string, values: object, at: string, code: ProblemCode, client = WEB): Row =>
  row(title, { ...loginsOf(client), ...values }, `api:${at}`, code);
const users = (...all: readonly object[]) => ({ 'api:users': all });
const TWO = { 'api:testUser': USER, ...users({ ...USER, email: 'a@example.com' }) };
const OLD = { ...clients({ ...APP, name: 'old' }), 'api:testUser': undefined, ...ELSEWHERE };
const refresh = (tokens: object) => ({ ...loginsOf(SPA), 'api:refreshTokens': tokens });

const USERS: readonly Row[] = [
  stack('a user with an undeclared role', users({ ...USER, roles: ['raeder'] }), 'users.0.roles', 'undeclared'),
  stack('a duplicate user', users(USER, USER), 'users.1.email', 'duplicate'),
  stack('users under both api:users and api:testUser', TWO, 'testUser', 'conflict'),
  stack('a user although no client has a login', users(USER), 'users.0', 'conflict', MACHINE),
  stack('a user denied access', { 'api:userAccess': 'deny', ...users(USER) }, 'users.0', 'conflict', MACHINE),
  stack(
    'a user of an unlisted connection',
    users({ ...USER, connection: DATABASE }),
    'users.0.connection',
    'undeclared',
  ),
  stack('a user without a connection', { ...ELSEWHERE, ...users(USER) }, 'users.0', 'missing'),
  stack('a connection with a space', { 'api:connections': ['My users'] }, 'connections.0', 'invalid'),
  stack('a duplicate connection', { 'api:connections': [DATABASE, DATABASE] }, 'connections', 'duplicate'),
  stack('connections although no client has a login', ELSEWHERE, 'connections', 'unused', MACHINE),
  stack('a database although no client has a login', { 'api:database': {} }, 'database', 'unused', MACHINE),
  stack('both a database and connections', { ...ELSEWHERE, 'api:database': {} }, 'database', 'unused'),
  stack('a weak password policy', { 'api:database': { passwordPolicy: 'low' } }, 'database.passwordPolicy', 'invalid'),
  row('a default directory that is not the program’s database', OLD, 'api:defaultDirectory', 'conflict'),
  stack('refresh tokens that no client gets', { 'api:refreshTokens': {} }, 'refreshTokens', 'unused'),
  row('a longer idle lifetime than lifetime', refresh({ lifetime: 60, idleLifetime: 61 }), 'api:refreshTokens'),
  row('a lifetime of more than a year', refresh({ lifetime: 31_557_601 }), 'api:refreshTokens.lifetime'),
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
