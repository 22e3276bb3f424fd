import { byText } from '../common/order.ts';
import type { Action } from '../model/actions.ts';
import type { Integration } from '../model/integrations.ts';
import type { Model } from '../model/model.ts';
import { clientNames } from '../model/names.ts';
import type { ResourceServer, Tenant } from '../model/tenant.ts';
import { scopesOf } from '../gateway/judge.ts';
import { issuerOf } from '../tenant/claims.ts';
import type { Caller } from './callers.ts';
import { accessOf, type Access, type Answer } from './cells.ts';
import type { Backend, Permission, Rename, Report, ReportedCaller } from './data.ts';
import { RECORDED } from './recorded.ts';
import { permissionText, requirementOf } from './texts.ts';

export function reportOf(model: Model): Report {
  const { stack, tenant, api, claims, exceptions, violations } = model;
  const access = accessOf(model);
  return {
    stack,
    callers: access.callers.map(reported),
    routes: access.rows.map(({ route, cells }) => ({
      route: route.routeKey,
      needs: requirementOf(route),
      backend: backendOf(route.integration),
      mayInvoke: route.integration.mayInvoke,
      cells: cells.map(({ reason }) => reason),
    })),
    permissions: access.callers.map((caller) => permissionsOf(access.answers.get(caller) ?? [], tenant)),
    unusedPermissions: unusedPermissions(model),
    renamed: renames(model, access),
    issuer: issuerOf(tenant),
    lifetimes: tenant.resourceServers.map((api) => ({ api: api.identifier, seconds: api.tokenLifetime })),
    trusted: trusted(model),
    logins: loginsOf(model),
    origins: [...(api.cors?.allowOrigins ?? [])].toSorted(),
    claims: Object.entries(claims).map(([name, source]) => ({ name, source })),
    actions: tenant.actions.map((action) => ({ trigger: action.trigger, name: action.name, decides: decides(action) })),
    exceptions: Object.entries(exceptions).map(([key, reason]) => ({ key, reason })),
    violations: violations.map(({ rule, resource, message }) => ({ rule, resource, message })),
    facts: Object.fromEntries(Object.entries(RECORDED).map(([fact, read]) => [fact, read(model)])) as Report['facts'],
  };
}

/**
 * Returns whether an Action may affect who gets in. It does not if its code uses `api` only to set claims, and none of
 * these counts as a scope at the gateway.
 */
export function decides({ code }: Action): boolean {
  const rest = code
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '')
    .replace('(event, api)', '')
    .replace(/\bapi\.(access|id)Token\.setCustomClaim\(/g, '');
  return !code.includes('(event, api)') || /\bscp\b/.test(code) || /\b(api|arguments|eval|Function)\b/.test(rest);
}

function loginsOf({ stack, tenant }: Model): Report['logins'] {
  return clientNames(tenant, stack)
    .filter(({ declared }) => declared.grantTypes.includes('authorization_code'))
    .map(({ declared: { login }, name }) => ({
      client: name,
      callbacks: [...login.callbacks],
      logoutUrls: [...login.logoutUrls],
      origins: [...new Set(login.origins)],
    }));
}

function reported(caller: Caller): ReportedCaller {
  const { kind, name, through } = caller;
  if (kind === 'anyone') return { kind };
  if (kind === 'client') return { kind, name, ...(caller.grantType !== undefined && { grantType: caller.grantType }) };
  return caller.flow === undefined ? { kind, name } : { kind, name, through, flow: caller.flow };
}

function backendOf(integration: Integration): Backend {
  if (integration.kind === 'function') return { kind: 'function', name: integration.function.logicalName };
  return integration.kind === 'http'
    ? { kind: 'endpoint', name: integration.url }
    : { kind: 'existing function', name: integration.arn };
}

function permissionsOf(answers: readonly Answer[], tenant: Tenant): Permission[] {
  return distinct(
    answers.flatMap((answer) => {
      if (answer.kind === 'refused') return [];
      const { api } = answer.ask;
      const scopes = scopesOf(answer.claims).filter((scope) => api.scopes.includes(scope));
      return scopes.map((scope) => permission(scope, api, tenant));
    }),
    permissionText,
  );
}

function permission(name: string, { identifier }: ResourceServer, { resourceServers }: Tenant): Permission {
  return resourceServers.length > 1 ? { name, api: identifier } : { name };
}

/** Returns the permissions that no route needs. A route only needs permissions of an API whose tokens it accepts. */
function unusedPermissions({ tenant, apis }: Model): Permission[] {
  const isUsed = (scope: string, { identifier }: ResourceServer): boolean =>
    apis.some(({ routes }) =>
      routes.some(
        ({ scopes, authorizer }) => scopes.includes(scope) && authorizer?.audiences.includes(identifier) === true,
      ),
    );
  return distinct(
    tenant.resourceServers.flatMap((api) =>
      api.scopes.filter((scope) => !isUsed(scope, api)).map((scope) => permission(scope, api, tenant)),
    ),
    permissionText,
  );
}

function distinct<T>(all: readonly T[], textOf: (item: T) => string): T[] {
  const texts = new Map(all.map((item) => [textOf(item), item]));
  return [...texts].toSorted(([a], [b]) => byText(a, b)).map(([, item]) => item);
}

/** Returns what has a new name, but the same identity for Pulumi's engine. */
function renames({ api }: Model, { callers }: Access): Rename[] {
  const clients = callers.flatMap((caller) => {
    if (caller.kind !== 'client') return [];
    const { logicalName, formerly } = caller.client;
    // The prefix that the program adds to a client's name.
    const prefix = logicalName.endsWith(caller.name) ? logicalName.slice(0, -caller.name.length) : undefined;
    const names = formerly.filter((name) => prefix !== undefined && name.startsWith(prefix));
    return names.map((name): Rename => ({ kind: 'client', before: name.slice(prefix?.length), now: caller.name }));
  });
  const functions = api.routes.flatMap(({ integration }) => {
    if (integration.kind !== 'function') return [];
    const { logicalName, formerly } = integration.function;
    return formerly.map((before): Rename => ({ kind: 'function', before, now: logicalName }));
  });
  return distinct([...clients, ...functions], ({ kind, before, now }) => `${kind} ${before}: ${now}`);
}

function trusted({ api }: Model): Report['trusted'] {
  const all = api.routes.flatMap(({ authorizer }) =>
    authorizer === undefined ? [] : [{ issuer: authorizer.issuer, audiences: [...authorizer.audiences] }],
  );
  return distinct(all, (issuer) => JSON.stringify(issuer));
}
