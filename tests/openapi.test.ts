import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openApiOf } from '../docs/generator/openapi.ts';
import { contractFrom } from '../commands/openapi/contract-from-openapi.ts';
import { readOpenApi } from '../commands/openapi/document.ts';
import type { Contract } from '../program/contract/define-contract.ts';
import { contract as shipped } from './fixture/contract.ts';
import { runEntry } from './support/entry.ts';
import { folderWith } from './support/folder.ts';
import { refusal } from './support/program.ts';
import { call, serviceToken, startTestTwin } from './support/twin.ts';

const ok = { responses: { 200: { description: 'ok' } } };
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const SCHEMES = {
  auth: {
    type: 'oauth2',
    flows: {
      clientCredentials: {
        tokenUrl: 'https://login.example.com/oauth/token',
        scopes: { 'read:user': 'Read user details', 'write:user': '', openid: 'Log in' },
      },
    },
  },
  key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
};

/** A document with these paths, as YAML reads it too. */
function documentWith(paths: object, more: object = {}): string {
  const info = { title: 'Orders', version: '1' };
  return JSON.stringify({ openapi: '3.0.3', info, paths, components: { securitySchemes: SCHEMES }, ...more });
}

const imported = async (paths: object, more?: object) =>
  contractFrom(await readOpenApi(documentWith(paths, more), 'openapi.json'), 'api');

const API_KEY = 'requires a token instead of key (apiKey)';
const UNKNOWN_SCOPE = 'scope all users: not a permission';

/** What the security of an operation has, as a document writes it, the scopes of its route and the note about it. */
const SECURITY: readonly (readonly [string, readonly object[], readonly string[] | string, string?])[] = [
  ['one scope', [{ auth: ['read:user'] }], ['read:user']],
  ['alternatives', [{ auth: ['read:user'] }, { auth: ['write:user'] }], ['read:user', 'write:user']],
  ['no scope', [{ auth: [] }], 'any token'],
  ['only a scope of OpenID Connect', [{ auth: ['openid'] }], 'any token', 'scope openid: not a permission'],
  ['an empty list', [], 'public'],
  ['two scopes at once', [{ auth: ['write:user', 'read:user'] }], ['write:user'], 'check read:user in the handler'],
  ['an API key', [{ key: [] }], 'any token', API_KEY],
  ['an API key or a scope', [{ key: [] }, { auth: ['read:user'] }], ['read:user'], API_KEY],
  ['an API key and a scope', [{ key: [], auth: ['read:user'] }], ['read:user'], API_KEY],
  ['optional security', [{}, { auth: ['read:user'] }], 'public', 'its security is optional'],
  ['a scope that is no valid permission in Auth0', [{ auth: ['all users'] }], 'any token', UNKNOWN_SCOPE],
  [
    'a valid scope, or one that is not',
    [{ auth: ['read:user'] }, { auth: ['all users'] }],
    ['read:user'],
    UNKNOWN_SCOPE,
  ],
];

describe('npm run import', () => {
  let all: Awaited<ReturnType<typeof imported>>;
  beforeAll(async () => {
    // A document takes a quarter of a second.
    const paths = SECURITY.map(([, security], index) => [`/x${index}`, { get: { ...ok, security } }]);
    all = await imported(Object.fromEntries(paths) as object);
  });

  it.each(SECURITY.map(([title, , ...expected], index) => [title, index, ...expected] as const))(
    'A route whose security has %s requires the same in the contract',
    (_title, index, scopes, note) => {
      const key = `GET /x${index}`;
      expect(all.routes[key]).toEqual({ handler: 'api', scopes });
      const notes = all.notes.filter((line) => line.startsWith(`${key}: `));
      if (note?.startsWith('scope ')) expect(all.notes.filter((line) => line.startsWith(note))).toHaveLength(1);
      else expect(notes).toEqual(note === undefined ? [] : [expect.stringContaining(note)]);
    },
  );

  it('A document without security at all requires any token, and the notes say so', async () => {
    const { routes, notes } = await imported({ '/x': { get: ok } });
    expect(routes).toEqual({ 'GET /x': { handler: 'api', scopes: 'any token' } });
    expect(notes).toContainEqual(expect.stringContaining('the document declares no security'));
  });

  it('Paths become route keys that API Gateway accepts, and the notes name those that could not', async () => {
    const get = { get: { ...ok, parameters: [id], security: [] } };
    const petId = { get: { ...ok, parameters: [{ ...id, name: 'petId' }], security: [] } };
    const { routes, notes } = await imported({
      '/pets/{id}': get,
      '/pets/{petId}/photos/': petId,
      '/pets/{id}.json': get,
    });
    expect(Object.keys(routes)).toEqual(['GET /pets/{id}', 'GET /pets/{id}/photos']);
    expect(notes.slice(0, 3)).toEqual([
      'GET /pets/{petId}/photos/: imported as GET /pets/{petId}/photos; API Gateway has no routes that end in a slash',
      'GET /pets/{petId}/photos: {petId} renamed to {id}, as in GET /pets/{id}; API Gateway accepts one name per position',
      expect.stringContaining('GET /pets/{id}.json: not imported: '),
    ]);
  });

  it('The import keeps examples of parameters and bodies, and permissions with their descriptions', async () => {
    const content = { 'application/json': { example: { name: 'Rex' } } };
    const post = { ...ok, security: [{ auth: ['write:user'] }], requestBody: { content } };
    const { permissions, routes } = await imported({ '/pets/{id}': { parameters: [{ ...id, example: 7 }], post } });
    expect(permissions).toEqual({ 'read:user': 'Read user details', 'write:user': 'May use write:user' });
    expect(routes['POST /pets/{id}']?.examples).toEqual({ id: '7', body: { name: 'Rex' } });
  });

  it.each([
    ['Swagger 2.0', JSON.stringify({ swagger: '2.0', info: { title: 'x', version: '1' }, paths: {} }), 'OpenAPI 3'],
    ['an invalid document', JSON.stringify({ openapi: '3.0.3', paths: {} }), 'is not valid OpenAPI'],
    ['a reference to another file', documentWith({ '/x': { $ref: 'https://example.com/x.yaml' } }), 'in another file'],
    [
      'a reference to another file by an escaped key',
      `${documentWith({}).slice(0, -1)}, "x-more": {"\\u0024ref": "other.yaml"}}`,
      'in another file',
    ],
    [
      'a security scheme named __proto__',
      documentWith({ '/x': { get: { ...ok, security: [{ ['__proto__']: [] }] } } }),
      'the name __proto__',
    ],
  ])('The import rejects %s', async (_title, text, says) => {
    expect((await refusal(() => readOpenApi(text, 'openapi.json'))).message).toContain(says);
  });

  it('The twin serves an imported contract without further edits, and a second import needs --overwrite', async () => {
    const security = [{ auth: ['read:user'] }, { auth: ['\u001b[2J'] }];
    const paths = { '/pets/{id}': { get: { ...ok, parameters: [id], security } } };
    const folder = folderWith({ 'openapi.json': documentWith(paths) });
    const { stdout } = await runEntry('commands/openapi/main.ts', ['openapi.json'], folder);
    expect(stdout).toContain('contract.ts has 1 route and 2 permissions.');
    expect(stdout).toContain(String.raw`scope \u{1b}[2J: not a permission`);
    expect(stdout).toContain('handler/api.ts is new');
    expect((await runEntry('commands/openapi/main.ts', ['openapi.json'], folder)).stderr).toContain('add --overwrite');
    const twin = await startTestTwin({
      change: (project) => {
        for (const file of ['contract.ts', 'handler/api.ts']) {
          project.write(file, readFileSync(new URL(file, folder), 'utf8'));
        }
        project.edit('contract.ts', 'roles: {}', "roles: { reader: ['read:user'] }");
      },
    });
    const { status, text } = await call(twin, await serviceToken(twin), '/pets/7');
    expect([status, JSON.parse(text)]).toEqual([501, { message: 'GET /pets/{id} is not implemented' }]);
    expect((await call(twin, undefined, '/pets/7')).status).toBe(401);
  });
});

it('openapi.json is valid, and importing it gives the routes and permissions of the contract again', async () => {
  const routes: Contract['routes'] = {
    'GET /test': { handler: 'api', scopes: ['read:user', 'write:user'] },
    'POST /orders/{id}': { handler: 'api', scopes: ['write:user'], examples: { id: '7', body: { count: 1 } } },
    'GET /me': { handler: 'api', scopes: 'any token' },
    'GET /health': { handler: 'api', scopes: 'public' },
  };
  const document = openApiOf(
    { ...shipped, routes },
    {
      title: 'Orders',
      audience: 'https://api.example.com',
      issuer: 'http://localhost:3001/',
      servers: { 'http://localhost:3000': 'The twin' },
    },
  );
  const read = contractFrom(await readOpenApi(JSON.stringify(document), 'openapi.json'), 'api');
  expect(read).toEqual({ permissions: shipped.permissions, routes, notes: [] });
});
