import { UNREAD } from '../common/unread.ts';
import type { Route } from '../model/http-api.ts';
import { eachApi, pathTo, type Model } from '../model/model.ts';
import type { Client, Permission } from '../model/tenant.ts';
import { integrationName, type Integration } from '../model/integrations.ts';
import type { Forwards } from '../gateway/integrate.ts';
import { matchRoute } from '../gateway/match.ts';
import { envFiles, envLines } from '../server/env-files.ts';
import { permissionsOf } from '../tenant/user-grant.ts';

interface Addresses {
  readonly apiUrl: string;
  /** Of several APIs, in the model's order. */
  readonly apiUrls?: readonly string[];
  readonly tenantUrl: string;
  /** The file of the authority to trust, where the tenant is served over https. */
  readonly caFile: string | undefined;
  readonly forwards: Forwards;
  /** With the key to the page's secrets. */
  readonly pageUrl: string;
  /** The folder of the twin's files, as a person would name it. */
  readonly stateFolder: string;
}

/** What a person sees when the twin is up: where it is, who may call what, and a request to paste for each scenario. */
export function welcome(model: Model, addresses: Addresses): string {
  const { stack, tenant } = model;
  const apis = eachApi(model).map((one, index) => ({ one, url: addresses.apiUrls?.[index] ?? addresses.apiUrl }));
  const nameOf = ({ api, apis: all }: Model): string => (all.length === 1 ? '' : api.name);
  return [
    `The twin of stack ${stack} is up. Nothing of it leaves this machine.`,
    '',
    ...apis.map(({ one, url }) => `  API     ${url}  ${nameOf(one)}`.trimEnd()),
    `  Tenant  ${addresses.tenantUrl || 'left out'}  (issuer https://${tenant.issuerDomain}/)`,
    ...(addresses.pageUrl === '' ? [] : [`  Page    ${addresses.pageUrl}  to see who may call what, and try it`]),
    '',
    ...warnings(model),
    ...apis.flatMap(({ one }) => [
      `Routes ${nameOf(one)}`.trimEnd(),
      ...columns(
        one.api.routes.map((route) => [
          route.routeKey,
          routeNeeds(route.authorizer !== undefined, route.scopes) + elsewhere(route, addresses.forwards),
        ]),
      ),
      '',
    ]),
    'Callers',
    ...columns([
      ...tenant.clients.map((client) => [client.name, clientMay(model, client)]),
      ...tenant.users.map(({ email, roleIds }) => [email, `user; may: ${userMay(model, roleIds)}`]),
    ]),
    '',
    ...apis.flatMap(({ one, url }) => scenarios(one, { ...addresses, apiUrl: url })),
    ...logins(model, addresses),
    ...differences(model),
    'Ctrl+C ends it. A changed program, handler or stack file is taken up at once.',
    '',
  ].join('\n');
}

/** What the program declares that is right and yet surprises people. */
function warnings({ apis, environments, unread, violations }: Model): string[] {
  const broken = violations.map(({ rule, resource, message }) => `Warning: ${resource}: ${message} (${rule}).`);
  const unnamed = environments.map(
    (name) =>
      `Note: the values of the Pulumi environment ${name} are not read here; give them with --config key=value.`,
  );
  const encrypted = unread.map(
    (path) =>
      `Note: ${path} is encrypted, and only Pulumi can read it: the program gets the text ${UNREAD}; give it with --config ${path}=<value>.`,
  );
  const notes = [broken, unnamed, encrypted].flatMap((lines) => (lines.length > 0 ? [...lines, ''] : []));
  return [...notes, ...apis.flatMap(preflightTraps)];
}

function preflightTraps(api: Model['api']): string[] {
  if (api.cors === undefined) return [];
  const caught = api.routes.filter(
    (route) =>
      route.authorizer !== undefined &&
      (route.match.kind === 'default' || route.match.method === 'ANY') &&
      matchRoute(api.routes, 'OPTIONS', sampleSegments(route))?.route === route,
  );
  return caught.flatMap(({ routeKey }) => [
    `Warning: ${routeKey} needs a token and takes OPTIONS too, so a browser's preflight to it is answered 401.`,
    'Name the methods, or add a public route OPTIONS /{proxy+}.',
    '',
  ]);
}

/** A path that the route takes, with values that are hardly another route's literals. */
function sampleSegments({ match }: Route): string[] {
  if (match.kind === 'default') return ['~any~'];
  return match.segments.map((segment) => (segment.kind === 'literal' ? segment.text : '~any~'));
}

function routeNeeds(protectedRoute: boolean, scopes: readonly string[]): string {
  if (!protectedRoute) return 'public: anyone, without a token';
  return scopes.length === 0 ? 'any token of the audience' : `needs ${scopes.join(' or ')}`;
}

/** Where a route goes that no handler of the program serves. */
function elsewhere({ routeKey, integration }: Route, forwards: Forwards): string {
  if (integration.kind === 'function') return '';
  const local = forwards.get(routeKey)?.origin ?? 'no local address: see --forward';
  return `; goes to ${integrationName(integration)} (${local})`;
}

/** What is different here from what is deployed. */
function differences({ notEmulated, apis }: Model): string[] {
  const here = Number.parseInt(process.versions.node, 10);
  const declared = apis
    .flatMap(({ routes }) => routes)
    .flatMap(({ integration }) => (integration.kind === 'function' ? [integration.function.node] : []));
  const others = [...new Set(declared)].filter((version) => version !== here);
  const lines = [
    ...(notEmulated.length > 0 ? [`Not emulated locally (any ids are made up): ${notEmulated.join(', ')}.`] : []),
    ...(others.length > 0 ? [`Functions run on Node.js ${here}, not ${others.join(' or ')}.`] : []),
  ];
  return lines.length > 0 ? [...lines, ''] : [];
}

function clientMay({ tenant }: Model, { clientId, grantTypes }: Client): string {
  const types = grantTypes.filter((grant) => !grant.includes(':')).join(', ');
  const scopes = tenant.grants.filter((grant) => grant.clientId === clientId).flatMap((grant) => grant.scopes);
  // A client that only logs users in needs no grant of its own.
  if (scopes.length === 0 && !grantTypes.includes('client_credentials')) return types;
  return `${types}; grant: ${scopes.join(' ') || 'none'}`;
}

function userMay({ tenant }: Model, roleIds: readonly string[]): string {
  const held = tenant.resourceServers.flatMap(({ identifier }) => permissionsOf(tenant, roleIds, identifier));
  return held.length === 0 ? 'nothing' : held.join(' ');
}

/** The article's two scenarios, as far as this stack has them; each `curl` works as it stands. */
function scenarios(model: Model, addresses: Addresses): string[] {
  const { tenant } = model;
  if (addresses.tenantUrl === '') return [];
  const service = firstCall(
    model,
    tenant.clients.filter(({ grantTypes }) => grantTypes.includes('client_credentials')),
    (client) =>
      tenant.grants
        .filter(({ clientId, subjectType }) => clientId === client.clientId && subjectType === 'client')
        .flatMap(({ audience, scopes }) => scopes.map((name) => ({ name, audience }))),
    addresses.forwards,
  );
  const user = firstCall(
    model,
    tenant.users,
    ({ roleIds }) =>
      tenant.resourceServers.flatMap(({ identifier: audience }) =>
        permissionsOf(tenant, roleIds, audience).map((name) => ({ name, audience })),
      ),
    addresses.forwards,
  );
  const lines: string[] = [];
  if (service === undefined) {
    lines.push(
      'No client may call any route that needs a token and is served here (DELETE apart): give one a permission that a route asks for.',
      '',
    );
  } else {
    const { clientId: client_id, secret: client_secret } = service.caller;
    const request = { grant_type: 'client_credentials', client_id, client_secret, audience: service.audience };
    lines.push(
      'A service asks for itself, and calls:',
      '',
      curlWithToken(service.route, model, addresses, request),
      '',
    );
  }
  const grant_type =
    tenant.defaultDirectory === user?.caller.connection
      ? 'password'
      : 'http://auth0.com/oauth/grant-type/password-realm';
  const login = tenant.clients.find(
    ({ clientId, grantTypes }) =>
      grantTypes.includes(grant_type) &&
      tenant.connections.some(
        ({ name, clientIds }) => name === user?.caller.connection && clientIds.includes(clientId),
      ),
  );
  if (user !== undefined && login !== undefined) {
    const { connection, email: username, password } = user.caller;
    const api = tenant.resourceServers.find(({ identifier }) => identifier === user.audience);
    const request = {
      grant_type,
      ...(grant_type !== 'password' && { realm: connection }),
      client_id: login.clientId,
      client_secret: login.secret,
      username,
      password,
      audience: user.audience,
      scope: ['delete:user', ...(api?.scopes ?? [])].join(' '),
    };
    lines.push(
      'A user asks for more than the role permits, gets what it permits, and calls:',
      '',
      curlWithToken(user.route, model, addresses, request),
      '',
    );
  }
  return lines;
}

/** What the developer of each client that users log in through pastes into a .env file. */
function logins(model: Model, addresses: Addresses): string[] {
  return envFiles(model, addresses).flatMap(({ client, file, settings, secret }) => {
    const prefix = secret === '' ? 'VITE_' : '';
    const more = secret === '' ? 'also for Next.js' : 'with its secret';
    return [
      `Users log in through ${client}. Its .env file, ${more}, is ${addresses.stateFolder}${file}:`,
      '',
      ...envLines(settings, prefix).map((line) => `  ${line}`),
      '',
    ];
  });
}

interface Call<Caller> {
  readonly caller: Caller;
  readonly route: Route;
  readonly audience: string;
}

/** A person pastes what is printed, so it never deletes anything. */
function isHarmless({ match }: Route): boolean {
  return match.kind === 'default' || match.method !== 'DELETE';
}

/** Whether the example request of a route sends another method than GET. */
function isSent({ match }: Route): boolean {
  return match.kind === 'path' && !['GET', 'ANY'].includes(match.method);
}

/** Whether anything on this machine answers it. */
function isServed({ kind }: Integration, forwarded: boolean): boolean {
  return kind === 'function' || forwarded;
}

/** The first route with an authorizer that one of the callers may use, and that is served here; GET before other methods. */
function firstCall<Caller>(
  { api }: Model,
  callers: readonly Caller[],
  permissions: (caller: Caller) => readonly Permission[],
  forwards: Forwards,
): Call<Caller> | undefined {
  const served = api.routes.filter(({ integration, routeKey }) => isServed(integration, forwards.has(routeKey)));
  for (const route of served.filter(isHarmless).toSorted((a, b) => Number(isSent(a)) - Number(isSent(b)))) {
    const { authorizer, scopes } = route;
    if (authorizer === undefined) continue;
    for (const caller of callers) {
      const held = permissions(caller).find(
        ({ name, audience }) =>
          authorizer.audiences.includes(audience) && (scopes.length === 0 || scopes.includes(name)),
      );
      if (held !== undefined) return { caller, route, audience: held.audience };
    }
  }
  return undefined;
}

/** One command that gets a token and calls with it; `sed` takes the token out, so that nothing need be installed. */
function curlWithToken(
  route: Route,
  model: Model,
  { apiUrl, tenantUrl, caFile }: Addresses,
  body: Readonly<Record<string, string>>,
): string {
  const quoted = JSON.stringify(body).replaceAll("'", "'\\''");
  const trust =
    caFile === undefined
      ? ''
      : `--cacert ${/^[\w./-]+$/.test(caFile) ? caFile : `'${caFile.replaceAll("'", "'\\''")}'`} `;
  const token = `$(curl -s ${trust}${tenantUrl}/oauth/token -H 'content-type: application/json' -d '${quoted}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`;
  const { match, authorizer } = route;
  const path = pathTo(route, model);
  const method = match.kind === 'path' && isSent(route) ? `-X ${match.method} ` : '';
  const { from, name } = authorizer?.identitySource ?? { from: 'header', name: 'Authorization' };
  return from === 'header'
    ? `curl -i ${method}${apiUrl}${path} -H "${name}: Bearer ${token}"`
    : `curl -i ${method}"${apiUrl}${path}?${name}=${token}"`;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(0, ...rows.map(([first = '']) => first.length));
  return rows.map(([first = '', ...rest]) => `  ${first.padEnd(width)}  ${rest.join('  ')}`);
}
