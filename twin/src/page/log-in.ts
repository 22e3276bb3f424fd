import type { Ask } from '../report/callers.ts';
import { givesRefreshToken, OFFLINE_ACCESS } from '../tenant/user-grant.ts';
import { codeFlow, LoginFailed, tokenRequest, type CodeFlow, type CodeFlowTokens } from '../verify/login.ts';
import { MASK, type ShownStep } from './messages.ts';

/** The values to shorten, and those to mask. */
const TOKENS = ['access_token', 'id_token', 'refresh_token'];
const SECRETS = ['client_secret', 'password'];

/**
 * Plays a login in a browser, the exchange of its code, and a refresh if permitted. Each request is a step.
 * @param tenant returns a response without following redirects
 */
export async function logIn(
  { client, api, parameters, user }: Ask & { readonly user: NonNullable<Ask['user']> },
  scope: string,
  tenant: (request: Request) => Promise<Response>,
  tenantUrl = 'http://localhost',
): Promise<CodeFlowTokens & { readonly steps: readonly ShownStep[] }> {
  const steps: ShownStep[] = [];
  const flow: CodeFlow = {
    tenantUrl,
    client: {
      clientId: client.clientId,
      secret: client.secret,
      redirectUri: parameters.get('redirect_uri') ?? '',
    },
    user,
    audience: api.identifier,
    scope: givesRefreshToken(client, api) ? `${scope} ${OFFLINE_ACCESS}`.trim() : scope,
    fetch: async (request) => {
      const sent = await sentBy(request.clone());
      const response = await tenant(request);
      steps.push({ ...sent, status: response.status, received: await receivedFrom(response.clone()) });
      return response;
    },
  };
  try {
    const answer = await codeFlow(flow);
    const refresh = answer.body['refresh_token'];
    if (typeof refresh === 'string') await tokenRequest(flow, { grant_type: 'refresh_token', refresh_token: refresh });
    return { ...answer, steps };
  } catch (error) {
    if (!(error instanceof LoginFailed)) throw error;
    const answer: CodeFlowTokens = {
      status: 400,
      body: { error: error.error, error_description: error.description },
    };
    return { ...answer, steps };
  }
}

async function sentBy(request: Request): Promise<Pick<ShownStep, 'request' | 'sent'>> {
  const { pathname, searchParams } = new URL(request.url);
  const text = await request.text();
  const isJson = request.headers.get('content-type') === 'application/json';
  const body = isJson ? (JSON.parse(text) as object) : Object.fromEntries(new URLSearchParams(text));
  return { request: `${request.method} ${pathname}`, sent: shown({ ...Object.fromEntries(searchParams), ...body }) };
}

/** Returns a redirect's address and parameters, or the response's body, except for an HTML page. */
async function receivedFrom(response: Response): Promise<ShownStep['received']> {
  const location = response.headers.get('location');
  if (location !== null) {
    const [path = '', query = ''] = location.split('?');
    return shown({ location: path, ...Object.fromEntries(new URLSearchParams(query)) });
  }
  if (response.headers.get('content-type') !== 'application/json') return {};
  return shown((await response.json()) as object);
}

function shown(values: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const text = String(value);
      if (SECRETS.includes(name)) return [name, MASK];
      return [name, TOKENS.includes(name) ? `${text.slice(0, 12)}…` : text];
    }),
  );
}
