import type { Client, ResourceServer, Tenant, User } from '../model/tenant.ts';
import type { Parameters } from './parameters.ts';

/** A request that Actions run for, and its outcome unless they change it. */
export interface ActionRequest {
  readonly client: Client;
  /** Absent for client_credentials. */
  readonly user: User | undefined;
  readonly api: ResourceServer | undefined;
  readonly protocol: 'oidc-basic-profile' | 'oauth2-password' | 'oauth2-refresh-token' | undefined;
  readonly requestedScopes: readonly string[];
  readonly sid: string | undefined;
  readonly method: 'GET' | 'POST';
  readonly parameters: Parameters;
  readonly userAgent: string | undefined;
  /** When the user entered the password, in seconds since 1970; undefined if that is not known. */
  readonly authTime: number | undefined;
}

/** The parts of Auth0's event that the twin's lacks. An Action may decide by them, so reading one is an error. */
const UNKNOWN: readonly string[] = [
  'agent',
  'authentication.riskAssessment',
  'custom_domain',
  'refresh_token',
  'request.asn',
  'request.geoip',
  'request.language',
  'security_context',
  'session.authenticated_at',
  'session.clients',
  'session.created_at',
  'session.device',
  'session.expires_at',
  'session.idle_expires_at',
  'session.metadata',
  'session.updated_at',
  'stats',
  'user.created_at',
  'user.enrolledFactors',
  'user.last_password_reset',
  'user.multifactor',
];

/** The paths that the event of this request lacks. A refresh token does not record when the user entered the password. */
export function unknownInEvent({ user, authTime }: ActionRequest): readonly string[] {
  return user === undefined || authTime !== undefined ? UNKNOWN : [...UNKNOWN, 'authentication.methods'];
}

const SECRET = ['client_secret', 'client_assertion', 'password', 'code', 'code_verifier', 'refresh_token'];

/**
 * The event of an Action, without its secrets.
 * @param now milliseconds since 1970
 * Source: https://auth0.com/docs/customize/actions/explore-triggers, the event objects of both triggers
 */
export function actionEvent(tenant: Tenant, request: ActionRequest, now: number): Record<string, unknown> {
  const { client, user, api, sid, method, userAgent, requestedScopes } = request;
  const parameters = Object.fromEntries([...request.parameters].filter(([name]) => !SECRET.includes(name)));
  return {
    client: { client_id: client.clientId, name: client.name, metadata: client.metadata ?? {} },
    request: {
      ip: '127.0.0.1',
      hostname: tenant.issuerDomain,
      method,
      query: method === 'GET' ? parameters : {},
      body: method === 'POST' ? parameters : {},
      ...(userAgent !== undefined && { user_agent: userAgent }),
    },
    tenant: { id: tenant.domain.split('.')[0] },
    ...(api !== undefined && { resource_server: { identifier: api.identifier } }),
    ...(sid !== undefined && { session: { id: sid } }),
    ...(user === undefined
      ? { transaction: { requested_scopes: requestedScopes } }
      : ofUser(tenant, request, user, now)),
  };
}

function ofUser(
  tenant: Tenant,
  { protocol, requestedScopes, parameters, authTime }: ActionRequest,
  user: User,
  now: number,
): object {
  const time = new Date(now).toISOString();
  const authenticatedAt = authTime === undefined ? undefined : new Date(authTime * 1000).toISOString();
  const connection = tenant.connections.find(({ name }) => name === user.connection);
  const optional = ['redirect_uri', 'response_mode', 'state', 'login_hint'].filter((name) => parameters.has(name));
  return {
    authentication: { methods: [{ name: 'pwd', timestamp: authenticatedAt }] },
    authorization: { roles: tenant.roles.filter(({ id }) => user.roleIds.includes(id)).map(({ name }) => name) },
    connection: { id: connection?.id, name: user.connection, strategy: 'auth0', metadata: {} },
    transaction: {
      acr_values: [],
      metadata: {},
      prompt: parameters.get('prompt')?.split(' ') ?? [],
      protocol,
      requested_scopes: requestedScopes,
      response_type: protocol === 'oidc-basic-profile' ? ['code'] : [],
      target_scopes: requestedScopes,
      ui_locales: [],
      ...Object.fromEntries(optional.map((name) => [name, parameters.get(name)])),
    },
    user: {
      user_id: user.userId,
      email: user.email,
      email_verified: user.emailVerified,
      name: user.name,
      nickname: user.nickname,
      picture: user.picture,
      given_name: user.givenName,
      family_name: user.familyName,
      app_metadata: user.appMetadata ?? {},
      user_metadata: user.userMetadata ?? {},
      updated_at: time,
      identities: [
        {
          connection: user.connection,
          provider: 'auth0',
          user_id: user.userId.replace(/^auth0\|/, ''),
          isSocial: false,
        },
      ],
    },
  };
}
