import { envFiles, envLines } from '../server/env-files.ts';
import { quoted } from '../common/quoted.ts';
import type { Forwards } from '../gateway/integrate.ts';
import type { Route } from '../model/http-api.ts';
import { eachApi, ownValue, pathTo, type Model } from '../model/model.ts';
import { clientName } from '../model/names.ts';
import { secondIssuerUrl, type Permission } from '../model/tenant.ts';
import { permissionsOf } from '../tenant/user-grant.ts';

export interface Addresses {
  readonly apiUrl: string;
  readonly apiUrls?: readonly string[];
  readonly tenantUrl: string;
  readonly caFile: string | undefined;
  readonly forwards: Forwards;
  /** The command that gets a token for a client with a private key, with `CLIENT` in place of the client's name. */
  readonly tokenCommand?: string;
  readonly stateFolder: string;
}

/** Returns a model of each API alone, with its URL. */
export function served(model: Model, { apiUrl, apiUrls = [] }: Addresses): { one: Model; url: string }[] {
  return eachApi(model).map((one, index) => ({ one, url: apiUrls[index] ?? apiUrl }));
}

/** Returns what a person can paste: requests for a terminal, and settings for `.env` files. */
export function toPaste(model: Model, addresses: Addresses): string[] {
  return [
    ...served(model, addresses).flatMap(({ one, url }) => {
      const tenantUrl = one.tenant === model.tenant ? addresses.tenantUrl : secondIssuerUrl(addresses.tenantUrl);
      return scenarios(one, { ...addresses, apiUrl: url, tenantUrl });
    }),
    ...logins(model, addresses),
  ];
}

/** Returns a `curl` command for each of the article's two scenarios that the stack has. */
function scenarios(model: Model, addresses: Addresses): string[] {
  const { tenant } = model;
  const ofApi = model.apis.length === 1 ? '' : `, ${model.api.name}`;
  const { tokenCommand = 'twin token --as CLIENT --key <file>', forwards } = addresses;
  if (addresses.tenantUrl === '') return [];
  const services = tenant.clients.filter(({ grantTypes }) => grantTypes.includes('client_credentials'));
  const signing = services.filter(({ keys }) => keys !== undefined);
  const withSecret = services.filter(({ keys }) => keys === undefined);
  const service = firstCall(model, withSecret, forwards, (client) =>
    tenant.grants
      .filter(({ clientId, subjectType }) => clientId === client.clientId && subjectType === 'client')
      .flatMap(({ audience, scopes }) => scopes.map((name) => ({ name, audience }))),
  );
  const user = firstCall(model, tenant.users, forwards, ({ roleIds }) =>
    tenant.resourceServers.flatMap(({ identifier: audience }) =>
      permissionsOf(tenant, roleIds, audience).map((name) => ({ name, audience })),
    ),
  );
  const realm = user?.caller.connection;
  const grant_type =
    tenant.defaultDirectory === realm ? 'password' : 'http://auth0.com/oauth/grant-type/password-realm';
  const login = tenant.clients.find(
    ({ clientId, grantTypes, keys }) =>
      keys === undefined &&
      grantTypes.includes(grant_type) &&
      tenant.connections.some(({ name, clientIds }) => name === realm && clientIds.includes(clientId)),
  );
  const lines = signing.map(({ clientId }) => {
    const name = clientName(model, clientId) ?? clientId;
    const command = tokenCommand.replace('CLIENT', () => quoted(name));
    return [`${name} signs its token requests with its private key: ${command}`];
  });
  if (service === undefined && signing.length === 0) {
    lines.push([
      'No client can call a protected route that is served here (other than DELETE): give one a permission that a route requires.',
    ]);
  } else if (service !== undefined) {
    const { clientId: client_id, secret: client_secret } = service.caller;
    const request = { grant_type: 'client_credentials', client_id, client_secret, audience: service.audience };
    const command = curlWithToken(service.route, model, addresses, request);
    lines.push([`Service (client_credentials)${ofApi}:`, '', command]);
  }
  if (user !== undefined && login !== undefined) {
    const { email: username, password } = user.caller;
    const api = tenant.resourceServers.find(({ identifier }) => identifier === user.audience);
    const request = {
      grant_type,
      ...(grant_type !== 'password' && { realm: user.caller.connection }),
      client_id: login.clientId,
      client_secret: login.secret,
      username,
      password,
      audience: user.audience,
      scope: ['delete:user', ...(api?.scopes ?? [])].join(' '),
    };
    const command = curlWithToken(user.route, model, addresses, request);
    lines.push([`User (password grant)${ofApi}, requesting more scopes than the role allows:`, '', command]);
  }
  return lines.flatMap((all) => [...all, '']);
}

function logins(model: Model, addresses: Addresses): string[] {
  return envFiles(model, addresses).flatMap(({ client, file, settings, isPublic, secret }) => {
    const prefix = isPublic ? 'VITE_' : '';
    const more = isPublic ? 'also for Next.js' : secret === '' ? 'without its private key' : 'with its secret';
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

/** Printed commands get pasted, so none deletes anything. */
function isHarmless({ match }: Route): boolean {
  return match.kind === 'default' || match.method !== 'DELETE';
}

function isSent({ match }: Route): boolean {
  return match.kind === 'path' && !['GET', 'ANY'].includes(match.method);
}

/** Returns the first protected, served route that one of the callers may use; GET before other methods. */
function firstCall<Caller>(
  { api }: Model,
  callers: readonly Caller[],
  forwards: Forwards,
  permissions: (caller: Caller) => readonly Permission[],
): Call<Caller> | undefined {
  const served = api.routes.filter(
    ({ integration: { kind }, routeKey }) => kind === 'function' || forwards.has(routeKey),
  );
  const routes = served.filter(isHarmless).toSorted((a, b) => Number(isSent(a)) - Number(isSent(b)));
  const calls = routes.flatMap((route) =>
    callers.flatMap((caller): Call<Caller>[] => {
      const { authorizer, scopes } = route;
      const held = permissions(caller).find(
        ({ name, audience }) =>
          authorizer?.audiences.includes(audience) && (scopes.length === 0 || scopes.includes(name)),
      );
      return held === undefined ? [] : [{ caller, route, audience: held.audience }];
    }),
  );
  return calls[0];
}

/** Returns one command that gets a token and calls a route. It needs no tool besides `curl` and `sed`. */
function curlWithToken(
  route: Route,
  model: Model,
  { apiUrl, tenantUrl, caFile }: Addresses,
  body: Readonly<Record<string, string>>,
): string {
  const trust = caFile === undefined ? '' : `--cacert ${/^[\w./-]+$/.test(caFile) ? caFile : quoted(caFile)} `;
  const token = `$(curl -s ${trust}${tenantUrl}/oauth/token -H 'content-type: application/json' -d ${quoted(JSON.stringify(body))} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`;
  const { match, authorizer } = route;
  const path = pathTo(route, model);
  const method = match.kind === 'path' && isSent(route) ? `-X ${match.method} ` : '';
  const example = method === '' ? undefined : ownValue(model.exampleBodies, route.routeKey);
  const data = example === undefined ? '' : ` -H 'content-type: application/json' -d ${quoted(example)}`;
  const { from, name } = authorizer?.identitySource ?? { from: 'header', name: 'Authorization' };
  return from === 'header'
    ? `curl -i ${method}${apiUrl}${path} -H "${name}: Bearer ${token}"${data}`
    : `curl -i ${method}"${apiUrl}${path}?${name}=${token}"${data}`;
}
