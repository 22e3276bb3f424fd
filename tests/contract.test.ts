import { describe, expect, it } from 'vitest';
import { contract as shipped } from '../contract.ts';
import { checkContract, type Contract } from '../program/contract/define-contract.ts';
import type { ProblemCode } from '../program/user-error.ts';
import { HANDLER } from './support/handlers.ts';
import { recordWith, refusal, root } from './support/program.ts';

const PERMISSIONS = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`p${index}`, `Permission ${index}`]));
const FORWARD = { forward: 'https://a.example', scopes: ['read:user'] };
const ROUTE = { handler: 'test', scopes: ['read:user'] };

interface Row {
  readonly title: string;
  /** Which part of the shipped contract is replaced; it may break the types, as a run strips them. */
  readonly change: Readonly<Partial<Record<keyof Contract, unknown>>>;
  /** The place of each problem after `contract.ts, `, and its code. */
  readonly problems: readonly (readonly [place: string, code: ProblemCode])[];
}

const within = (place: string, key: string | undefined): string => (key === undefined ? place : `${place}, ${key}`);

const route = (title: string, key: string, spec: object, code: ProblemCode, at?: string): Row => ({
  title,
  change: { routes: { [key]: spec } },
  problems: [[within(`routes, ${JSON.stringify(key)}`, at), code]],
});

const handler = (title: string, change: object, code: ProblemCode, at?: string): Row => ({
  title,
  change: { handlers: { test: { ...HANDLER, ...change } } },
  problems: [[within('handlers, test', at), code]],
});

const permission = (title: string, name: string, description: unknown, code: ProblemCode): Row => ({
  title,
  change: { permissions: { ...shipped.permissions, [name]: description } },
  problems: [[`permissions, ${/^\w+$/.test(name) ? name : JSON.stringify(name)}`, code]],
});

const REFUSED: readonly Row[] = [
  route(
    'a route with an undeclared permission',
    'GET /x',
    { ...ROUTE, scopes: ['read:usr'] },
    'undeclared',
    'scopes, 0',
  ),
  route(
    'a route with an inherited property name as permission',
    'GET /x',
    { ...ROUTE, scopes: ['toString'] },
    'undeclared',
    'scopes, 0',
  ),
  route(
    'a route with a duplicate permission',
    'GET /x',
    { ...ROUTE, scopes: ['read:user', 'read:user'] },
    'duplicate',
    'scopes',
  ),
  route('a route with an undeclared handler', 'GET /x', { ...ROUTE, handler: 'tset' }, 'undeclared', 'handler'),
  route(
    'a route with an inherited property name as handler',
    'GET /x',
    { ...ROUTE, handler: 'valueOf' },
    'undeclared',
    'handler',
  ),
  route('a route with an empty scope list', 'GET /x', { ...ROUTE, scopes: [] }, 'invalid', 'scopes'),
  route('a route with an unknown setting', 'GET /x', { ...ROUTE, exmaples: {} }, 'unknown'),
  route(
    'a reason of a route that needs none',
    'GET /x',
    { ...ROUTE, scopes: 'any token', reason: 'Users read their own profile' },
    'unused',
    'reason',
  ),
  route(
    'a reason of eight characters',
    'POST /x',
    { ...ROUTE, scopes: 'any token', reason: 'It is so' },
    'invalid',
    'reason',
  ),
  route('a route with a throttle', 'GET /x', { ...ROUTE, throttle: { rate: 1 } }, 'unknown'),
  route('a path parameter with a colon', 'GET /orders/:id', ROUTE, 'invalid'),
  route('a route without scopes', 'GET /x', { handler: 'test' }, 'invalid', 'scopes'),
  route('a route with an unknown string for its scopes', 'GET /x', { ...ROUTE, scopes: 'open' }, 'invalid', 'scopes'),
  route(
    'a route with an example for a parameter that its path lacks',
    'GET /x',
    { ...ROUTE, examples: { id: '1' } },
    'unknown',
    'examples',
  ),
  route(
    'a route with a misspelt example',
    'GET /{id}',
    { ...ROUTE, examples: { id: '1', ip: '1' } },
    'unknown',
    'examples',
  ),
  route(
    'a route with an example for one of two parameters',
    'GET /{a}/{b}',
    { ...ROUTE, examples: { a: '1' } },
    'missing',
    'examples, b',
  ),
  route('an empty example', 'GET /{id}', { ...ROUTE, examples: { id: '' } }, 'invalid', 'examples, id'),
  route('an example that is not a string', 'GET /{id}', { ...ROUTE, examples: { id: 1 } }, 'invalid', 'examples, id'),
  route(
    'an example of two segments for a parameter of one',
    'GET /{id}',
    { ...ROUTE, examples: { id: 'a/b' } },
    'invalid',
    'examples, id',
  ),
  route(
    'an example that is a dot segment',
    'GET /{id}',
    { ...ROUTE, examples: { id: '..' } },
    'invalid',
    'examples, id',
  ),
  route('examples that are not a map', 'GET /{id}', { ...ROUTE, examples: '1' }, 'invalid', 'examples'),
  route('a route without a handler, URL or function', 'GET /x', { scopes: 'public' }, 'invalid'),
  route('a route with both a handler and a URL', 'GET /x', { ...ROUTE, ...FORWARD }, 'invalid'),
  route(
    'a route forwarded over plain HTTP',
    'GET /x',
    { ...FORWARD, forward: 'http://a.example' },
    'invalid',
    'forward',
  ),
  route('a route forwarded to a number', 'GET /x', { ...FORWARD, forward: 7 }, 'invalid', 'forward'),
  route('a route forwarded to localhost', 'GET /x', { ...FORWARD, forward: 'https://localhost' }, 'invalid', 'forward'),
  route(
    'a route forwarded into a private network',
    'GET /x',
    { ...FORWARD, forward: 'https://10.0.0.1/x' },
    'invalid',
    'forward',
  ),
  route(
    'a route with a parameter as the host of its URL',
    'GET /{h}',
    { ...FORWARD, forward: 'https://{h}.example' },
    'invalid',
    'forward',
  ),
  route(
    'a route with credentials in its URL',
    'GET /x',
    { ...FORWARD, forward: 'https://u:p@a.example' },
    'invalid',
    'forward',
  ),
  route(
    'a route with a query in its URL',
    'GET /x',
    { ...FORWARD, forward: 'https://a.example/x?a=1' },
    'invalid',
    'forward',
  ),
  route(
    'a route with a dot segment in its URL',
    'GET /x',
    { ...FORWARD, forward: 'https://a.example/../x' },
    'invalid',
    'forward',
  ),
  route(
    'a route with an open brace in its URL',
    'GET /{id}',
    { ...FORWARD, forward: 'https://a.example/{id' },
    'invalid',
    'forward',
  ),
  route(
    'a route with a parameter in its URL that its path lacks',
    'GET /{id}',
    { ...FORWARD, forward: 'https://a.example/{ip}' },
    'invalid',
    'forward',
  ),
  route(
    'a route with a greedy parameter in its URL',
    'GET /{rest+}',
    { ...FORWARD, forward: 'https://a.example/{rest+}' },
    'invalid',
    'forward',
  ),
  route(
    'a route to a function named without its ARN',
    'GET /x',
    { function: 'reports', scopes: 'public' },
    'invalid',
    'function',
  ),
  route(
    'a route to the $LATEST version of a function',
    'GET /x',
    { function: 'arn:aws:lambda:eu-central-1:123456789012:function:reports:$LATEST', scopes: 'public' },
    'invalid',
    'function',
  ),
  route('a route key without a method', '/x', ROUTE, 'invalid'),
  route('a route key with two spaces', 'GET  /x', ROUTE, 'invalid'),
  route('a route key with an unknown method', 'FETCH /x', ROUTE, 'invalid'),
  route('a route key with a method in lower case', 'get /x', ROUTE, 'invalid'),
  route('a route key without a slash', 'GET x', ROUTE, 'invalid'),
  route('a route key that ends in a slash', 'GET /x/', ROUTE, 'invalid'),
  route('a route key with an open brace', 'GET /{x', ROUTE, 'invalid'),
  route('a route key with a greedy parameter before its end', 'GET /{x+}/y', ROUTE, 'invalid'),
  route('a route key with a duplicate parameter', 'GET /{x}/{x}', ROUTE, 'invalid'),
  {
    title: 'a route with 11 scopes',
    change: {
      permissions: { ...shipped.permissions, ...PERMISSIONS },
      routes: { 'GET /x': { ...ROUTE, scopes: Object.keys(PERMISSIONS) } },
    },
    problems: [['routes, "GET /x", scopes', 'quota']],
  },
  {
    title: 'a route with a permission that is similar to two declared ones',
    change: {
      permissions: { 'read:user': 'Read one', 'read:users': 'Read all' },
      routes: { 'GET /x': { ...ROUTE, scopes: ['read:userss'] } },
    },
    problems: [['routes, "GET /x", scopes, 0', 'undeclared']],
  },
  {
    title: 'two routes that match the same requests',
    change: { routes: { 'GET /users/{id}': ROUTE, 'GET /users/{name}': ROUTE } },
    problems: [['routes, "GET /users/{name}"', 'duplicate']],
  },
  {
    title: 'two routes whose parameters have different names at one place of the path',
    change: { routes: { 'GET /users/{id}': ROUTE, 'GET /users/{userId}/{id}': ROUTE } },
    problems: [['routes, "GET /users/{userId}/{id}"', 'conflict']],
  },
  {
    title: 'a role with an undeclared permission',
    change: { roles: { reader: ['read:user', 'read:usr'] } },
    problems: [['roles, reader, 1', 'undeclared']],
  },
  {
    title: 'a role with a duplicate permission',
    change: { roles: { reader: ['read:user', 'read:user'] } },
    problems: [['roles, reader', 'duplicate']],
  },
  {
    title: 'a role whose permissions are not a list',
    change: { roles: { reader: 'read:user' } },
    problems: [['roles, reader', 'invalid']],
  },
  handler('a handler whose file is missing', { file: 'handler/tset.ts' }, 'invalid', 'file'),
  handler('a handler whose file is a folder', { file: 'tests/fixture/handler' }, 'invalid', 'file'),
  handler('a handler without a file', { file: undefined }, 'missing', 'file'),
  handler('a handler with less than 128 MB', { memory: 127 }, 'invalid', 'memory'),
  handler('a handler with more than 10240 MB', { memory: 10_241 }, 'invalid', 'memory'),
  handler('a handler with a fraction of a MB', { memory: 128.5 }, 'invalid', 'memory'),
  handler('a handler without memory', { memory: undefined }, 'missing', 'memory'),
  handler('a handler with a timeout of zero', { timeout: 0 }, 'invalid', 'timeout'),
  handler('a handler with a timeout longer than the gateway’s', { timeout: 31 }, 'invalid', 'timeout'),
  handler(
    'a handler with a reserved concurrency of zero',
    { reservedConcurrency: 0 },
    'invalid',
    'reservedConcurrency',
  ),
  handler(
    'a handler with a variable that AWS reserves',
    { environment: { AWS_LAMBDA_FUNCTION_NAME: 'x' } },
    'invalid',
    'environment, AWS_LAMBDA_FUNCTION_NAME',
  ),
  handler(
    'a handler with a statement that allows every action',
    { statements: [{ actions: ['*'], resources: ['*'] }] },
    'invalid',
    'statements, 0, actions, 0',
  ),
  handler('a handler with a misspelt setting', { formrely: 'old' }, 'unknown'),
  handler('a handler whose former name is its name', { formerly: 'test' }, 'duplicate', 'formerly'),
  handler('a handler whose former name is not a valid name', { formerly: 'a.b' }, 'invalid', 'formerly'),
  handler('a handler whose former name is a number', { formerly: 7 }, 'invalid', 'formerly'),
  {
    title: 'a handler whose former name is the name of another handler',
    change: { handlers: { test: HANDLER, other: { ...HANDLER, formerly: 'test' } } },
    problems: [['handlers, other, formerly', 'duplicate']],
  },
  {
    title: 'two handlers with the same former name',
    change: { handlers: { test: { ...HANDLER, formerly: 'old' }, other: { ...HANDLER, formerly: 'old' } } },
    problems: [
      ['handlers, test, formerly', 'duplicate'],
      ['handlers, other, formerly', 'duplicate'],
    ],
  },
  {
    title: 'a handler key with a dot',
    change: { handlers: { test: HANDLER, 'a.b': HANDLER } },
    problems: [['handlers, "a.b"', 'invalid']],
  },
  handler('an unknown runtime', { runtime: 'nodejs20.x' }, 'invalid', 'runtime'),
  handler('an unknown processor', { architecture: 'arm' }, 'invalid', 'architecture'),
  handler('a package with a version', { packages: ['sharp@1'] }, 'invalid', 'packages, 0'),
  handler('a file outside the project', { files: ['../secret'] }, 'invalid', 'files, 0'),
  handler('a file that does not exist', { files: ['templates'] }, 'invalid', 'files, 0'),
  handler(
    'a layer without a version',
    { layers: ['arn:aws:lambda:eu-central-1:123456789012:layer:x'] },
    'invalid',
    'layers, 0',
  ),
  handler('ephemeral storage of less than Lambda has', { ephemeralStorage: 100 }, 'invalid', 'ephemeralStorage'),
  permission('a permission with a space', 'read user', 'Read', 'invalid'),
  permission('a permission with a quote', 'read"user', 'Read', 'invalid'),
  permission('a permission of 281 characters', 'p'.repeat(281), 'Long', 'invalid'),
  permission('a permission without a name', '', 'Nothing', 'invalid'),
  ...['openid', 'profile', 'email', 'address', 'phone', 'offline_access'].map((scope) =>
    permission(`a permission that OpenID Connect reserves: ${scope}`, scope, 'Log in', 'invalid'),
  ),
  {
    title: 'more permissions than Auth0 accepts',
    change: { permissions: { ...shipped.permissions, ...numbered(998, 'Read') } },
    problems: [['permissions', 'quota']],
  },
  {
    title: 'more roles than Auth0 accepts',
    change: { roles: { reader: ['read:user'], ...numbered(1000, ['read:user']) } },
    problems: [['roles', 'quota']],
  },
  {
    title: 'a role without a name',
    change: { roles: { reader: [], ' ': [] } },
    problems: [['roles, " "', 'invalid']],
  },
  {
    title: 'a route with a scope of 65 characters, one more than a route can have',
    change: {
      permissions: { ...shipped.permissions, ['p'.repeat(65)]: 'Long' },
      routes: { 'GET /x': { ...ROUTE, scopes: ['p'.repeat(65)] } },
    },
    problems: [['routes, "GET /x", scopes', 'quota']],
  },
  permission('a permission without a description', 'read:it', ' ', 'invalid'),
  permission('a permission with a longer description than Auth0 accepts', 'read:it', 'x'.repeat(501), 'invalid'),
  permission('a permission whose description is not a string', 'read:it', 5, 'invalid'),
];

function numbered<T>(count: number, value: T): Record<string, T> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, value]));
}

describe('The contract', () => {
  it('The shipped contract is valid and declares the case of the article', () => {
    expect(() => checkContract(shipped, root)).not.toThrow();
    expect(Object.keys(shipped.permissions)).toEqual(['read:user', 'write:user', 'read:appointments']);
    expect(shipped.routes).toEqual({ 'GET /test': ROUTE });
    expect(Object.values(shipped.roles)).toContainEqual(['read:user']);
  });

  it.each(REFUSED)('The contract is rejected if it has $title', async ({ change, problems }) => {
    const error = await refusal(() => checkContract({ ...shipped, ...change } as Contract, root));
    expect(error.problems.map(({ place, code }) => [place.replace(/^contract\.ts(?::\d+)?, /, ''), code])).toEqual(
      problems,
    );
  });

  it('A problem of a route names the line of its key in contract.ts', async () => {
    const broken = { ...shipped, routes: { 'GET /test': { ...ROUTE, handler: 'gone' } } } as unknown as Contract;
    const { problems } = await refusal(() => checkContract(broken, root));
    expect(problems.map(({ place }) => place)).toEqual(['contract.ts:14, routes, "GET /test", handler']);
  });

  it.each(['$default', 'ANY /', 'GET /a/{b}/{c+}', 'DELETE /a.b~c', 'OPTIONS /{proxy+}'])(
    'The contract accepts the route key %s',
    (key) => {
      expect(() =>
        checkContract({ ...shipped, routes: { [key]: { ...ROUTE, scopes: 'public' } } }, root),
      ).not.toThrow();
    },
  );

  it('The contract accepts two routes that differ only in method or greediness', () => {
    const spec = { handler: 'test', scopes: 'public' } as const;
    const routes = { 'GET /{a}': spec, 'ANY /{b}': spec, 'GET /{c+}': spec, 'GET /x/{d}': spec };
    expect(() => checkContract({ ...shipped, routes }, root)).not.toThrow();
  });

  it('All problems of a contract are reported at once', async () => {
    const broken = {
      permissions: { ...shipped.permissions, 'a b': 'A' },
      handlers: { test: { ...HANDLER, timeout: 60 } },
      routes: { 'GET x': ROUTE, 'GET /y': { ...ROUTE, scopes: [] } },
      roles: { reader: ['nope'] },
    } as unknown as Contract;
    const { problems, message } = await refusal(() => checkContract(broken, root));
    expect(problems).toHaveLength(5);
    expect(message.split('\n')).toHaveLength(6);
  });

  it('A rejected contract registers no resource', async () => {
    const contract = { ...shipped, roles: { reader: ['nope'] } };
    expect((await refusal(() => recordWith({ contract }))).code).toBe('contract');
  });
});
