// Run as a process of its own: a web application as the quickstart of express-openid-connect has it.
// Express 5 passes on what an async handler rejects with.
/* oxlint-disable oxc/no-async-endpoint-handlers */
import express from 'express';
import openidConnect from 'express-openid-connect';
import { callApi, settings } from './settings.ts';

const { auth, requiresAuth } = openidConnect;
const { issuer, clientId, clientSecret, audience, scope, baseUrl } = settings;
const app = express();
app.use(
  auth({
    issuerBaseURL: issuer,
    baseURL: baseUrl,
    clientID: clientId,
    clientSecret,
    secret: 'a secret for the session of the tests',
    authRequired: false,
    idpLogout: true,
    authorizationParams: { response_type: 'code', audience, scope },
  }),
);
app.get('/', (request, response) => {
  response
    .type('text')
    .send(request.oidc.isAuthenticated() ? `logged in as ${request.oidc.user?.['email']}` : 'logged out');
});
app.get('/call', requiresAuth(), async (request, response) => {
  response.type('text').send(await callApi(request.oidc.accessToken?.access_token ?? ''));
});
app.get('/renew', requiresAuth(), async (request, response) => {
  const renewed = await request.oidc.accessToken?.refresh();
  response.type('text').send(await callApi(renewed?.access_token ?? ''));
});
app.listen(Number(new URL(baseUrl).port), '127.0.0.1', () => console.log('listening'));
