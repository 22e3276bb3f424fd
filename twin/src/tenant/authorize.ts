import type { Client, ResourceServer, Tenant } from '../model/tenant.ts';
import { refusals } from './errors.ts';
import { requestedApi } from './grant.ts';
import { required, scopeWords, type Parameters } from './parameters.ts';
import { isListed, originOf, withoutFragment } from './urls.ts';
import { requestedScopes, scopesForUsers } from './user-grant.ts';

/** Source: https://auth0.com/docs/authenticate/protocols/oauth */
const RESPONSE_MODES = ['query', 'fragment', 'form_post', 'web_message'] as const;

export interface Callback {
  readonly client: Client;
  /** Without a fragment. */
  readonly url: string;
  /** The `redirect_uri` as sent. */
  readonly sent: string | undefined;
  readonly mode: (typeof RESPONSE_MODES)[number];
  readonly state: string | undefined;
}

export interface AuthorizationRequest {
  readonly client: Client;
  readonly callback: Callback;
  readonly api: ResourceServer | undefined;
  /** Every scope that the tokens may hold. */
  readonly scopes: readonly string[];
  readonly challenge: string | undefined;
  readonly nonce: string | undefined;
  readonly prompts: readonly string[];
  /** Seconds. */
  readonly maxAge: number | undefined;
  readonly connection: string | undefined;
  readonly loginHint: string | undefined;
}

/** An error that is shown on a page of the tenant, since no callback is proven. */
export class PageError extends Error {
  readonly status: 400 | 403;
  readonly lines: readonly string[];

  constructor(status: 400 | 403, lines: readonly string[]) {
    super(lines.join(' '));
    this.status = status;
    this.lines = lines;
  }
}

/**
 * Documented parameters that change who gets in or what a token contains, and that the twin does not support.
 * Source: https://auth0.com/docs/api/authentication, RFC 8707, RFC 9396, RFC 9101, OpenID Connect Core
 */
const UNSUPPORTED_AT_AUTHORIZE: readonly string[] = [
  'organization',
  'invitation',
  'dpop_jkt',
  'resource',
  'authorization_details',
  'claims',
  'request',
  'request_uri',
  'acr_values',
  'id_token_hint',
  'login_ticket',
  'connection_scope',
  'access_token',
  'session_transfer_token',
];

/** Source: https://auth0.com/docs/get-started/applications/third-party-applications/troubleshooting */
const REFUSED_OF_THIRD_PARTIES: readonly string[] = ['screen_hint', 'invitation', 'login_ticket'];

/** The supported parameters; others are logged as having no effect. */
const READ: readonly string[] = [
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'state',
  'audience',
  'scope',
  'nonce',
  'prompt',
  'max_age',
  'code_challenge',
  'code_challenge_method',
  'connection',
  'login_hint',
];

export function withoutEffect(parameters: Parameters): string[] {
  return [...parameters.keys()].filter((name) => !READ.includes(name));
}

/**
 * Finds and checks the callback.
 * @throws PageError if the client has no such callback
 */
export function callbackOf(tenant: Tenant, parameters: Parameters): Callback {
  const clientId = parameters.get('client_id');
  if (clientId === undefined) throw new PageError(400, ['Missing required parameter: client_id']);
  const client = tenant.clients.find((declared) => declared.clientId === clientId);
  if (client === undefined) throw new PageError(400, [`Unknown client: ${clientId}`]);
  const sent = parameters.get('redirect_uri');
  const { callbacks, webOrigins } = client.login;
  const only = callbacks.length === 1 ? callbacks[0] : undefined;
  if (sent === undefined && only === undefined) {
    throw new PageError(400, ['Missing required parameter: redirect_uri']);
  }
  const url = withoutFragment(sent ?? only ?? '');
  if (!isListed(url, callbacks)) {
    throw new PageError(403, [
      'Callback URL mismatch.',
      'The provided redirect_uri is not in the list of allowed callback URLs.',
      'Please go to the Application Settings page and make sure you are sending a valid callback url from your application.',
    ]);
  }
  const mode = RESPONSE_MODES.find((known) => known === parameters.get('response_mode')) ?? 'query';
  if (mode === 'web_message' && !isListed(originOf(url) ?? '', webOrigins)) {
    throw new PageError(403, [
      'The response mode web_message is not allowed for this origin.',
      'Add the origin of the callback to the Allowed Web Origins of the application.',
    ]);
  }
  return { client, url, sent, mode, state: parameters.get('state') };
}

/**
 * Checks the request, in Auth0's order.
 * @throws TokenError with the `error` and `error_description` for the callback
 */
export function authorizationRequest(tenant: Tenant, callback: Callback, parameters: Parameters): AuthorizationRequest {
  const { client } = callback;
  refuseUnsupported(client, parameters);
  checkResponse(client, parameters);
  // Without a secret, only PKCE proves that the code is the client's own.
  if (client.isPublic || !client.firstParty) required(parameters, 'code_challenge');
  const challenge = challengeOf(parameters);
  const prompts = promptsOf(parameters);
  const maxAge = parameters.get('max_age');
  if (!/^\d{1,9}$/.test(maxAge ?? '0')) return refusals.malformed('Invalid max_age');
  const connection = parameters.get('connection');
  if (connection !== undefined) checkConnection(tenant, client, connection);
  // A third party gets tokens only for APIs with a client grant for it.
  if (!client.firstParty) required(parameters, 'audience');
  const api = requestedApi(tenant, client, parameters);
  if (api !== undefined) scopesForUsers(tenant, api, client);
  return {
    client,
    callback,
    api,
    scopes: requestedScopes(scopeWords(parameters.get('scope')), api),
    challenge,
    nonce: parameters.get('nonce'),
    prompts,
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    connection,
    loginHint: parameters.get('login_hint'),
  };
}

function refuseUnsupported({ firstParty }: Client, parameters: Parameters): void {
  const sent = (names: readonly string[]): string | undefined => names.find((name) => parameters.has(name));
  const refused = firstParty ? undefined : sent(REFUSED_OF_THIRD_PARTIES);
  if (refused !== undefined) refusals.malformed(`parameter ${refused} is not allowed`);
  const unsupported = sent(UNSUPPORTED_AT_AUTHORIZE);
  if (unsupported !== undefined) refusals.unsupportedParameter(unsupported);
}

function checkResponse({ firstParty, grantTypes }: Client, parameters: Parameters): void {
  const types = scopeWords(required(parameters, 'response_type'));
  if (types.length !== 1 || types[0] !== 'code') {
    const isKnown = types.every((type) => ['code', 'token', 'id_token'].includes(type));
    if (isKnown && firstParty) refusals.grantTypeNotAllowed('implicit');
    refusals.unsupportedResponseType(types.join(' '));
  }
  if (!grantTypes.includes('authorization_code')) refusals.grantTypeNotAllowed('authorization_code');
  const mode = parameters.get('response_mode') ?? 'query';
  if (!RESPONSE_MODES.some((known) => known === mode)) refusals.malformed('Invalid response_mode');
}

function challengeOf(parameters: Parameters): string | undefined {
  const challenge = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (challenge === undefined && method === undefined) return undefined;
  // The default method is `plain`, which has never worked at Auth0.
  if (method !== 'S256') return refusals.malformed('code_challenge_method must be S256');
  return /^[\w-]{43}$/.test(challenge ?? '') ? challenge : refusals.malformed('Invalid code_challenge');
}

function promptsOf(parameters: Parameters): readonly string[] {
  const prompts = scopeWords(parameters.get('prompt'));
  const unknown = prompts.some((prompt) => !['none', 'login', 'consent', 'select_account'].includes(prompt));
  return unknown || (prompts.includes('none') && prompts.length > 1) ? refusals.malformed('Invalid prompt') : prompts;
}

function checkConnection({ connections }: Tenant, { clientId }: Client, name: string): void {
  const connection = connections.find((declared) => declared.name === name);
  if (connection === undefined) return refusals.malformed('the connection was not found');
  if (!connection.clientIds.includes(clientId)) refusals.connectionNotEnabled();
}

/**
 * Returns the parameters of a URL's query.
 * @throws PageError for a duplicate of one that determines the callback; other duplicates are rejected at the callback
 */
export function queryParameters(url: string): {
  readonly parameters: Parameters;
  readonly duplicate: string | undefined;
} {
  const parameters = new Map<string, string>();
  const duplicates: string[] = [];
  for (const [name, value] of new URL(url).searchParams) {
    if (parameters.has(name)) duplicates.push(name);
    if (value !== '') parameters.set(name, value);
  }
  const fatal = duplicates.find((name) => ['client_id', 'redirect_uri', 'response_mode', 'state'].includes(name));
  if (fatal !== undefined) throw new PageError(400, [`The parameter ${fatal} comes more than once`]);
  return { parameters, duplicate: duplicates[0]?.slice(0, 40) };
}
