import { Attack, CHALLENGE, EDITOR, outcomeOf, VERIFIER } from './attack.ts';
import { NO_LOGIN } from '../../src/model/tenant.ts';
import { API, CALLBACKS, loginTenant } from './login-tenant.ts';
import { rowsOf } from './rows.ts';
import type { Change } from './token-requests.ts';

/** The title says what the tenant does with the attempt; the last entry is the outcome. */
export type HostileLogin = readonly [title: string, attempt: (a: Attack) => Promise<unknown>, outcome: unknown];

const attempt = (title: string, outcome: unknown, play: HostileLogin[1]): HostileLogin => [title, play, outcome];
const attempts = rowsOf<HostileLogin[1], unknown>;
const SPA = 'http://localhost:5173';
const WRONG_GRANT = '403 invalid_grant';
const TOKENS = '200 openid read write';
const RENEWED = '200 openid offline_access read';
const PARTNER = 'https://partner.example.com/callback';

/** Opens `/authorize` again after a login. */
const afterLogin =
  (change: Change, client = 'spa') =>
  async (a: Attack): Promise<string> => {
    await a.code(client);
    return a.authorize(change, client);
  };
const silently = (a: Attack, client = 'spa'): Promise<string> => a.authorize({ prompt: 'none' }, client);
const opens = async (a: Attack, url: string, form?: Record<string, string>): Promise<string> =>
  outcomeOf(await a.browser.send(url, form));

const CODES: readonly HostileLogin[] = [
  ...attempts(WRONG_GRANT, {
    'rejects a stolen code without its verifier': async (a) => a.exchange(await a.code(), { code_verifier: undefined }),
    'rejects a stolen code with another verifier': async (a) =>
      a.exchange(await a.code(), { code_verifier: 'x'.repeat(43) }),
    'rejects a verifier of 42 characters': async (a) =>
      a.exchange(await a.code('spa', {}), { code_verifier: VERIFIER.slice(0, 42) }),
    'rejects the challenge sent as the verifier': async (a) => a.exchange(await a.code(), { code_verifier: CHALLENGE }),
    'rejects a code that was tried with a wrong verifier': async (a) => {
      const code = await a.code();
      await a.exchange(code, { code_verifier: 'x'.repeat(43) });
      return a.exchange(code);
    },
    'ends the refresh tokens of a code used twice': async (a) => {
      const code = await a.code('spa', { scope: 'offline_access' });
      const { body } = await a.exchanged(code);
      await a.exchange(code);
      return a.refresh(String(body['refresh_token']));
    },
    'rejects a code after ten minutes': async (a) => {
      const code = await a.code();
      a.wait(600);
      return a.exchange(code);
    },
    'rejects an unknown code': (a) => a.exchange('unknown'),
    'rejects a code with a space after it': async (a) => a.exchange(`${await a.code()} `),
    'rejects a refresh token in place of a code': async (a) => a.exchange(await a.refreshToken()),
    'rejects a code in place of a refresh token': async (a) => a.refresh(await a.code()),
    'rejects a verifier if the request had no challenge': async (a) => {
      const response = await a.login({ code_challenge: undefined, code_challenge_method: undefined }, 'web');
      const code = new URL(response.headers.get('location') ?? '').searchParams.get('code');
      return a.exchange(code, {}, 'web');
    },
  }),
  ...attempts([TOKENS, WRONG_GRANT], {
    // docs/fidelity.md F127
    'rejects a code used twice': async (a) => {
      const code = await a.code();
      return [await a.exchange(code), await a.exchange(code)];
    },
    'gives one token for a code sent twice at once': async (a) => {
      const code = await a.code();
      return (await Promise.all([a.exchange(code), a.exchange(code)])).toSorted();
    },
  }),
  attempt('rejects the code of another client, which stays good for its own', [WRONG_GRANT, TOKENS], async (a) => {
    const code = await a.code();
    return [await a.exchange(code, { redirect_uri: SPA }, 'other'), await a.exchange(code)];
  }),
  attempt('accepts a code a second before ten minutes', TOKENS, async (a) => {
    const code = await a.code();
    a.wait(599);
    return a.exchange(code);
  }),
  ...attempts('400 invalid_request', {
    'rejects an exchange without a code': (a) => a.exchange(undefined),
    'rejects a code in a list': async (a) => a.exchange([await a.code()]),
    'rejects an organization at the exchange': async (a) => a.exchange(await a.code(), { organization: 'org_1' }),
  }),
  ...attempts('403 unauthorized_client', {
    // docs/fidelity.md F128
    'rejects another redirect_uri than that of the request': async (a) =>
      a.exchange(await a.code(), { redirect_uri: `${SPA}/second` }),
    'rejects an exchange that leaves the redirect_uri out': async (a) =>
      a.exchange(await a.code(), { redirect_uri: undefined }),
    'rejects a redirect_uri with another slash': async (a) => a.exchange(await a.code(), { redirect_uri: `${SPA}/` }),
    'rejects client_credentials of a public client, whatever its grants': (a) =>
      a.token({ grant_type: 'client_credentials', audience: API }, 'legacy'),
  }),
  ...attempts('401 access_denied', {
    'rejects the code of a confidential client without its secret': async (a) =>
      a.exchange(await a.code('web'), { client_secret: undefined }, 'web'),
    'rejects a public client that sends a secret': async (a) => a.exchange(await a.code(), { client_secret: 'x' }),
  }),
  attempt('ignores a scope that widens at the exchange', '200 read', async (a) =>
    a.exchange(await a.code('spa', { scope: 'read' }), { scope: 'read write' }),
  ),
  attempt('rejects a proof of possession, which the twin does not support', 400, async (a) => {
    const headers = { dpop: 'a.b.c', 'content-type': 'application/json' };
    return (await a.send('/oauth/token', { method: 'POST', headers, body: '{}' })).status;
  }),
];

const toPage = (title: string, change: Change, client = 'spa', outcome = '403 page'): HostileLogin => [
  title,
  (a) => a.authorize(change, client),
  outcome,
];
const callbacks = (what: string, urls: readonly string[], client = 'spa'): HostileLogin[] =>
  urls.map((redirect_uri) =>
    toPage(`shows a page for a redirect_uri ${what}: ${JSON.stringify(redirect_uri)}`, { redirect_uri }, client),
  );
const wildcard = (start: string): string => `https://${start}.wild.example.com/callback`;

const CALLBACK_URLS: readonly HostileLogin[] = [
  ...callbacks('of another origin', ['http://localhost:5174', 'https://localhost:5173', 'http://127.0.0.1:5173']),
  ...callbacks('of another scheme', ['javascript:alert(1)', '//localhost:5173']),
  ...callbacks('that continues the listed one', [`${SPA}/`, `${SPA}/evil`, `${SPA}?a=b`]),
  ...callbacks('with the listed one in its host', [
    `${SPA}@evil.example`,
    `${SPA}.evil.example`,
    `${SPA}\\@evil.example`,
  ]),
  ...callbacks('with dot segments', [`${SPA}/second/..`, `${SPA}/second/%2e%2e`]),
  ...callbacks('that a lax comparison would accept', ['HTTP://LOCALHOST:5173', `${SPA}\r\nx: y`, ` ${SPA}`]),
  ...callbacks('of another client', [CALLBACKS['other'] ?? '']),
  ...callbacks('with another path of its own scheme', ['com.example.app://evil'], 'native'),
  ...callbacks('that no wildcard stands for', ['a.b', 'evil.example%2f', 'evil@a', '', '*'].map(wildcard), 'wild'),
  ['accepts a label for a wildcard', (a) => a.logIn('wild'), 'code'],
  attempt('drops the fragment of a redirect_uri', `302 ${SPA} login_required`, (a) =>
    a.authorize({ redirect_uri: `${SPA}#@evil.example`, prompt: 'none' }),
  ),
  toPage('shows a page if several callbacks are possible', { redirect_uri: undefined }, 'spa', '400 page'),
  // docs/fidelity.md F126
  toPage('shows a page for an unknown client', { client_id: 'x' }, 'spa', '400 page'),
  ...attempts('400 page', {
    'shows a page for two callbacks': async (a) => opens(a, `${a.authorizeUrl()}&redirect_uri=https://evil.example`),
    'shows a page for two states': async (a) => opens(a, `${a.authorizeUrl()}&state=x`),
  }),
  attempt('returns an error to the callback for two scopes', `302 ${SPA} invalid_request`, async (a) =>
    opens(a, `${a.authorizeUrl()}&scope=x`),
  ),
];

/** The changes of a client's request that end at its callback with this error. */
const refusedAt = (error: string, changes: Readonly<Record<string, Change>>, client = 'spa'): HostileLogin[] =>
  Object.entries(changes).map(([title, change]) => [
    title,
    (a) => a.authorize(change, client),
    `302 ${CALLBACKS[client]?.replace(/\?.*/, '')} ${error}`,
  ]);
const unsupported = (names: readonly string[]): HostileLogin[] =>
  names.flatMap((name) =>
    refusedAt('invalid_request', {
      [`rejects the parameter ${name}, which the twin does not support`]: { [name]: 'x' },
    }),
  );
const NO_PKCE = { code_challenge: undefined, code_challenge_method: undefined };

const REQUESTS: readonly HostileLogin[] = [
  ...refusedAt('invalid_request', {
    'rejects PKCE with the method plain': { code_challenge_method: 'plain' },
    'rejects PKCE without a method, which is plain': { code_challenge_method: undefined },
    'rejects s256 in lower case': { code_challenge_method: 's256' },
    'rejects a challenge with padding': { code_challenge: `${CHALLENGE}=` },
    'rejects a public client without PKCE': NO_PKCE,
    'rejects an unknown response mode': { response_mode: 'x' },
    'rejects an unknown connection': { connection: 'x' },
    'rejects prompt=none with another prompt': { prompt: 'none login' },
    'rejects a negative max_age': { max_age: '-1' },
  }),
  ...refusedAt('invalid_request', { 'rejects a method without a challenge': { code_challenge: undefined } }, 'web'),
  ...refusedAt('unauthorized_client', {
    'rejects the implicit flow to a first party': { response_type: 'token' },
    'rejects a hybrid flow to a first party': { response_type: 'code id_token' },
    'rejects a connection that is not enabled': { connection: 'disabled' },
  }),
  ...refusedAt('unsupported_response_type', { 'rejects an unknown response type': { response_type: 'x' } }),
  ...refusedAt('access_denied', { 'rejects an unknown audience': { audience: 'https://x' } }),
  ...refusedAt(
    'invalid_request',
    {
      'rejects a third party without PKCE': NO_PKCE,
      'rejects a third party without an audience': { audience: undefined },
      'rejects screen_hint to a third party': { screen_hint: 'signup' },
    },
    'partner',
  ),
  ...refusedAt(
    'unsupported_response_type',
    { 'rejects the implicit flow to a third party': { response_type: 'token' } },
    'partner',
  ),
  ...refusedAt(
    'access_denied',
    { 'rejects a third party without a grant for users': { audience: 'https://open.example.com' } },
    'partner',
  ),
  ...unsupported(['organization', 'invitation', 'dpop_jkt', 'resource', 'authorization_details', 'claims']),
  ...unsupported(['request', 'request_uri', 'acr_values', 'id_token_hint']),
  attempt('accepts ui_locales, login_hint and telemetry', '302 /u/login', (a) =>
    a.authorize({ ui_locales: 'de', login_hint: 'x', auth0Client: 'x', 'ext-a': 'x' }),
  ),
  toPage('shows a page for web_message to an origin that is not listed', { response_mode: 'web_message' }, 'other'),
  attempt('returns no state if none was sent', false, async (a) =>
    (await a.login({ state: undefined })).headers.get('location')?.includes('state'),
  ),
  attempt('returns a state with HTML encoded', true, async (a) =>
    (await a.login({ state: '"><script>' })).headers.get('location')?.endsWith('&state=%22%3E%3Cscript%3E'),
  ),
  ['puts no nonce into the ID token if none was sent', async (a) => (await a.idClaims()).nonce, undefined],
  attempt('puts the nonce of the request into the ID token', 'n', async (a) => {
    const { nonce } = await a.idClaims({ extra: { nonce: 'n' } });
    return nonce;
  }),
];

const withOrigin = (origin: string | undefined) => async (a: Attack) => a.postFrom(await a.loginPage(), origin);

const BROWSERS: readonly HostileLogin[] = [
  ...attempts('403 page', {
    'rejects a login form of another site': withOrigin('https://evil.example'),
    'rejects a login form of another port of localhost': withOrigin('http://localhost:4000'),
    'rejects a login form without an origin': withOrigin(undefined),
    'rejects a login form of the origin null': withOrigin('null'),
    'rejects a consent by the form of another site': async (a) => {
      await a.code();
      return a.postFrom(await a.loginPage({}, 'partner'), 'https://partner.example.com', 'action=accept');
    },
    'shows a page if consent to a third party is declined': (a) => a.decline('partner'),
  }),
  ...attempts('400 page', {
    'rejects the login of an attacker that another browser is made to continue': async (a) =>
      outcomeOf(await a.newBrowser().send(await a.loginPage(), { user: EDITOR })),
    'rejects a login page of an unknown state': async (a) => opens(a, 'http://localhost/u/login?state=x'),
    'rejects a login page after an hour': async (a) => {
      const at = await a.loginPage();
      a.wait(3600);
      return opens(a, at);
    },
    'does not log in a user of a database that the client lacks with one click': async (a) =>
      opens(a, await a.loginPage(), { user: 'auth0|000000000000000000000004' }),
    'rejects a consent before the login': async (a) =>
      opens(a, (await a.loginPage({}, 'partner')).replace('/u/login', '/u/consent'), {
        action: 'accept',
      }),
  }),
  attempt('sets a new session cookie with a login', [undefined, false, `302 ${SPA} login_required`], async (a) => {
    const at = await a.loginPage();
    const before = a.browser.cookie('auth0');
    await a.browser.send(at, { user: EDITOR });
    const first = a.browser.cookie('auth0');
    await a.login({ prompt: 'login' });
    return [before, first === a.browser.cookie('auth0'), await a.authorizeWithCookie(first ?? '')];
  }),
  ...attempts(`302 ${SPA} login_required`, {
    'does not accept a sid as a cookie': async (a) => a.authorizeWithCookie((await a.idClaims()).sid ?? ''),
    'rejects a silent login without a session': (a) => silently(a),
    // docs/fidelity.md F131
    'ends a session that is idle for three days': async (a) => {
      await a.code();
      a.wait(72 * 3600);
      return silently(a);
    },
    'ends a session after seven days of use': async (a) => {
      await a.code();
      for (let day = 1; day <= 7; day += 1) {
        a.wait(24 * 3600 - 1);
        await silently(a);
      }
      a.wait(7);
      return silently(a);
    },
  }),
  attempt('logs in silently with a session', `302 ${SPA} code`, afterLogin({ prompt: 'none' })),
  ...attempts('302 /u/login', {
    'shows the login page for prompt=login, whatever the session': afterLogin({ prompt: 'login' }),
    'shows the login page for max_age=0, whatever the session': afterLogin({ max_age: '0' }),
  }),
  ...attempts('the tenant answered 400', {
    'does not log in a user of a database that the client lacks with a password': async (a) =>
      a.logIn('spa', { as: 'stranger' }),
    'does not log in a user of another connection than the request names': async (a) =>
      a.logIn('web', { as: 'other', extra: { connection: 'users' } }),
    'shows the form again for a wrong password': (a) =>
      a.logIn('spa', { user: { email: 'editor@example.com', password: 'x' } }),
  }),
  attempt(
    'ignores a session of another connection than the request names',
    '302 https://web.example.com/callback login_required',
    afterLogin({ connection: 'others', prompt: 'none' }, 'web'),
  ),
  attempt('returns an error for a blocked user who logs in with one click', `302 ${SPA} unauthorized`, async (a) =>
    opens(a, await a.loginPage(), { user: 'auth0|000000000000000000000002' }),
  ),
  attempt('returns an error for a blocked user who logs in with a password', 'unauthorized', (a) =>
    a.logIn('spa', { as: 'blocked' }),
  ),
  attempt('blocks an account after ten wrong passwords', 'the tenant answered 429', async (a) => {
    for (let attempt = 1; attempt <= 10; attempt += 1)
      await a.logIn('spa', { user: { email: 'editor@example.com', password: 'x' } });
    return a.logIn();
  }),
  attempt(
    'asks the users of a third party for consent before it gets a code',
    [`302 ${PARTNER} consent_required`, '302 /u/consent'],
    async (a) => {
      await a.code();
      return [await silently(a, 'partner'), await a.authorize({}, 'partner')];
    },
  ),
  attempt(
    'remembers a consent for its own user only',
    [`302 ${PARTNER} code`, `302 ${PARTNER} consent_required`],
    async (a) => {
      await a.code('partner');
      const own = await silently(a, 'partner');
      a.leave();
      await a.code('spa', { as: 'guest' });
      return [own, await silently(a, 'partner')];
    },
  ),
  attempt('remembers a consent for its own scopes only', `302 ${PARTNER} consent_required`, async (a) => {
    await a.code('partner', { scope: 'openid' });
    return silently(a, 'partner');
  }),
  attempt(
    'returns to a first party whose consent is declined',
    '302 http://localhost:8080/callback access_denied',
    (a) => a.decline('local'),
  ),
  attempt(
    'asks a first party’s users for consent if the API requires it',
    `302 ${SPA} consent_required`,
    afterLogin({ audience: 'https://strict.example.com', prompt: 'none' }),
  ),
];

const withLeeway = loginTenant().clients.map((client) => ({
  ...client,
  login: { ...NO_LOGIN, ...client.login, refresh: { ...client.login.refresh, leeway: 10 } },
}));

const REFRESH: readonly HostileLogin[] = [
  attempt('rejects a refresh token after its rotation, and its successors', [WRONG_GRANT, WRONG_GRANT], async (a) => {
    const first = await a.refreshToken();
    const second = await a.next(first);
    return [await a.refresh(first), await a.refresh(second)];
  }),
  // docs/fidelity.md F129
  attempt(
    'accepts the previous refresh token within the leeway, and none before it',
    [RENEWED, WRONG_GRANT, WRONG_GRANT],
    async () => {
      const a = new Attack({ clients: withLeeway });
      const first = await a.refreshToken();
      const second = await a.next(first);
      a.wait(9);
      const again = await a.refresh(first);
      await a.next(second);
      return [again, await a.refresh(first), await a.refresh(second)];
    },
  ),
  ...attempts(WRONG_GRANT, {
    'rejects the previous refresh token when the leeway is over': async () => {
      const a = new Attack({ clients: withLeeway });
      const first = await a.refreshToken();
      await a.next(first);
      a.wait(10);
      return a.refresh(first);
    },
    'rejects a refresh token that was idle too long': async (a) => {
      const token = await a.refreshToken();
      a.wait(1_296_000);
      return a.refresh(token);
    },
    'rejects an expired refresh token, however much it was used': async (a) => {
      let token = await a.refreshToken();
      for (let turn = 0; turn < 3; turn += 1) {
        a.wait(864_000 - 1);
        token = await a.next(token);
      }
      a.wait(3);
      return a.refresh(token);
    },
  }),
  attempt('gives one token for a refresh token sent twice at once', [RENEWED, WRONG_GRANT], async (a) => {
    const token = await a.refreshToken();
    return (await Promise.all([a.refresh(token), a.refresh(token)])).toSorted();
  }),
  attempt(
    'rejects the refresh token of another client, which stays good for its own',
    [WRONG_GRANT, RENEWED],
    async (a) => {
      const token = await a.refreshToken();
      return [await a.refresh(token, {}, 'other'), await a.refresh(token)];
    },
  ),
  attempt(
    'rejects a changed refresh token, and the family stays good',
    [false, WRONG_GRANT, WRONG_GRANT, RENEWED],
    async (a) => {
      const token = await a.refreshToken();
      const changed = token.replace(/^v1\.([^.]+)\.0\./, 'v1.$1.1.');
      return [changed === token, await a.refresh(changed), await a.refresh(`${token}x`), await a.refresh(token)];
    },
  ),
  ...attempts('400 invalid_request', {
    'rejects a refresh without a token': (a) => a.token({ grant_type: 'refresh_token' }),
    // docs/fidelity.md F137
    'rejects another audience on a refresh, which would choose another API': async (a) => {
      const code = await a.code('spa', { scope: 'offline_access' });
      const { body } = await a.exchanged(code);
      return a.refresh(String(body['refresh_token']), { audience: 'https://other.example.com' });
    },
  }),
  // docs/fidelity.md F130
  attempt('gives no scope that the login did not request', '200 read', async (a) =>
    a.refresh(await a.refreshToken(), { scope: 'read write admin' }),
  ),
  ...attempts('200 without scope', {
    'gives no scope for an unknown scope': async (a) => a.refresh(await a.refreshToken(), { scope: 'x' }),
    'gives no scope for an unknown scope at an API without RBAC': async () => {
      const [api] = loginTenant().resourceServers.filter(({ identifier }) => identifier === API);
      const a = new Attack({ resourceServers: api === undefined ? [] : [{ ...api, enforcePolicies: false }] });
      return a.refresh(await a.refreshToken(), { scope: 'x' });
    },
  }),
  attempt('rejects a refresh token that was revoked', ['200 application/json', WRONG_GRANT], async (a) => {
    const token = await a.refreshToken();
    return [await a.revoke(token), await a.refresh(token)];
  }),
  attempt('does not let another client revoke a refresh token', ['200 application/json', RENEWED], async (a) => {
    const token = await a.refreshToken();
    return [await a.revoke(token, 'other'), await a.refresh(token)];
  }),
  attempt(
    'gives no refresh token if the API allows none',
    undefined,
    async (a) => (await a.tokens('spa', { audience: 'https://strict.example.com' }))['refresh_token'],
  ),
  // docs/fidelity.md F132
  attempt(
    'keeps refresh tokens good after a logout, as Auth0 does',
    [`302 ${SPA} login_required`, RENEWED],
    async (a) => {
      const token = await a.refreshToken();
      await a.browser.send(`http://localhost/v2/logout?client_id=spa&returnTo=${SPA}`);
      return [await silently(a), await a.refresh(token)];
    },
  ),
];

const LOGOUT = 'http://localhost/v2/logout?';
const OIDC_LOGOUT = 'http://localhost/oidc/logout?';
const logout = (title: string, query: Record<string, string>, outcome = '400 page'): HostileLogin => [
  title,
  (a) => opens(a, LOGOUT + new URLSearchParams(query).toString()),
  outcome,
];
const spaReturns = (title: string, returnTo: string, outcome?: string): HostileLogin =>
  logout(title, { client_id: 'spa', returnTo }, outcome);

const LOGOUTS: readonly HostileLogin[] = [
  ...['https://evil.example', `${SPA}@evil.example`, `${SPA}.evil.example`, `${SPA}\\@evil.example`, `${SPA}/bye`].map(
    (url) => spaReturns(`does not redirect a logout to an unlisted URL: ${url}`, url),
  ),
  spaReturns('does not redirect a logout to a URL with a line end', `${SPA}?x\r\nset-cookie: a=b`),
  spaReturns('redirects a logout with a query of the application', `${SPA}?a=b#c`, `302 ${SPA}`),
  spaReturns('redirects a logout to a host in any letter case', 'HTTP://LOCALHOST:5173', '302 HTTP://LOCALHOST:5173'),
  logout('does not redirect a logout without a client', { returnTo: SPA }),
  logout('rejects a logout of an unknown client', { client_id: 'x', returnTo: SPA }),
  logout('rejects a logout by a third party', { client_id: 'partner', returnTo: 'https://partner.example.com/bye' }),
  logout('redirects a logout without a URL to the first listed one', { client_id: 'spa' }, `302 ${SPA}`),
  attempt('asks before an OpenID logout without a hint', ['200 page', `302 ${SPA} code`], async (a) => {
    await a.code();
    return [await opens(a, `${OIDC_LOGOUT}client_id=spa`), await silently(a)];
  }),
  ...attempts('400 page', {
    'rejects an id_token_hint that no key of the tenant signed': (a) => opens(a, `${OIDC_LOGOUT}id_token_hint=a.b.c`),
    'compares the query after an OpenID logout': (a) =>
      opens(a, `${OIDC_LOGOUT}client_id=web&post_logout_redirect_uri=https://web.example.com/bye%3Fx=2`),
  }),
];

const preflight = (title: string, origin: string, outcome: string | null): HostileLogin => [
  title,
  async (a) => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    return (await a.send('/oauth/token', { method: 'OPTIONS', headers })).headers.get('access-control-allow-origin');
  },
  outcome,
];

const ORIGINS: readonly HostileLogin[] = [
  preflight('allows the origin of a callback', 'http://localhost:5174', 'http://localhost:5174'),
  preflight('allows a listed origin', 'https://listed.example.com', 'https://listed.example.com'),
  // docs/fidelity.md F135
  preflight('allows no other origin', 'https://evil.example', null),
  preflight('allows no origin that begins like a listed one', 'http://localhost:51730', null),
  preflight('allows no origin that ends like a listed one', 'https://evil.listed.example.com', null),
  preflight('does not allow the origin null', 'null', null),
];

/** Markup that an HTML parser would run, in each parameter. */
const HTML = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;
const ENCODED = encodeURIComponent(HTML);
const escapes = (title: string, open: (a: Attack) => Promise<Response>): HostileLogin => [
  `escapes HTML in ${title}`,
  async (a) => {
    const text = await (await open(a)).text();
    return [text.includes('<script>alert') || text.includes('<img'), text.includes('&lt;script&gt;')];
  },
  [false, true],
];

const MARKUP: readonly HostileLogin[] = [
  escapes('client_id', (a) => a.browser.send(a.authorizeUrl({ client_id: HTML }))),
  escapes('login_hint', async (a) => a.browser.send(await a.loginPage({ login_hint: HTML }))),
  escapes('the username', async (a) => a.browser.send(await a.loginPage(), { username: HTML, password: 'x' })),
  escapes('returnTo', (a) => a.browser.send(`${LOGOUT}client_id=spa&returnTo=${ENCODED}`)),
  escapes('the client of a logout', (a) => a.browser.send(`${LOGOUT}client_id=${ENCODED}`)),
  escapes('post_logout_redirect_uri', (a) =>
    a.browser.send(`${OIDC_LOGOUT}client_id=spa&post_logout_redirect_uri=${ENCODED}`),
  ),
  escapes('a state sent by form_post', (a) => a.login({ state: HTML, response_mode: 'form_post' })),
  attempt('escapes HTML in a state sent by web_message', [false, true], async (a) => {
    const text = await (await a.login({ state: HTML, response_mode: 'web_message' })).text();
    return [text.includes('<script>alert'), text.includes('\\u003cscript\\u003e')];
  }),
];

export const HOSTILE_LOGINS: Readonly<Record<string, readonly HostileLogin[]>> = {
  codes: CODES,
  callbacks: CALLBACK_URLS,
  requests: REQUESTS,
  browsers: BROWSERS,
  'refresh tokens': REFRESH,
  logouts: LOGOUTS,
  origins: ORIGINS,
  markup: MARKUP,
};
