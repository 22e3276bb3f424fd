import type { Client, ResourceServer, Tenant } from '../model/tenant.ts';
import { refusals, type TokenError } from './errors.ts';
import { apiFor } from './grant.ts';
import type { Parameters } from './parameters.ts';
import { scopeWords } from './scopes.ts';
import { isListed, originOf, withoutFragment } from './urls.ts';
import { requestedScopes, scopesForUsers } from './user-grant.ts';

/** Source: https://auth0.com/docs/authenticate/protocols/oauth */
const RESPONSE_MODES = ['query', 'fragment', 'form_post', 'web_message'] as const;
export type ResponseMode = (typeof RESPONSE_MODES)[number];

/** A checked callback of the client. */
export interface Callback {
  readonly client: Client;
  /** Without a fragment. */
  readonly url: string;
  /** The `redirect_uri` as sent. */
  readonly sent: string | undefined;
  readonly mode: ResponseMode;
  readonly state: string | undefined;
}

/** A valid request to `/authorize`. */
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
  /** The connection that the request names. */
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
  const client = tenant.clients.find((one) => one.clientId === clientId);
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
  const mode = RESPONSE_MODES.find((one) => one === parameters.get('response_mode')) ?? 'query';
  if (mode === 'web_message' && !isListed(originOf(url) ?? '', webOrigins)) {
    throw new PageError(403, [
      'The response mode web_message is not allowed for this origin.',
      'Add the origin of the callback to the Allowed Web Origins of the application.',
    ]);
  }
  return { client, url, sent, mode, state: parameters.get('state') };
}

interface Reading {
  readonly client: Client;
  readonly get: (name: string) => string | undefined;
  readonly has: (name: string) => boolean;
  readonly tenant: Tenant;
}

/** The checks of a request, in Auth0's order. Each throws if it fails. */
const CHECKS: readonly ((reading: Reading) => unknown)[] = [
  ({ client, has }) => {
    const refused = client.firstParty ? undefined : REFUSED_OF_THIRD_PARTIES.find(has);
    return refused === undefined || refusals.malformed(`parameter ${refused} is not allowed`);
  },
  ({ has }) => {
    const unsupported = UNSUPPORTED_AT_AUTHORIZE.find(has);
    return unsupported === undefined || refusals.unsupportedParameter(unsupported);
  },
  ({ get }) => get('response_type') ?? refusals.missingParameter('response_type'),
  ({ client, get }) => {
    const types = scopeWords(get('response_type'));
    if (types.length === 1 && types[0] === 'code') return true;
    const isKnown = types.every((type) => ['code', 'token', 'id_token'].includes(type));
    return isKnown && client.firstParty
      ? refusals.grantTypeNotAllowed('implicit')
      : refusals.unsupportedResponseType(types.join(' '));
  },
  ({ client }) =>
    client.grantTypes.includes('authorization_code') || refusals.grantTypeNotAllowed('authorization_code'),
  ({ get }) => {
    const mode = get('response_mode');
    return RESPONSE_MODES.some((one) => one === (mode ?? 'query')) || refusals.malformed('Invalid response_mode');
  },
  // Without a secret, only PKCE proves that the code is the client's own.
  ({ client, get }) =>
    (client.firstParty && !client.isPublic) || (get('code_challenge') ?? refusals.missingParameter('code_challenge')),
  ({ get, has }) => {
    if (!has('code_challenge') && !has('code_challenge_method')) return true;
    // The default method is `plain`, which has never worked at Auth0.
    if (get('code_challenge_method') !== 'S256') return refusals.malformed('code_challenge_method must be S256');
    return /^[\w-]{43}$/.test(get('code_challenge') ?? '') || refusals.malformed('Invalid code_challenge');
  },
  ({ get }) => {
    const prompts = scopeWords(get('prompt'));
    const unknown = prompts.some((prompt) => !['none', 'login', 'consent', 'select_account'].includes(prompt));
    const contradicts = prompts.includes('none') && prompts.length > 1;
    return !(unknown || contradicts) || refusals.malformed('Invalid prompt');
  },
  ({ get }) => /^\d{1,9}$/.test(get('max_age') ?? '0') || refusals.malformed('Invalid max_age'),
  ({ client, get, tenant }) => {
    const name = get('connection');
    if (name === undefined) return true;
    const connection = tenant.connections.find((one) => one.name === name);
    if (connection === undefined) return refusals.malformed('the connection was not found');
    return connection.clientIds.includes(client.clientId) || refusals.connectionNotEnabled();
  },
  // A third party gets tokens only for APIs with a client grant for it.
  ({ client, get }) => client.firstParty || (get('audience') ?? refusals.missingParameter('audience')),
  ({ client, get, tenant }) => {
    const audience = get('audience');
    if (audience === undefined && client.legacy === true) return refusals.legacyPipeline(client.name);
    return audience === undefined || scopesForUsers(tenant, apiFor(tenant, audience), client);
  },
];

/**
 * Checks the request.
 * @throws TokenError with the `error` and `error_description` for the callback
 */
export function authorizationRequest(tenant: Tenant, callback: Callback, parameters: Parameters): AuthorizationRequest {
  const { client } = callback;
  const get = (name: string): string | undefined => parameters.get(name);
  for (const check of CHECKS) check({ client, tenant, get, has: (name) => parameters.has(name) });
  const audience = get('audience');
  const api = audience === undefined ? undefined : apiFor(tenant, audience);
  const maxAge = get('max_age');
  return {
    client,
    callback,
    api,
    scopes: requestedScopes(scopeWords(get('scope')), api),
    challenge: get('code_challenge'),
    nonce: get('nonce'),
    prompts: scopeWords(get('prompt')),
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    connection: get('connection'),
    loginHint: get('login_hint'),
  };
}

/**
 * The parameters of a URL's query.
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

/** The parameters of an error at the callback. Auth0 sends no description if the user declines. */
export function errorParameters({ error, message }: TokenError): Readonly<Record<string, string>> {
  return { error, ...(message !== '' && { error_description: message }) };
}
