import type { Model } from '../graph/model.ts';
import { permissionsOf } from './tenant/password.ts';

interface Addresses {
  readonly apiUrl: string;
  readonly tenantUrl: string;
  /** The file of the authority to trust, where the tenant is served over https. */
  readonly caFile: string | undefined;
}

/** What a person sees when the twin is up: where it is, who may call what, and a request to paste for each scenario. */
export function welcome(model: Model, addresses: Addresses): string {
  const { stack, tenant, api } = model;
  return [
    `The twin of stack ${stack} is up. Nothing of it leaves this machine.`,
    '',
    `  API     ${addresses.apiUrl}`,
    `  Tenant  ${addresses.tenantUrl || 'left out'}  (issuer https://${tenant.issuerDomain}/)`,
    '',
    ...warnings(model),
    'Routes',
    ...columns(
      api.routes.map(({ routeKey, authorizer, scopes }) => [routeKey, routeNeeds(authorizer !== undefined, scopes)]),
    ),
    '',
    'Callers',
    ...columns([
      ...tenant.clients.map(({ name, grantTypes, clientId }) => [
        name,
        `${grantTypes.filter((grant) => !grant.includes(':')).join(', ')}; grant: ${grantOf(model, clientId)}`,
      ]),
      ...tenant.users.map(({ email, roleIds }) => [email, `user; may: ${userMay(model, roleIds)}`]),
    ]),
    '',
    ...scenarios(model, addresses),
    'Ctrl+C ends it. A changed program, handler or stack file is taken up at once.',
    '',
  ].join('\n');
}

/** What the program declares that is right and yet surprises people. */
function warnings({ api, environments }: Model): string[] {
  const unread = environments.map(
    (name) =>
      `Note: the values of the Pulumi environment ${name} are not read here; give them with --config key=value.`,
  );
  return [...unread, ...(unread.length > 0 ? [''] : []), ...preflightTraps(api)];
}

function preflightTraps(api: Model['api']): string[] {
  if (api.cors === undefined) return [];
  const caught = api.routes.filter(
    ({ match, authorizer }) => authorizer !== undefined && (match.kind === 'default' || match.method === 'ANY'),
  );
  return caught.flatMap(({ routeKey }) => [
    `Warning: ${routeKey} needs a token and takes OPTIONS too, so a browser's preflight to it is answered 401.`,
    'Name the methods, or add a public route OPTIONS /{proxy+}.',
    '',
  ]);
}

function routeNeeds(protectedRoute: boolean, scopes: readonly string[]): string {
  if (!protectedRoute) return 'public: anyone, without a token';
  return scopes.length === 0 ? 'any token of the audience' : `needs ${scopes.join(' or ')}`;
}

function grantOf({ tenant }: Model, clientId: string): string {
  const scopes = tenant.grants.filter((grant) => grant.clientId === clientId).flatMap((grant) => grant.scopes);
  return scopes.length === 0 ? 'none' : scopes.join(' ');
}

function userMay({ tenant }: Model, roleIds: readonly string[]): string {
  const held = tenant.resourceServers.flatMap(({ identifier }) => permissionsOf(tenant, roleIds, identifier));
  return held.length === 0 ? 'nothing' : held.join(' ');
}

/** The article's two scenarios, as far as this stack has them; each `curl` works as it stands. */
function scenarios({ tenant, api }: Model, { apiUrl, tenantUrl, caFile }: Addresses): string[] {
  if (tenantUrl === '') return [];
  const lines: string[] = [];
  const tokenCurl = `curl -s ${caFile === undefined ? '' : `--cacert ${caFile} `}${tenantUrl}/oauth/token`;
  const audience = tenant.resourceServers[0]?.identifier;
  const service = tenant.clients.find(({ grantTypes }) => grantTypes.includes('client_credentials'));
  const route = api.routes.find(({ match }) => match.kind === 'path' && match.method === 'GET') ?? api.routes[0];
  const url =
    apiUrl + (route?.match.kind === 'path' ? route.routeKey.replace(/^\S+ /, '').replace(/\{[^}]*\}/g, 'x') : '/');
  if (service !== undefined) {
    lines.push(
      'A service asks for itself, and calls:',
      '',
      curlWithToken(url, tokenCurl, {
        grant_type: 'client_credentials',
        client_id: service.clientId,
        client_secret: service.secret,
        audience,
      }),
      '',
    );
  }
  const user = tenant.users[0];
  const login = tenant.clients.find(({ grantTypes }) => grantTypes.includes('password'));
  if (user !== undefined && login !== undefined) {
    lines.push(
      'A user asks for more than the role permits, gets what it permits, and calls:',
      '',
      curlWithToken(url, tokenCurl, {
        ...(tenant.defaultDirectory === user.connection
          ? { grant_type: 'password' }
          : { grant_type: 'http://auth0.com/oauth/grant-type/password-realm', realm: user.connection }),
        client_id: login.clientId,
        client_secret: login.secret,
        username: user.email,
        password: user.password,
        audience,
        scope: ['delete:user', ...(tenant.resourceServers[0]?.scopes ?? [])].join(' '),
      }),
      '',
    );
  }
  return lines;
}

/** One command that gets a token and calls with it; `sed` takes the token out, so that nothing need be installed. */
function curlWithToken(url: string, tokenCurl: string, body: Readonly<Record<string, string | undefined>>): string {
  const quoted = JSON.stringify(body).replaceAll("'", "'\\''");
  const token = `${tokenCurl} -H 'content-type: application/json' -d '${quoted}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;
  return `curl -i ${url} -H "Authorization: Bearer $(${token})"`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(0, ...rows.map(([first = '']) => first.length));
  return rows.map(([first = '', ...rest]) => `  ${first.padEnd(width)}  ${rest.join('  ')}`);
}
