import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { tenantApp, type TokenExchange } from '../../../src/tenant/app.ts';
import { TokenError } from '../../../src/tenant/errors.ts';
import { PASSWORD_REALM } from '../../../src/tenant/password.ts';
import { issueToken } from '../../../src/tenant/token.ts';
import { plainClient, plainTenant, plainUser, serviceOf } from '../../support/plain-tenant.ts';
import { grantOf, obtainableScopes, OIDC, randomCase, wordsOf, type Case } from '../../support/random-tenant.ts';

interface Outcome {
  readonly status: number;
  /** What the token says, a text whose words are in the order granted. */
  readonly scope?: unknown;
  readonly description?: string;
}

async function ask(
  { tenant, client, api, requested: scope }: Case,
  parameters: Record<string, string>,
): Promise<Outcome> {
  const body = JSON.stringify({
    client_id: client.clientId,
    client_secret: client.secret,
    audience: api.identifier,
    ...(scope.length > 0 && { scope: scope.join(' ') }),
    ...parameters,
  });
  try {
    const request = { contentType: 'application/json', authorization: undefined, base: 'http://localhost/', body };
    const { response } = await issueToken(request, serviceOf(tenant));
    const claims = JSON.parse(response.access_token) as Record<string, unknown>;
    expect(response.scope).toBe(claims['scope']);
    return { status: 200, scope: claims['scope'] };
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return { status: error.status, description: error.message };
  }
}

const unique = (all: readonly string[]): string[] => [...new Set(all)];

it('In any tenant, a service gets its whole client grant, or the requested part, or a 403 for more', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(randomCase, async (one) => {
      const outcome = await ask(one, { grant_type: 'client_credentials' });
      const grant = grantOf(one, 'client');
      if (grant === undefined || one.api.clientPolicy === 'deny_all') {
        expect(outcome.status).toBe(403);
        expect(outcome.description).toMatch(/^Client "\w+" is not authorized to access resource server/);
        seen.add('no grant');
        return;
      }
      const requested = unique(one.requested);
      const outside = requested.filter((scope) => !grant.scopes.includes(scope));
      seen.add(requested.length === 0 ? 'nothing' : outside.length === 0 ? 'a part' : 'more');
      if (outside.length > 0) {
        expect(outcome).toEqual({
          status: 403,
          description: `Client has not been granted scopes: ${outside.join(', ')}`,
        });
      } else {
        expect(outcome.status).toBe(200);
        expect(wordsOf(outcome.scope)).toEqual(requested.length === 0 ? grant.scopes : requested);
      }
    }),
    // One seed: that every outcome was among them is part of the claim.
    { numRuns: 400, seed: 2026 },
  );
  expect([...seen].toSorted()).toEqual(['a part', 'more', 'no grant', 'nothing']);
});

it('In any tenant, a user gets requested scopes of the API and, with RBAC, only permitted ones', async () => {
  await fc.assert(
    fc.asyncProperty(randomCase, fc.boolean(), async (one, byRealm) => {
      const { api, user } = one;
      const outcome = await ask(one, {
        ...(byRealm ? { grant_type: PASSWORD_REALM, realm: 'users' } : { grant_type: 'password' }),
        username: user.email,
        password: user.password,
      });
      const grant = grantOf(one, 'user');
      if (api.userPolicy === 'deny_all' || (api.userPolicy === 'require_client_grant' && grant === undefined)) {
        expect(outcome.status).toBe(403);
        expect(outcome.scope).toBeUndefined();
        return;
      }
      const obtainable = obtainableScopes(one);
      const requested = unique(one.requested);
      expect(outcome.status).toBe(200);
      const granted = wordsOf(outcome.scope);
      const isOpenId = (scope: string): boolean => OIDC.includes(scope);
      expect(granted.filter((scope) => !isOpenId(scope))).toEqual(
        requested.length === 0 && !api.enforcePolicies
          ? obtainable
          : requested.filter((scope) => obtainable.includes(scope)),
      );
      expect(granted.filter(isOpenId)).toEqual(requested.filter(isOpenId));
    }),
    { numRuns: 300 },
  );
});

it('In any tenant, a user who requests no scope gets none with RBAC, whatever the roles', async () => {
  await fc.assert(
    fc.asyncProperty(randomCase, async (one) => {
      fc.pre(one.api.enforcePolicies);
      const { email: username, password } = one.user;
      const outcome = await ask({ ...one, requested: [] }, { grant_type: 'password', username, password });
      expect(outcome.scope).toBeUndefined();
    }),
    { numRuns: 200 },
  );
});

it('In any tenant, no client or user gets a token with the secret or password of another', async () => {
  await fc.assert(
    fc.asyncProperty(randomCase, fc.string(), async (one, word) => {
      const stranger = await ask(one, { grant_type: 'client_credentials', client_secret: word });
      expect(stranger.status).toBe(401);
      const { email: username } = one.user;
      const guess = await ask(one, { grant_type: 'password', username, password: `${word}!` });
      expect([400, 403]).toContain(guess.status);
    }),
    { numRuns: 200 },
  );
});

const served = plainTenant();
const exchanges: TokenExchange[] = [];
const app = tenantApp(
  () => serviceOf(served),
  (event) => {
    if (event.kind === 'token') exchanges.push(event.exchange);
  },
);
const { clientId, secret } = plainClient();
const { email, password } = plainUser();

/** Bytes of any kind, bytes in pieces that mean something, and good requests with bytes of them changed. */
const tokens = [
  ['{', '}', '[', ']', '"', ':', ',', '&', '=', '%', '+', ' ', '\\u', '\0', '%00', '%zz', '\ufeff', '🦊'],
  ['null', 'true', '1e999', '-0', '__proto__', 'constructor', 'openid', 'read', 'write'],
  ['grant_type', 'client_id', 'client_secret', 'audience', 'scope', 'username', 'password', 'realm'],
  ['client_credentials', PASSWORD_REALM, 'refresh_token', 'client_assertion', clientId, secret, email, password],
  ['https://api.example.com', 'users', '"grant_type":"password"', 'grant_type=password&'],
].flat();
const good = { grant_type: 'password', client_id: clientId, client_secret: secret, username: email, password };
const textsOf = (fields: Record<string, string>): Buffer[] =>
  [JSON.stringify(fields), new URLSearchParams(fields).toString()].map((text) => Buffer.from(text));
const texts = textsOf(good);
const bytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(fc.constantFrom(...tokens), { maxLength: 30 }).map((parts) => Buffer.from(parts.join(''))),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .tuple(fc.constantFrom(...texts), fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }))
    .map(([text, changes]) => {
      const changed = Buffer.from(text);
      for (const [index, byte] of changes) changed[index % changed.length] = byte;
      return changed;
    }),
);
/** What Headers take. */
const header = fc.oneof(
  fc.constant(undefined),
  fc.stringMatching(/^[!-~]([ -~]{0,40}[!-~])?$/),
  fc.uint8Array({ maxLength: 40 }).map((part) => `Basic ${Buffer.from(part).toString('base64')}`),
  fc.constant(`Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`),
);

it.each(['application/json', 'application/x-www-form-urlencoded'])(
  'No bytes of type %s yield a 5xx or a request without a log line',
  async (type) => {
    const before = exchanges.length;
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(bytes, header, async (body, authorization) => {
        const headers = { 'content-type': type, ...(authorization !== undefined && { authorization }) };
        const request = new Request('http://localhost/oauth/token', {
          method: 'POST',
          headers,
          body: Buffer.from(body),
        });
        const response = await app.fetch(request);
        statuses.add(response.status);
        expect([200, 400, 401, 403, 429]).toContain(response.status);
        const answer = (await response.json()) as Record<string, unknown>;
        const fields =
          response.status === 200 ? ['access_token', 'expires_in', 'token_type'] : ['error', 'error_description'];
        expect(Object.keys(answer)).toEqual(expect.arrayContaining(fields));
      }),
      {
        numRuns: 500,
        // A request of each type is granted, and one denied; whether any other is, is left to chance.
        examples: [...texts, ...textsOf({ ...good, client_secret: 'wrong' })].map((text): [Buffer, undefined] => [
          text,
          undefined,
        ]),
      },
    );
    expect(exchanges.length).toBe(before + 500);
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 401]));
  },
);

it('No bytes as content type or target yield a 5xx', async () => {
  const target = fc.array(
    fc.oneof(fc.constantFrom(...tokens, '/', '.', '..', '?', '#', 'oauth', '.well-known'), fc.string()),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(target, header, async (parts, type) => {
      const url = `http://localhost/${parts.join('/')}`;
      fc.pre(URL.canParse(url));
      const headers = type === undefined ? {} : { 'content-type': type };
      for (const method of ['GET', 'POST']) {
        const response = await app.fetch(new Request(url, { method, headers }));
        expect(response.status).toBeLessThan(500);
      }
    }),
    { numRuns: 300 },
  );
});
