import { afterAll, beforeAll, expect, it } from 'vitest';
import { MASK } from '../../../src/page/messages.ts';
import { postToPage } from '../../support/page.ts';
import { startTestTwin, type TestTwin } from '../../support/twin.ts';

const CLIENTS = `  api:clients:
    - { name: web, type: web, callbacks: ['http://localhost:5174/callback'], grants: [authorization_code, refresh_token] }
`;
const CALLER = 'user `test-user@example.com` through `web` (authorization_code)';
const ASK = 'authorization_code · https://test-api-for-jwt-authorizer.example.com';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin({
    page: true,
    change: ({ read, write }) => {
      const file = read('Pulumi.dev.yaml').replace('api:defaultDirectory: true', 'api:defaultDirectory: false');
      write('Pulumi.dev.yaml', file.replace(/ {2}api:clients:\n(?: {4}.*\n)+/, CLIENTS));
    },
  });
});
afterAll(() => twin.end());

const logIn = (scope: string) => postToPage(twin, 'token', { caller: CALLER, ask: ASK, parameters: { scope } });

it('A login on the page shows each request from /authorize to the refresh, secrets masked and tokens cut', async () => {
  const { body } = await logIn('openid read:user');
  expect(body.status).toBe(200);
  expect(body.steps.map(({ request, status }) => `${request} ${status}`)).toEqual([
    'GET /authorize 302',
    'GET /u/login 200',
    'POST /u/login 302',
    'POST /oauth/token 200',
    'POST /oauth/token 200',
  ]);
  const [authorize, , page, exchange, refresh] = body.steps;
  expect(authorize?.sent).toMatchObject({ response_type: 'code', scope: 'openid read:user offline_access' });
  expect(page?.sent).toMatchObject({ username: 'test-user@example.com', password: MASK });
  expect(page?.received).toMatchObject({ location: 'http://localhost:5174/callback', code: exchange?.sent['code'] });
  expect(exchange?.sent).toMatchObject({ grant_type: 'authorization_code', client_secret: MASK });
  expect(exchange?.received['access_token']).toMatch(/^.{12}…$/);
  expect(refresh?.sent).toMatchObject({
    grant_type: 'refresh_token',
    refresh_token: exchange?.received['refresh_token'],
  });
});

it('A login on the page gives an access token that opens the API', async () => {
  const { body } = await logIn('read:user');
  const response = await fetch(`${twin.apiUrl}/test`, {
    headers: { authorization: `Bearer ${String(body.body['access_token'])}` },
  });
  expect(response.status).toBe(200);
});
