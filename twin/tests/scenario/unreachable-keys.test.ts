import { createPrivateKey } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { useHandlers } from '../../../tests/support/handlers.ts';
import type { ProjectCopy } from '../../../tests/support/project.ts';
import { call, goodClaims, mint, startTestTwin, type TestTwin } from '../support/twin.ts';

const HOUR = 60 * 60 * 1000;
const DISCOVERY_DOWN =
  'Bearer scope="read:user" error="invalid_token" error_description="OIDC discovery endpoint communication error"';
const PUBLIC = { open: "export const handler = async () => 'open';" };

const change = (project: ProjectCopy): void => useHandlers(project, PUBLIC);

describe('A tenant that has ended', () => {
  const began = Date.now();
  let passed = 0;
  let twin: TestTwin;
  let token: string;
  beforeAll(async () => {
    twin = await startTestTwin({ clock: () => began + passed, change });
    const now = Math.floor(began / 1000);
    token = await mint(twin, { ...goodClaims(twin, now), exp: now + 24 * 3600 });
    // A cold cache makes one fetch for all of these.
    const answers = await Promise.all(Array.from({ length: 100 }, () => call(twin, token)));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    await twin.stopTenant();
    // Its keys serve on for two hours, to the second.
    for (const milliseconds of [0, 2 * HOUR - 1000]) {
      passed = milliseconds;
      expect((await call(twin, token)).status).toBe(200);
    }
    passed = 2 * HOUR + 1000;
  });

  it('The gateway uses cached keys for two hours after the tenant ended, then rejects every token with the reason', async () => {
    const reached = (): number => twin.exchanges.filter(({ response }) => response.status === 200).length;
    const before = reached();
    for (let i = 0; i < 3; i++) {
      const answer = await call(twin, token);
      expect(answer).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}', challenge: DISCOVERY_DOWN });
    }
    expect(reached()).toBe(before);
  });

  it('The gateway still rejects a request without a token and serves public routes after the tenant ended', async () => {
    expect(await call(twin, undefined)).toMatchObject({ status: 401, challenge: 'Bearer' });
    expect(await call(twin, undefined, '/open')).toMatchObject({ status: 200, text: 'open' });
  });

  /** Something else in the tenant's place. */
  const instead = async (listener: RequestListener, work: () => Promise<void>): Promise<void> => {
    const server = createServer(listener);
    const { port } = new URL(twin.tenantUrl);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ port: Number(port), host: '127.0.0.1' }, resolve);
    });
    await work().finally(() => {
      server.close();
      server.closeAllConnections();
    });
  };
  const isDiscovery = (url?: string): boolean => url === '/.well-known/openid-configuration';
  const discovery = JSON.stringify({ jwks_uri: 'https://your-tenant.eu.auth0.com/.well-known/jwks.json' });

  it.each<readonly [string, RequestListener, string]>([
    ['a 500', (_in, out) => out.writeHead(500).end('{}'), 'OIDC discovery endpoint communication error'],
    ['a body that is not JSON', (_in, out) => out.end('<html>'), 'OIDC discovery endpoint communication error'],
    ['with a closed connection', (_in, out) => out.destroy(), 'OIDC discovery endpoint communication error'],
    [
      'a JWKS of 150,001 bytes',
      ({ url }, out) => out.end(isDiscovery(url) ? discovery : `{"keys":[]}${' '.repeat(150_001 - 11)}`),
      'JWKS communication error',
    ],
    [
      'a JWKS with 404',
      ({ url }, out) => (isDiscovery(url) ? out.end(discovery) : out.writeHead(404).end()),
      'JWKS communication error',
    ],
  ])('The gateway treats an issuer that answers %s as unreachable', async (_what, listener, description) => {
    await instead(listener, async () => {
      expect((await call(twin, token)).challenge).toContain(`error_description="${description}"`);
    });
  });

  // docs/fidelity.md F24
  it('The gateway gives up on a silent issuer after 1.5 seconds, for all waiting requests at once', async () => {
    let requests = 0;
    const silent: RequestListener = () => void (requests += 1);
    await instead(silent, async () => {
      const from = performance.now();
      const answers = await Promise.all(Array.from({ length: 20 }, () => call(twin, token)));
      expect(performance.now() - from).toBeGreaterThan(1400);
      expect(performance.now() - from).toBeLessThan(20_000);
      expect(answers.map(({ challenge }) => challenge)).toEqual(Array<string>(20).fill(DISCOVERY_DOWN));
      expect(requests).toBe(1);
    });
  });
});

const alone = await startTestTwin({ withTenant: false, change });

describe('A twin without its tenant', () => {
  it('A gateway without the tenant rejects a token that its own key signed', async () => {
    const key = createPrivateKey(alone.project.read('.twin/dev/signing-key.pem'));
    const token = await new SignJWT(goodClaims(alone)).setProtectedHeader({ alg: 'RS256', kid: 'any' }).sign(key);
    expect(await call(alone, token)).toMatchObject({ status: 401, challenge: DISCOVERY_DOWN });
    expect(await call(alone, undefined, '/open')).toMatchObject({ status: 200 });
  });

  it('A twin without the tenant names no tenant and no token URL', async () => {
    expect(alone.tenantUrl).toBe('');
    // Not the declared one either: that is a real tenant's, and npm run verify would send it secrets.
    expect(alone.outputs).not.toHaveProperty('tokenUrl');
    expect(JSON.parse(alone.project.read('.twin/dev/run.json'))).toMatchObject({ tenantUrl: '' });
  });
});
