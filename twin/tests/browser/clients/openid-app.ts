// Run as a process of its own: a confidential web application with openid-client, as its documentation has it.
import { createServer, type ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { callApi, settings } from './settings.ts';

const { issuer, clientId, clientSecret, audience, scope, baseUrl } = settings;
const config = await client.discovery(new URL(issuer), clientId, clientSecret);
const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const expectedNonce = client.randomNonce();
let idToken = '';

async function logIn(response: ServerResponse): Promise<void> {
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `${baseUrl}/callback`,
    audience,
    scope,
    state: expectedState,
    nonce: expectedNonce,
    max_age: '600',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  response.writeHead(302, { location: url.href }).end();
}

async function useTokens(url: URL, response: ServerResponse): Promise<void> {
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, maxAge: 600 };
  const tokens = await client.authorizationCodeGrant(config, url, checks);
  idToken = tokens.id_token ?? '';
  const subject = tokens.claims()?.sub ?? '';
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, subject);
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
  const last = renewed.refresh_token ?? '';
  await client.tokenRevocation(config, last);
  const revoked = await client
    .refreshTokenGrant(config, last)
    .catch((error: unknown) => (error instanceof client.ResponseBodyError ? `${error.status} ${error.error}` : error));
  const facts = { scope: tokens.scope, email: userinfo.email, renewed: await callApi(renewed.access_token), revoked };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(facts));
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', baseUrl);
  const logOut = async (): Promise<void> => {
    const parameters = { post_logout_redirect_uri: baseUrl, id_token_hint: idToken };
    response.writeHead(302, { location: client.buildEndSessionUrl(config, parameters).href }).end();
  };
  const pages: Readonly<Record<string, () => Promise<void>>> = {
    '/login': () => logIn(response),
    '/callback': () => useTokens(url, response),
    '/logout': logOut,
  };
  const page = pages[url.pathname];
  if (page === undefined) response.end('an application');
  else page().catch((error: unknown) => response.writeHead(500).end(String(error)));
});
server.listen(Number(new URL(baseUrl).port), '127.0.0.1', () => console.log('listening'));
