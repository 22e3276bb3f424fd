import type { Integration } from '../model/integrations.ts';
import type { Model } from '../model/model.ts';
import type { ResourceServer } from '../model/tenant.ts';
import { issuerOf } from '../tenant/claims.ts';
import { accessOf, type Access } from './cells.ts';
import { code, codes } from './markdown.ts';
import { clientText, functionText, NO_ROUTE, renamed } from './renames.ts';
import { cellText, heading, needsOf, permission, permissionsOf } from './texts.ts';

/**
 * What `access/<stack>.md` says. All texts are Markdown within a line, names in it being code spans, and identify what
 * they stand for: two reports are compared by them.
 */
export interface Report {
  readonly stack: string;
  readonly callers: readonly string[];
  /** A cell for each caller, in their order; it begins with `allowed` or `denied`. */
  readonly rows: readonly Row[];
  /** The permissions that each caller can get, whether or not a route asks for them; `none` where there are none. */
  readonly permissions: readonly string[];
  /** Title to items, in the order of the file. */
  readonly sections: ReadonlyMap<string, readonly string[]>;
}

/** A route of the table; `needs` is what its authorizer asks for, in words. */
export interface Row {
  readonly route: string;
  readonly needs: string;
  readonly cells: readonly string[];
}

/**
 * The sections below the table: a title and what makes its items. One more is a line more here: the file's reader and
 * the comparison of two reports go by this table.
 */
const SECTIONS = {
  'Permissions that no route asks for': unaskedPermissions,
  'Routes that nobody can call': uncallableRoutes,
  'Callers that can call nothing beyond public routes': idleCallers,
  'Public routes': publicRoutes,
  'What serves the routes': backends,
  'Renamed, and kept': renames,
  Tokens: tokens,
  'Exceptions from what production asks for': exceptions,
  'Rules that do not hold': violations,
} as const satisfies Record<string, (model: Model, access: Access) => readonly string[]>;

/** The heading of a section, by which it is found in a report. */
export type SectionTitle = keyof typeof SECTIONS;
/** The headings in the order of the file. */
export const SECTION_TITLES: readonly string[] = Object.keys(SECTIONS);

/** The rules that do not hold, a line each, of all of these stacks. */
export function brokenRules(reports: readonly Report[]): string[] {
  const title: SectionTitle = 'Rules that do not hold';
  return reports.flatMap(({ stack, sections }) => (sections.get(title) ?? []).map((item) => `${stack}: ${item}`));
}

/** Writes down who may call what. */
export function reportOf(model: Model): Report {
  const access = accessOf(model);
  return {
    stack: model.stack,
    callers: access.callers.map(heading),
    rows: access.rows.map(({ route, cells }) => ({
      route: code(route.routeKey),
      needs: needsOf(route),
      cells: cells.map(cellText),
    })),
    permissions: access.callers.map((caller) => permissionsOf(access.answers.get(caller) ?? [], model.tenant)),
    sections: new Map(Object.entries(SECTIONS).map(([title, itemsOf]) => [title, itemsOf(model, access)])),
  };
}

/** A permission is asked for where a route names it and takes tokens of its API. */
function unaskedPermissions({ tenant, api }: Model): string[] {
  const isAsked = (scope: string, { identifier }: ResourceServer): boolean =>
    api.routes.some(
      ({ scopes, authorizer }) => scopes.includes(scope) && authorizer?.audiences.includes(identifier) === true,
    );
  return tenant.resourceServers
    .flatMap((one) => one.scopes.filter((scope) => !isAsked(scope, one)).map((scope) => permission(scope, one, tenant)))
    .toSorted();
}

function uncallableRoutes(_model: Model, { rows }: Access): string[] {
  return rows.flatMap(({ route, cells }) => {
    if (cells.every(({ allowed }) => !allowed)) return [code(route.routeKey)];
    // Whoever is let through is answered 500.
    return route.integration.mayInvoke ? [] : [`${code(route.routeKey)}: the API may not invoke its function`];
  });
}

function idleCallers(_model: Model, { callers, rows }: Access): string[] {
  const busy = rows.flatMap(({ cells }) =>
    cells.filter(({ allowed, reason }) => allowed && reason.kind !== 'public').map(({ caller }) => caller),
  );
  return callers.filter((caller) => caller.kind !== 'anyone' && !busy.includes(caller)).map(heading);
}

function publicRoutes(_model: Model, { rows }: Access): string[] {
  return rows.filter(({ route }) => route.authorizer === undefined).map(({ route }) => code(route.routeKey));
}

/** What gets the requests, and so the callers' tokens. */
function backends({ api }: Model, { rows }: Access): string[] {
  return [
    ...rows.map(({ route }) => `${code(route.routeKey)}: ${backendOf(route.integration)}`),
    ...api.idleFunctions.map((name) => `${NO_ROUTE}: ${functionText(name)}`),
  ];
}

function backendOf(integration: Integration): string {
  if (integration.kind === 'function') return functionText(integration.function.logicalName);
  return integration.kind === 'http'
    ? `endpoint ${code(integration.url)}`
    : `existing function ${code(integration.arn)}`;
}

/** What has another name than before, and is the same for an engine. */
function renames({ api }: Model, { callers }: Access): string[] {
  const clients = callers.flatMap((caller) => {
    if (caller.kind !== 'client') return [];
    const { logicalName, formerly } = caller.client;
    // The program's own prefix, and the name that callers are called by.
    const prefix = logicalName.endsWith(caller.name) ? logicalName.slice(0, -caller.name.length) : undefined;
    const names = formerly.filter((name) => prefix !== undefined && name.startsWith(prefix));
    return names.map((name) => renamed(clientText(name.slice(prefix?.length)), caller.name));
  });
  const functions = api.routes.flatMap(({ integration }) => {
    if (integration.kind !== 'function') return [];
    const { logicalName, formerly } = integration.function;
    return formerly.map((name) => renamed(functionText(name), logicalName));
  });
  return [...new Set([...clients, ...functions])].toSorted();
}

function tokens({ tenant, api }: Model): string[] {
  const trusted = api.routes.flatMap(({ authorizer }) =>
    authorizer === undefined
      ? []
      : [`Taken by the API: issuer ${code(authorizer.issuer)}, audience ${codes(authorizer.audiences, ' or ')}`],
  );
  return [
    `Issuer: ${code(issuerOf(tenant))}`,
    ...tenant.resourceServers.map(
      ({ identifier, tokenLifetime }) => `Lifetime for ${code(identifier)}: ${tokenLifetime} s`,
    ),
    ...new Set(trusted.toSorted()),
  ];
}

function exceptions(model: Model): string[] {
  return Object.entries(model.exceptions).map(([key, reason]) => `${code(key)}: ${code(reason)}`);
}

function violations(model: Model): string[] {
  return model.violations.map(({ rule, resource, message }) => `${code(resource)}: ${code(`${rule}: ${message}`)}`);
}
