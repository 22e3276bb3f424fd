import { describe, expect, it } from 'vitest';
import { contract as shipped } from '../contract.ts';
import { checkContract, type Contract } from '../program/contract/define-contract.ts';
import type { ProblemCode } from '../program/user-error.ts';
import { HANDLER } from './support/handlers.ts';
import { recordWith, refusal, root } from './support/program.ts';

const PERMISSIONS = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`p${index}`, `Permission ${index}`]));
const ANY_TOKEN = { handler: 'test', scopes: 'any token' };
const REPORTS = 'arn:aws:lambda:eu-central-1:123456789012:function:reports';
const FORWARD = { forward: 'https://a.example', scopes: ['read:user'] };
const ROUTE = { handler: 'test', scopes: ['read:user'] };

/** A contract with one problem: where it is after `contract.ts, `, and its code. */
interface Row {
  readonly title: string;
  /** Which part of the shipped contract is replaced; it may break the types, as a run strips them. */
  readonly change: Readonly<Partial<Record<keyof Contract, unknown>>>;
  readonly place: string;
  readonly code: ProblemCode;
}

const change = (title: string, place: string, code: ProblemCode, replaced: Row['change']): Row => ({
  title,
  change: replaced,
  place,
  code,
});
const within = (place: string, key: string): string => (key === '' ? place : `${place}, ${key}`);

/** Problems at the same place of a route: title to the route's key and what it says. */
const routes = (code: ProblemCode, at: string, all: Readonly<Record<string, readonly [string, object]>>): Row[] =>
  Object.entries(all).map(([title, [key, spec]]) =>
    change(title, within(`routes, ${JSON.stringify(key)}`, at), code, { routes: { [key]: spec } }),
  );

/** Problems at the same place of the handler `test`: title to what it says otherwise. */
const handlers = (code: ProblemCode, at: string, all: Readonly<Record<string, object>>): Row[] =>
  Object.entries(all).map(([title, more]) =>
    change(title, within('handlers, test', at), code, { handlers: { test: { ...HANDLER, ...more } } }),
  );

const permission = (title: string, name: string, description: unknown): Row =>
  change(title, `permissions, ${/^\w+$/.test(name) ? name : JSON.stringify(name)}`, 'invalid', {
    permissions: { ...shipped.permissions, [name]: description },
  });

const REFUSED: readonly Row[] = [
  ...routes('undeclared', 'scopes, 0', {
    // C14
    'a route with an undeclared permission': ['GET /x', { ...ROUTE, scopes: ['read:usr'] }],
    'a route with an inherited property name as permission': ['GET /x', { ...ROUTE, scopes: ['toString'] }],
  }),
  ...routes('undeclared', 'handler', {
    'a route with an undeclared handler': ['GET /x', { ...ROUTE, handler: 'tset' }],
    'a route with an inherited property name as handler': ['GET /x', { ...ROUTE, handler: 'valueOf' }],
  }),
  ...routes('duplicate', 'scopes', {
    'a route with a duplicate permission': ['GET /x', { ...ROUTE, scopes: ['read:user', 'read:user'] }],
  }),
  ...routes('invalid', 'scopes', {
    // C13
    'a route with an empty scope list': ['GET /x', { ...ROUTE, scopes: [] }],
    'a route without scopes': ['GET /x', { handler: 'test' }],
    'a route with an unknown string for its scopes': ['GET /x', { ...ROUTE, scopes: 'open' }],
  }),
  ...routes('unknown', '', {
    'a route with an unknown setting': ['GET /x', { ...ROUTE, exmaples: {} }],
    'a route with a throttle': ['GET /x', { ...ROUTE, throttle: { rate: 1 } }],
  }),
  ...routes('unused', 'reason', {
    'a reason of a route that needs none': ['GET /x', { ...ANY_TOKEN, reason: 'Users read their own profile' }],
  }),
  ...routes('invalid', 'reason', { 'a reason of eight characters': ['POST /x', { ...ANY_TOKEN, reason: 'It is so' }] }),
  ...routes('unknown', 'examples', {
    'a route with an example for a parameter that its path lacks': ['GET /x', { ...ROUTE, examples: { id: '1' } }],
    'a route with a misspelt example': ['GET /{id}', { ...ROUTE, examples: { id: '1', ip: '1' } }],
  }),
  ...routes('missing', 'examples, b', {
    'a route with an example for one of two parameters': ['GET /{a}/{b}', { ...ROUTE, examples: { a: '1' } }],
  }),
  ...routes('invalid', 'examples', { 'examples that are not a map': ['GET /{id}', { ...ROUTE, examples: '1' }] }),
  ...routes('invalid', 'examples, id', {
    'an empty example': ['GET /{id}', { ...ROUTE, examples: { id: '' } }],
    'an example that is not a string': ['GET /{id}', { ...ROUTE, examples: { id: 1 } }],
    'an example of two segments for a parameter of one': ['GET /{id}', { ...ROUTE, examples: { id: 'a/b' } }],
    'an example that is a dot segment': ['GET /{id}', { ...ROUTE, examples: { id: '..' } }],
  }),
  ...routes('invalid', 'forward', {
    'a route forwarded over plain HTTP': ['GET /x', { ...FORWARD, forward: 'http://a.example' }],
    'a route forwarded to a number': ['GET /x', { ...FORWARD, forward: 7 }],
    'a route forwarded to localhost': ['GET /x', { ...FORWARD, forward: 'https://localhost' }],
    'a route forwarded into a private network': ['GET /x', { ...FORWARD, forward: 'https://10.0.0.1/x' }],
    'a route with a parameter as the host of its URL': ['GET /{h}', { ...FORWARD, forward: 'https://{h}.example' }],
    'a route with credentials in its URL': ['GET /x', { ...FORWARD, forward: 'https://u:p@a.example' }],
    'a route with a query in its URL': ['GET /x', { ...FORWARD, forward: 'https://a.example/x?a=1' }],
    'a route with a dot segment in its URL': ['GET /x', { ...FORWARD, forward: 'https://a.example/../x' }],
    'a route with an open brace in its URL': ['GET /{id}', { ...FORWARD, forward: 'https://a.example/{id' }],
    'a parameter in a URL that the path lacks': ['GET /{id}', { ...FORWARD, forward: 'https://a.example/{ip}' }],
    'a route with a greedy parameter in its URL': ['GET /{r+}', { ...FORWARD, forward: 'https://a.example/{r+}' }],
  }),
  ...routes('invalid', 'function', {
    'a route to a function named without its ARN': ['GET /x', { function: 'reports', scopes: 'public' }],
    'a route to the $LATEST version of a function': ['GET /x', { function: `${REPORTS}:$LATEST`, scopes: 'public' }],
  }),
  ...routes('invalid', '', {
    'a route without a handler, URL or function': ['GET /x', { scopes: 'public' }],
    'a route with both a handler and a URL': ['GET /x', { ...ROUTE, ...FORWARD }],
    'a path parameter with a colon': ['GET /orders/:id', ROUTE],
    'a route key without a method': ['/x', ROUTE],
    'a route key with two spaces': ['GET  /x', ROUTE],
    'a route key with an unknown method': ['FETCH /x', ROUTE],
    'a route key with a method in lower case': ['get /x', ROUTE],
    'a route key without a slash': ['GET x', ROUTE],
    'a route key that ends in a slash': ['GET /x/', ROUTE],
    'a route key with an open brace': ['GET /{x', ROUTE],
    'a route key with a greedy parameter before its end': ['GET /{x+}/y', ROUTE],
    'a route key with a duplicate parameter': ['GET /{x}/{x}', ROUTE],
  }),
  change('a route with 11 scopes', 'routes, "GET /x", scopes', 'quota', {
    permissions: { ...shipped.permissions, ...PERMISSIONS },
    routes: { 'GET /x': { ...ROUTE, scopes: Object.keys(PERMISSIONS) } },
  }),
  change('a route with a scope of 65 characters, one more than a route can have', 'routes, "GET /x", scopes', 'quota', {
    permissions: { ...shipped.permissions, ['p'.repeat(65)]: 'Long' },
    routes: { 'GET /x': { ...ROUTE, scopes: ['p'.repeat(65)] } },
  }),
  change('a permission that is similar to two declared ones', 'routes, "GET /x", scopes, 0', 'undeclared', {
    permissions: { 'read:user': 'Read one', 'read:users': 'Read all' },
    routes: { 'GET /x': { ...ROUTE, scopes: ['read:userss'] } },
  }),
  change('two routes that match the same requests', 'routes, "GET /users/{name}"', 'duplicate', {
    routes: { 'GET /users/{id}': ROUTE, 'GET /users/{name}': ROUTE },
  }),
  change('two names for parameters at one place of the path', 'routes, "GET /users/{userId}/{id}"', 'conflict', {
    routes: { 'GET /users/{id}': ROUTE, 'GET /users/{userId}/{id}': ROUTE },
  }),
  change('a role with an undeclared permission', 'roles, reader, 1', 'undeclared', {
    roles: { reader: ['read:user', 'read:usr'] },
  }),
  change('a role with a duplicate permission', 'roles, reader', 'duplicate', {
    roles: { reader: ['read:user', 'read:user'] },
  }),
  change('a role whose permissions are not a list', 'roles, reader', 'invalid', { roles: { reader: 'read:user' } }),
  change('a role without a name', 'roles, " "', 'invalid', { roles: { reader: [], ' ': [] } }),
  change('more roles than Auth0 accepts', 'roles', 'quota', {
    roles: { reader: ['read:user'], ...numbered(1000, ['read:user']) },
  }),
  ...handlers('invalid', 'file', {
    'a handler whose file is missing': { file: 'handler/tset.ts' },
    'a handler whose file is a folder': { file: 'tests/fixture/handler' },
  }),
  ...handlers('missing', 'file', { 'a handler without a file': { file: undefined } }),
  ...handlers('invalid', 'memory', {
    'a handler with less than 128 MB': { memory: 127 },
    'a handler with more than 10240 MB': { memory: 10_241 },
    'a handler with a fraction of a MB': { memory: 128.5 },
  }),
  ...handlers('missing', 'memory', { 'a handler without memory': { memory: undefined } }),
  ...handlers('invalid', 'timeout', {
    'a handler with a timeout of zero': { timeout: 0 },
    'a handler with a timeout longer than the gateway’s': { timeout: 31 },
  }),
  ...handlers('invalid', 'reservedConcurrency', {
    'a handler with a reserved concurrency of zero': { reservedConcurrency: 0 },
  }),
  ...handlers('invalid', 'environment, AWS_LAMBDA_FUNCTION_NAME', {
    'a handler with a variable that AWS reserves': { environment: { AWS_LAMBDA_FUNCTION_NAME: 'x' } },
  }),
  ...handlers('invalid', 'statements, 0, actions, 0', {
    'a handler with a statement that allows every action': { statements: [{ actions: ['*'], resources: ['*'] }] },
  }),
  // C03 and C04
  ...handlers('invalid', 'statements, 0, actions', {
    'a handler with a wildcard in an action': { statements: [{ actions: ['s3:*t*'], resources: ['*'] }] },
    'a handler that may create access keys': { statements: [{ actions: ['iam:CreateAccessKey'], resources: ['*'] }] },
  }),
  ...handlers('unknown', '', { 'a handler with a misspelt setting': { formrely: 'old' } }),
  ...handlers('duplicate', 'formerly', { 'a handler whose former name is its name': { formerly: 'test' } }),
  ...handlers('invalid', 'formerly', {
    'a handler whose former name is not a valid name': { formerly: 'a.b' },
    'a handler whose former name is a number': { formerly: 7 },
  }),
  change('a handler whose former name is the name of another', 'handlers, other, formerly', 'duplicate', {
    handlers: { test: HANDLER, other: { ...HANDLER, formerly: 'test' } },
  }),
  change('a handler key with a dot', 'handlers, "a.b"', 'invalid', { handlers: { test: HANDLER, 'a.b': HANDLER } }),
  ...handlers('invalid', 'runtime', { 'an unknown runtime': { runtime: 'nodejs20.x' } }),
  ...handlers('invalid', 'architecture', { 'an unknown processor': { architecture: 'arm' } }),
  ...handlers('invalid', 'packages, 0', { 'a package with a version': { packages: ['sharp@1'] } }),
  ...handlers('invalid', 'files, 0', {
    'a file outside the project': { files: ['../secret'] },
    'a file that does not exist': { files: ['templates'] },
  }),
  ...handlers('invalid', 'layers, 0', {
    'a layer without a version': { layers: ['arn:aws:lambda:eu-central-1:123456789012:layer:x'] },
  }),
  ...handlers('invalid', 'ephemeralStorage', {
    'ephemeral storage of less than Lambda has': { ephemeralStorage: 100 },
  }),
  change('more permissions than Auth0 accepts', 'permissions', 'quota', {
    permissions: { ...shipped.permissions, ...numbered(998, 'Read') },
  }),
  permission('a permission with a space', 'read user', 'Read'),
  permission('a permission with a quote', 'read"user', 'Read'),
  permission('a permission of 281 characters', 'p'.repeat(281), 'Long'),
  permission('a permission without a name', '', 'Nothing'),
  permission('a permission without a description', 'read:it', ' '),
  permission('a permission with a longer description than Auth0 accepts', 'read:it', 'x'.repeat(501)),
  permission('a permission whose description is not a string', 'read:it', 5),
  ...['openid', 'profile', 'email', 'address', 'phone', 'offline_access'].map((scope) =>
    permission(`a permission that OpenID Connect reserves: ${scope}`, scope, 'Log in'),
  ),
];

function numbered<T>(count: number, value: T): Record<string, T> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, value]));
}

/** Place and code of each problem. */
async function problemsOf(replaced: Row['change']): Promise<(readonly [string, ProblemCode])[]> {
  const { problems } = await refusal(() => checkContract({ ...shipped, ...replaced } as Contract, root));
  return problems.map(({ place, code }) => [place.replace(/^contract\.ts(?::\d+)?, /, ''), code]);
}

describe('The contract', () => {
  it('The shipped contract is valid and declares the case of the article', () => {
    expect(() => checkContract(shipped, root)).not.toThrow();
    expect(Object.keys(shipped.permissions)).toEqual(['read:user', 'write:user', 'read:appointments']);
    expect(shipped.routes).toEqual({ 'GET /test': ROUTE });
    expect(Object.values(shipped.roles)).toContainEqual(['read:user']);
  });

  it.each(REFUSED)('The contract is rejected if it has $title', async ({ change: replaced, ...row }) => {
    expect(await problemsOf(replaced)).toEqual([[row.place, row.code]]);
  });

  it('The contract is rejected if it has two handlers with the same former name', async () => {
    const handler = { ...HANDLER, formerly: 'old' };
    expect(await problemsOf({ handlers: { test: handler, other: handler } })).toEqual([
      ['handlers, test, formerly', 'duplicate'],
      ['handlers, other, formerly', 'duplicate'],
    ]);
  });

  it('A problem of a route names the line of its key in contract.ts', async () => {
    const handlers = { test: { ...HANDLER, file: 'handler/test.ts' } };
    const broken = { ...shipped, handlers, routes: { 'GET /test': { ...ROUTE, handler: 'gone' } } };
    const { problems } = await refusal(() =>
      checkContract(broken as unknown as Contract, new URL('tests/fixture/', root)),
    );
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
