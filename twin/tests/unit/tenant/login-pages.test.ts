import { expect, it } from 'vitest';
import { Attack, EDITOR } from '../../support/attack.ts';

const policyOf = (response: Response): string => response.headers.get('content-security-policy') ?? '';

it('No page can frame the login page, and its form leads to itself or to the callback', async () => {
  const attack = new Attack();
  const response = await attack.browser.send(await attack.loginPage());
  expect(policyOf(response)).toContain("form-action 'self' http://localhost:5173;");
  expect(policyOf(response)).toContain("frame-ancestors 'none'");
  expect(await response.text()).toContain('editor@example.com');
});

it('Only its origin can frame the response of a silent login by web_message, and it posts there alone', async () => {
  const attack = new Attack();
  await attack.code();
  const silent = attack.authorizeUrl({ prompt: 'none', response_mode: 'web_message' });
  const response = await attack.browser.send(silent);
  expect(policyOf(response)).toContain('frame-ancestors http://localhost:5173;');
  const text = await response.text();
  expect(text).toContain('"type":"authorization_response"');
  expect(text).toContain('"origin":"http://localhost:5173"');
  expect(text).toMatch(/"code":"[\w-]{43}"/);
});

it('The session cookie is host-only, hidden from scripts, and not sent with a form of another site', async () => {
  const attack = new Attack();
  const response = await attack.browser.send(await attack.loginPage(), { user: EDITOR });
  const session = response.headers.getSetCookie().find((cookie) => cookie.startsWith('auth0='));
  expect(session).toMatch(/^auth0=[\w-]{43}; Max-Age=259200; Path=\/; HttpOnly; SameSite=Lax$/);
});

// docs/fidelity.md F138
it('Two tenants on one machine do not share a browser’s cookies: their names have the port', async () => {
  const names = ['http://localhost:3001', 'http://localhost:4001'].map(async (origin) => {
    const attack = new Attack();
    const { pathname, search } = new URL(attack.authorizeUrl(), origin);
    const response = await attack.send(`${origin}${pathname}${search}`);
    return response.headers.getSetCookie().map((cookie) => cookie.split('=')[0]);
  });
  expect(await Promise.all(names)).toEqual([['did_3001'], ['did_4001']]);
});

it('The discovery document lists no endpoint that the tenant answers with 404', async () => {
  const attack = new Attack();
  const response = await attack.send('/.well-known/openid-configuration');
  const document = (await response.json()) as Record<string, unknown>;
  const endpoints = Object.entries(document).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name));
  expect(endpoints.length).toBeGreaterThan(5);
  for (const [name, url] of endpoints) {
    const method = /token_endpoint|revocation/.test(name) ? 'POST' : 'GET';
    expect((await attack.send(String(url), { method })).status, name).not.toBe(404);
  }
});
