import { AuthenticationClient } from 'auth0';
import { JwtVerifier } from 'aws-jwt-verify';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import * as openid from 'openid-client';

/** What a client needs to know, and a `fetch` that leads the tenant's real domain to the twin. */
export interface ClientsInput {
  readonly tenantUrl: string;
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
  readonly realm: string;
}

const SCOPE = 'delete:user read:user write:user';

/** Asks other people's clients for tokens, and has another verify them; each as its documentation says. */
export async function runClients(c: ClientsInput): Promise<Record<string, unknown>> {
  const toTwin = (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const requested = new URL(url instanceof Request ? url.url : url);
    return fetch(new URL(requested.pathname + requested.search, c.tenantUrl), init);
  };
  const viaOpenid = await openidClient(c, toTwin);
  const viaAuth0 = await auth0Sdk(c, toTwin);
  const verified = await awsJwtVerify(c, toTwin, [
    viaOpenid.machine.access_token,
    viaOpenid.user.access_token,
    viaAuth0.machine.access_token,
    viaAuth0.user.access_token,
  ]);
  return {
    openidIssuer: viaOpenid.issuer,
    openidMachineScope: viaOpenid.machine.scope,
    openidUserScope: viaOpenid.user.scope,
    openidRefused: viaOpenid.refused,
    userinfo: viaOpenid.userinfo,
    auth0MachineType: viaAuth0.machine.token_type,
    auth0UserType: viaAuth0.user.token_type,
    auth0Refused: viaAuth0.refused,
    verifiedSubjects: verified,
  };
}

type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

async function openidClient(c: ClientsInput, toTwin: Fetch) {
  const config = await openid.discovery(new URL(c.issuer), c.clientId, c.clientSecret, undefined, {
    [openid.customFetch]: (url, options) => toTwin(url, options as RequestInit),
    // The endpoints of the document have the address that it was requested from: on this machine, over http unless --tls.
    ...(c.tenantUrl.startsWith('http:') && { execute: [openid.allowInsecureRequests] }),
  });
  const machine = await openid.clientCredentialsGrant(config, { audience: c.audience });
  const login = { username: c.username, password: c.password, audience: c.audience };
  const user = await openid.genericGrantRequest(config, 'password', {
    ...login,
    scope: `openid profile email ${SCOPE}`,
  });
  const subject = user.claims()?.sub ?? '';
  const userinfo = await openid.fetchUserInfo(config, user.access_token, subject);
  const refused = await openid
    .clientCredentialsGrant(config, { audience: c.audience, scope: 'write:user' })
    .catch((error: unknown) =>
      error instanceof openid.ResponseBodyError ? `${error.status} ${error.error}` : String(error),
    );
  return { issuer: config.serverMetadata().issuer, machine, user, userinfo: userinfo['email'], refused };
}

async function auth0Sdk(c: ClientsInput, toTwin: Fetch) {
  const client = new AuthenticationClient({
    domain: new URL(c.issuer).host,
    clientId: c.clientId,
    clientSecret: c.clientSecret,
    fetch: toTwin,
  });
  const machine = await client.oauth.clientCredentialsGrant({ audience: c.audience });
  const login = { username: c.username, password: c.password, audience: c.audience };
  // Without openid: the SDK would verify the id token with keys from the real domain, past the custom fetch.
  const user = await client.oauth.passwordGrant({ ...login, scope: SCOPE });
  const refused = await client.oauth
    .passwordGrant({ ...login, password: 'wrong', realm: c.realm })
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  return { machine: machine.data, user: user.data, refused };
}

async function awsJwtVerify(c: ClientsInput, toTwin: Fetch, tokens: readonly string[]): Promise<string[]> {
  const jwksUri = `${c.issuer}.well-known/jwks.json`;
  const verifier = JwtVerifier.create(
    { issuer: c.issuer, audience: c.audience, jwksUri },
    {
      jwksCache: new SimpleJwksCache({ fetcher: { fetch: async (uri: string) => (await toTwin(uri)).arrayBuffer() } }),
    },
  );
  const payloads = await Promise.all(tokens.map((token) => verifier.verify(token)));
  return payloads.map(({ sub }) => String(sub).replace(/^(auth0)\|.*|.*(@clients)$/, '$1$2'));
}
