import { expect, it } from 'vitest';
import { contract as shipped } from '../../../tests/fixture/contract.ts';
import { call, goodClaims, mint, startTestTwin } from '../support/twin.ts';

/** Route tables that others published: route keys by what they require; each has more than ten. */
const TABLES = {
  // Source: swagger-api/swagger-petstore, src/main/resources/openapi.yaml
  Petstore: {
    'read:pets': ['GET /pet/findByStatus', 'GET /pet/findByTags', 'GET /pet/{petId}'],
    'write:pets': [
      'PUT /pet',
      'POST /pet',
      'POST /pet/{petId}',
      'DELETE /pet/{petId}',
      'POST /pet/{petId}/uploadImage',
    ],
    'any token': ['GET /store/inventory'],
    public: [
      'POST /store/order',
      'GET /store/order/{orderId}',
      'DELETE /store/order/{orderId}',
      'GET /user/{username}',
    ],
  },
  // Source: gothinkster/realworld, api/openapi.yml
  RealWorld: {
    'any token': [
      'GET /user',
      'PUT /user',
      'POST /profiles/{username}/follow',
      'DELETE /profiles/{username}/follow',
      'GET /articles/feed',
      'POST /articles',
      'PUT /articles/{slug}',
      'DELETE /articles/{slug}',
      'POST /articles/{slug}/comments',
      'DELETE /articles/{slug}/comments/{id}',
    ],
    public: ['POST /users/login', 'POST /users', 'GET /articles', 'GET /articles/{slug}', 'GET /profiles/{username}'],
  },
  // Source: spotify/web-api, specifications/raml/api.raml
  Spotify: {
    'user-library-read': ['GET /me/albums', 'GET /me/albums/contains', 'GET /me/tracks', 'GET /me/tracks/contains'],
    'user-library-modify': ['PUT /me/albums', 'DELETE /me/albums', 'PUT /me/tracks', 'DELETE /me/tracks'],
    'user-top-read': ['GET /me/top/{type}'],
    'playlist-read-private': ['GET /me/playlists'],
    public: ['GET /albums/{id}/tracks', 'GET /artists/{id}/top-tracks', 'GET /search'],
  },
} as const satisfies Record<string, Readonly<Record<string, readonly string[]>>>;

const WORDS = ['public', 'any token'];

it.each(Object.entries<Readonly<Record<string, readonly string[]>>>(TABLES))(
  'The route table of %s is served with a change of contract and handler alone',
  async (_name, table) => {
    const all = Object.entries(table).flatMap(([needs, keys]) => keys.map((key) => ({ key, needs })));
    expect(all.length).toBeGreaterThan(10);
    const scopes = Object.keys(table).filter((needs) => !WORDS.includes(needs));
    const contract = {
      ...shipped,
      permissions: { ...shipped.permissions, ...Object.fromEntries(scopes.map((scope) => [scope, scope])) },
      handlers: { test: { ...shipped.handlers.test, file: 'handler/test.ts' } },
      routes: Object.fromEntries(
        all.map(({ key, needs }) => [key, { handler: 'test', scopes: WORDS.includes(needs) ? needs : [needs] }]),
      ),
    };
    const twin = await startTestTwin({
      change: (project) => {
        project.write('contract.ts', `export const contract: any = ${JSON.stringify(contract)};\n`);
        project.write('handler/test.ts', 'export const handler = async (event: any) => event.routeKey;\n');
      },
    });
    for (const { key, needs } of all) {
      const [method = '', path = ''] = key.replaceAll(/\{\w+\}/g, 'x').split(' ');
      const token = await mint(twin, { ...goodClaims(twin), scope: needs });
      expect((await call(twin, token, path, { method })).text).toBe(key);
      if (needs !== 'public') expect((await call(twin, undefined, path, { method })).status).toBe(401);
    }
  },
);
