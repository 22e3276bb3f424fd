import { ENCRYPTED } from '../common/encrypted.ts';
import type { Route } from '../model/http-api.ts';
import type { Model } from '../model/model.ts';
import { clientName } from '../model/names.ts';
import { secondIssuerUrl, type Client } from '../model/tenant.ts';
import { integrationName } from '../model/integrations.ts';
import { UNKNOWN_PRODUCTION } from '../rules/production.ts';
import type { Forwards } from '../gateway/integrate.ts';
import { matchRoute } from '../gateway/match.ts';
import { permissionsOf } from '../tenant/user-grant.ts';
import { served, toPaste, type Addresses } from './curls.ts';

/** Returns the start screen: the URLs, who may call what, and a request to paste for each scenario. */
export function welcome(model: Model, addresses: Addresses & { readonly pageUrl: string }): string {
  const { stack, tenant } = model;
  const apis = served(model, addresses);
  const nameOf = ({ api, apis: all }: Model): string => (all.length === 1 ? '' : api.name);
  return [
    `The twin of stack ${stack} is up. Nothing leaves this machine.`,
    '',
    ...apis.map(({ one, url }) => `  API     ${url}  ${nameOf(one)}`.trimEnd()),
    `  Tenant  ${addresses.tenantUrl || 'left out'}  (issuer https://${tenant.issuerDomain}/)`,
    ...(addresses.tenantUrl === '' || tenant.secondIssuerDomain === undefined
      ? []
      : [`          ${secondIssuerUrl(addresses.tenantUrl)}  (issuer https://${tenant.secondIssuerDomain}/)`]),
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
      ...tenant.clients.map((client) => [clientName(model, client.clientId) ?? '', clientMay(model, client)]),
      ...tenant.users.map(({ email, roleIds }) => [email, `user; may: ${userMay(model, roleIds)}`]),
    ]),
    '',
    ...toPaste(model, addresses),
    ...differences(model),
    'Ctrl+C stops it. It reloads when the program, a handler or the stack file changes.',
    '',
  ].join('\n');
}

export function warnings({ apis, environments, encrypted, violations, registered }: Model): string[] {
  const broken = violations.map(({ rule, resource, message }) => `Warning: ${resource}: ${message} (${rule}).`);
  const unnamed = environments.map(
    (name) => `Note: the values of the Pulumi environment ${name} are not read here; set them with --config key=value.`,
  );
  const undecrypted = encrypted.map(
    (path) =>
      `Note: ${path} is encrypted, and only Pulumi can decrypt it: the program gets the string ${ENCRYPTED}; set it with --config ${path}=<value>.`,
  );
  const unknown =
    typeof registered.outputs['production'] === 'boolean' ||
    violations.some(({ message }) => message === UNKNOWN_PRODUCTION)
      ? []
      : [`Note: the rules for production were not applied: ${UNKNOWN_PRODUCTION}.`];
  const notes = [broken, unknown, unnamed, undecrypted].flatMap((lines) => (lines.length > 0 ? [...lines, ''] : []));
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
    `Warning: ${routeKey} needs a token and also matches OPTIONS, so a browser's preflight request gets a 401.`,
    'Name the methods, or add a public route OPTIONS /{proxy+}.',
    '',
  ]);
}

/** Returns a path that the route takes; its values are unlikely to match another route. */
function sampleSegments({ match }: Route): string[] {
  if (match.kind === 'default') return ['~any~'];
  return match.segments.map((segment) => (segment.kind === 'literal' ? segment.text : '~any~'));
}

function routeNeeds(protectedRoute: boolean, scopes: readonly string[]): string {
  if (!protectedRoute) return 'public: anyone, without a token';
  return scopes.length === 0 ? 'any token of the audience' : `needs ${scopes.join(' or ')}`;
}

function elsewhere({ routeKey, integration }: Route, forwards: Forwards): string {
  if (integration.kind === 'function') return '';
  const local = forwards.get(routeKey)?.origin ?? 'no local address: see --forward';
  return `; goes to ${integrationName(integration)} (${local})`;
}

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
  // A client that only logs users in needs no grant.
  if (scopes.length === 0 && !grantTypes.includes('client_credentials')) return types;
  return `${types}; grant: ${[...new Set(scopes)].join(' ') || 'none'}`;
}

function userMay({ tenant }: Model, roleIds: readonly string[]): string {
  const held = tenant.resourceServers.flatMap(({ identifier }) => permissionsOf(tenant, roleIds, identifier));
  return held.length === 0 ? 'nothing' : [...new Set(held)].join(' ');
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(0, ...rows.map(([first = '']) => first.length));
  return rows.map(([first = '', ...rest]) => `  ${first.padEnd(width)}  ${rest.join('  ')}`);
}
