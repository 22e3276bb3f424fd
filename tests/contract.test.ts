import { describe, expect, it } from 'vitest';
import { contract as shipped } from '../contract.ts';
import { checkContract, type Contract } from '../program/contract/define-contract.ts';
import { HANDLER } from './support/handlers.ts';
import { recordWith, refusal, root } from './support/program.ts';

const PERMISSIONS = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`p${index}`, `Permission ${index}`]));
const FORWARD = { forward: 'https://a.example', scopes: ['read:user'] };
const ROUTE = { handler: 'test', scopes: ['read:user'] };

interface Row {
  readonly title: string;
  /** Which part of the shipped contract is replaced; it may break the types, as a run strips them. */
  readonly change: Readonly<Partial<Record<keyof Contract, unknown>>>;
  /** Where the problems are, after `contract.ts, `, and a part of what each says. */
  readonly problems: readonly (readonly [place: string, says: string])[];
}

const route = (title: string, key: string, spec: object, says: string, example?: string): Row => ({
  title,
  change: { routes: { [key]: spec } },
  problems: [[`routes, "${key}"${example === undefined ? '' : `, examples, ${example}`}`, says]],
});

const handler = (title: string, change: object, says: string, setting?: string): Row => ({
  title,
  change: { handlers: { test: { ...HANDLER, ...change } } },
  problems: [[`handlers, test${setting === undefined ? '' : `, ${setting}`}`, says]],
});

const permission = (title: string, name: string, description: unknown, says: string): Row => ({
  title,
  change: { permissions: { ...shipped.permissions, [name]: description } },
  problems: [[`permissions, ${JSON.stringify(name)}`, says]],
});

const REFUSED: readonly Row[] = [
  route('a route with an undeclared permission', 'GET /x', { ...ROUTE, scopes: ['read:usr'] }, 'mean read:user?'),
  route('a route with an inherited name as permission', 'GET /x', { ...ROUTE, scopes: ['toString'] }, 'not declared'),
  route('a route with a permission twice', 'GET /x', { ...ROUTE, scopes: ['read:user', 'read:user'] }, 'named twice'),
  route('a route with an undeclared handler', 'GET /x', { ...ROUTE, handler: 'tset' }, 'did you mean test?'),
  route('a route with an inherited name as handler', 'GET /x', { ...ROUTE, handler: 'valueOf' }, 'not declared'),
  route('a route with an empty scope list', 'GET /x', { ...ROUTE, scopes: [] }, 'let in any token of the audience'),
  route(
    'a route with a setting that nobody reads',
    'GET /x',
    { ...ROUTE, exmaples: {} },
    '"exmaples" here; did you mean examples?',
  ),
  route(
    'a route with a throttle',
    'GET /x',
    { ...ROUTE, throttle: { rate: 1 } },
    'stands in the stack file, api:routeThrottles',
  ),
  route('a parameter as other routers have it', 'GET /orders/:id', ROUTE, 'write {id} for a parameter'),
  route('a route without scopes', 'GET /x', { handler: 'test' }, 'a list of permissions or the word public'),
  route('a route with another word than public', 'GET /x', { ...ROUTE, scopes: 'open' }, 'the word public'),
  route(
    'a route with an example that its path has not',
    'GET /x',
    { ...ROUTE, examples: { id: '1' } },
    'no {id}',
    'id',
  ),
  route('a route with a misspelt example', 'GET /{id}', { ...ROUTE, examples: { id: '1', ip: '1' } }, 'mean id?', 'ip'),
  route('a route with one example of two', 'GET /{a}/{b}', { ...ROUTE, examples: { a: '1' } }, 'all of its', 'b'),
  route('an example that is empty', 'GET /{id}', { ...ROUTE, examples: { id: '' } }, 'give it a text', 'id'),
  route('an example that is no text', 'GET /{id}', { ...ROUTE, examples: { id: 1 } }, 'give it a text', 'id'),
  route('an example of two segments for one', 'GET /{id}', { ...ROUTE, examples: { id: 'a/b' } }, 'no slash', 'id'),
  route('an example of dots', 'GET /{id}', { ...ROUTE, examples: { id: '..' } }, 'no empty segment, . or ..', 'id'),
  route('examples that are no map', 'GET /{id}', { ...ROUTE, examples: '1' }, 'must be a map'),
  route('a route that goes nowhere', 'GET /x', { scopes: 'public' }, 'it names neither; write one of handler, forward'),
  route('a route that goes two ways', 'GET /x', { ...ROUTE, ...FORWARD }, 'it names handler and forward; write one of'),
  route('a route by http', 'GET /x', { ...FORWARD, forward: 'http://a.example' }, 'an https:// URL'),
  route('a route to a number', 'GET /x', { ...FORWARD, forward: 7 }, 'an https:// URL'),
  route('a route to this machine', 'GET /x', { ...FORWARD, forward: 'https://localhost' }, 'cannot reach'),
  route('a route into a private network', 'GET /x', { ...FORWARD, forward: 'https://10.0.0.1/x' }, 'cannot reach'),
  route('a route to a host of a parameter', 'GET /{h}', { ...FORWARD, forward: 'https://{h}.example' }, 'has the host'),
  route('a route with a user', 'GET /x', { ...FORWARD, forward: 'https://u:p@a.example' }, 'without user'),
  route('a route with a query', 'GET /x', { ...FORWARD, forward: 'https://a.example/x?a=1' }, 'no query'),
  route('a route with dots', 'GET /x', { ...FORWARD, forward: 'https://a.example/../x' }, 'no dot segment'),
  route('a route with an open brace', 'GET /{id}', { ...FORWARD, forward: 'https://a.example/{id' }, 'has a brace'),
  route(
    'a route with a parameter that its path has not',
    'GET /{id}',
    { ...FORWARD, forward: 'https://a.example/{ip}' },
    "forward names {ip}, which the route's path has not; did you mean id?",
  ),
  route(
    'a route with a greedy parameter in the URL',
    'GET /{rest+}',
    { ...FORWARD, forward: 'https://a.example/{rest+}' },
    "which the route's path has not; leave out the +",
  ),
  route('a route to a function by name', 'GET /x', { function: 'reports', scopes: 'public' }, "no function's ARN"),
  route(
    'a route to the latest of a function',
    'GET /x',
    { function: 'arn:aws:lambda:eu-central-1:123456789012:function:reports:$LATEST', scopes: 'public' },
    "is no function's ARN",
  ),
  route('a route key without method', '/x', ROUTE, 'write `METHOD /path`'),
  route('a route key with two spaces', 'GET  /x', ROUTE, 'with one space'),
  route('a route key with a made-up method', 'FETCH /x', ROUTE, 'the method must be one of ANY, DELETE, GET'),
  route('a route key with a method in small letters', 'get /x', ROUTE, 'the method must be one of'),
  route('a route key without slash', 'GET x', ROUTE, 'the path must begin with /'),
  route('a route key that ends in a slash', 'GET /x/', ROUTE, 'the segment "" is neither'),
  route('a route key with an open brace', 'GET /{x', ROUTE, 'the segment "{x" is neither'),
  route('a route key with a greedy parameter in between', 'GET /{x+}/y', ROUTE, 'only be the last segment'),
  route('a route key with a parameter twice', 'GET /{x}/{x}', ROUTE, 'a path parameter is named twice'),
  {
    title: 'a route with 11 scopes',
    change: {
      permissions: { ...shipped.permissions, ...PERMISSIONS },
      routes: { 'GET /x': { ...ROUTE, scopes: Object.keys(PERMISSIONS) } },
    },
    problems: [['routes, "GET /x"', '11 scopes; API Gateway takes at most 10']],
  },
  {
    title: 'a route with a permission that is near to two, of which it names the nearest',
    change: {
      permissions: { 'read:user': 'Read one', 'read:users': 'Read all' },
      routes: { 'GET /x': { ...ROUTE, scopes: ['read:userss'] } },
    },
    problems: [['routes, "GET /x"', 'did you mean read:users?']],
  },
  {
    title: 'two routes that match the same requests',
    change: { routes: { 'GET /users/{id}': ROUTE, 'GET /users/{name}': ROUTE } },
    problems: [['routes, "GET /users/{name}"', 'the same requests as "GET /users/{id}"']],
  },
  {
    title: 'a role with an undeclared permission',
    change: { roles: { reader: ['read:user', 'read:usr'] } },
    problems: [['roles, reader', 'the permission "read:usr" is not declared under permissions; did you mean']],
  },
  {
    title: 'a role with a permission twice',
    change: { roles: { reader: ['read:user', 'read:user'] } },
    problems: [['roles, reader', 'named twice']],
  },
  {
    title: 'a role whose permissions are no list',
    change: { roles: { reader: 'read:user' } },
    problems: [['roles, reader', 'must be a list of permissions']],
  },
  handler('a handler whose file is missing', { file: 'handler/tset.ts' }, 'the file handler/tset.ts does not exist'),
  handler('a handler whose file is a folder', { file: 'tests/fixture/handler' }, 'is not a file'),
  handler('a handler without a file', { file: undefined }, 'does not exist'),
  handler('a handler with less than 128 MB', { memory: 127 }, 'memory is 127; write whole MB from 128 to 10240'),
  handler('a handler with more than 10240 MB', { memory: 10_241 }, 'memory is 10241'),
  handler('a handler with a broken number of MB', { memory: 128.5 }, 'memory is 128.5'),
  handler('a handler without memory', { memory: undefined }, 'memory is undefined'),
  handler('a handler with no time', { timeout: 0 }, 'timeout is 0; write whole seconds from 1 to 30'),
  handler('a handler with more time than the gateway waits', { timeout: 31 }, 'timeout is 31'),
  handler('a handler that handles nothing', { reservedConcurrency: 0 }, 'must be at least 1', 'reservedConcurrency'),
  handler(
    'a handler with a variable of AWS',
    { environment: { AWS_LAMBDA_FUNCTION_NAME: 'x' } },
    'keeps this name',
    'environment, AWS_LAMBDA_FUNCTION_NAME',
  ),
  handler(
    'a handler that may do everything',
    { statements: [{ actions: ['*'], resources: ['*'] }] },
    'is like dynamodb:GetItem',
    'statements, 0, actions, 0',
  ),
  handler('a handler with a misspelt setting', { formrely: 'old' }, 'nobody reads "formrely" here; did you mean form'),
  handler('a handler that was called what it is called', { formerly: 'test' }, 'test, which a handler is called now'),
  handler('a handler that was called what none can be', { formerly: 'a.b' }, 'which no handler can have been called'),
  handler('a handler that was called a number', { formerly: 7 }, 'formerly is 7, which no handler can have been'),
  {
    title: 'a handler that was called what another is called',
    change: { handlers: { test: HANDLER, other: { ...HANDLER, formerly: 'test' } } },
    problems: [['handlers, other', 'formerly is test, which a handler is called now']],
  },
  {
    title: 'two handlers that were one',
    change: { handlers: { test: { ...HANDLER, formerly: 'old' }, other: { ...HANDLER, formerly: 'old' } } },
    problems: [['handlers, other', 'formerly is old, as of test; only one handler can have been that']],
  },
  {
    title: 'a handler key with a dot',
    change: { handlers: { test: HANDLER, 'a.b': HANDLER } },
    problems: [['handlers, a.b', 'a handler key is a letter and up to 39']],
  },
  permission('a permission with a space', 'read user', 'Read', 'printable ASCII characters without space'),
  permission('a permission with a quote', 'read"user', 'Read', 'printable ASCII characters'),
  permission('a permission of 281 characters', 'p'.repeat(281), 'Long', '1 to 280'),
  permission('a permission without a name', '', 'Nothing', '1 to 280'),
  ...['openid', 'profile', 'email', 'address', 'phone', 'offline_access'].map((scope) =>
    permission(`a permission that OpenID Connect reserves: ${scope}`, scope, 'Log in', 'reserved by OpenID Connect'),
  ),
  {
    title: 'more permissions than Auth0 takes',
    change: { permissions: { ...shipped.permissions, ...numbered(998, 'Read') } },
    problems: [['permissions', '1001; Auth0 takes at most 1000 of an API']],
  },
  {
    title: 'more roles than Auth0 takes',
    change: { roles: { reader: ['read:user'], ...numbered(1000, ['read:user']) } },
    problems: [['roles', "1001; a tenant of Auth0's takes 1000"]],
  },
  {
    title: 'a role without a name',
    change: { roles: { reader: [], ' ': [] } },
    problems: [['roles,  ', 'needs a name']],
  },
  {
    title: 'a route with a scope that is too long for it, though a permission may be',
    change: {
      permissions: { ...shipped.permissions, ['p'.repeat(65)]: 'Long' },
      routes: { 'GET /x': { ...ROUTE, scopes: ['p'.repeat(65)] } },
    },
    problems: [['routes, "GET /x"', 'has 65 characters; API Gateway takes 64']],
  },
  permission('a permission without a description', 'read:it', ' ', 'give it a description'),
  permission('a permission with a longer description than Auth0 takes', 'read:it', 'x'.repeat(501), 'Auth0 takes 500'),
  permission('a permission whose description is no text', 'read:it', 5, 'give it a description'),
];

function numbered<T>(count: number, value: T): Record<string, T> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, value]));
}

describe('A contract', () => {
  it('that ships is valid, and is the article’s case', () => {
    expect(() => checkContract(shipped, root)).not.toThrow();
    expect(Object.keys(shipped.permissions)).toEqual(['read:user', 'write:user', 'read:appointments']);
    expect(shipped.routes).toEqual({ 'GET /test': ROUTE });
    expect(Object.values(shipped.roles)).toContainEqual(['read:user']);
  });

  it.each(REFUSED)('may not have $title', async ({ change, problems }) => {
    const error = await refusal(() => checkContract({ ...shipped, ...change } as Contract, root));
    expect(error.problems).toEqual(
      problems.map(([place, says]) => ({
        place: `contract.ts, ${place}`,
        message: expect.stringContaining(says) as string,
      })),
    );
  });

  it.each(['$default', 'ANY /', 'GET /a/{b}/{c+}', 'DELETE /a.b~c', 'OPTIONS /{proxy+}'])(
    'may have the route key %s',
    (key) => {
      expect(() =>
        checkContract({ ...shipped, routes: { [key]: { ...ROUTE, scopes: 'public' } } }, root),
      ).not.toThrow();
    },
  );

  it('may have two routes that differ in method or greediness only', () => {
    const spec = { handler: 'test', scopes: 'public' } as const;
    const routes = { 'GET /{a}': spec, 'ANY /{a}': spec, 'GET /{a+}': spec };
    expect(() => checkContract({ ...shipped, routes }, root)).not.toThrow();
  });

  it('has all its problems reported at once', async () => {
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

  it('that is refused registers nothing', async () => {
    const contract = { ...shipped, roles: { reader: ['nope'] } };
    expect((await refusal(() => recordWith({ contract }))).message).toContain('contract.ts cannot be used:');
  });
});
