import { z } from 'zod';
import { PERMISSION, PERMISSION_DESCRIPTION_LENGTH } from '../../limits/auth0.ts';
import { SCOPES_PER_ROUTE } from '../../limits/http-api.ts';
import { RESERVED_SCOPES } from '../../limits/oidc-scopes.ts';
import { changesState, OPENAPI_METHODS, parseRouteKey, routeShape, variableConflicts } from '../../limits/route-key.ts';

const examples = z.looseObject({
  example: z.unknown().optional(),
  examples: z.record(z.string(), z.looseObject({ value: z.unknown().optional() })).optional(),
  schema: z.looseObject({ example: z.unknown().optional(), examples: z.array(z.unknown()).optional() }).optional(),
});
type Examples = z.infer<typeof examples>;
const parameter = examples.extend({ name: z.string(), in: z.string() });
const requirements = z.array(z.record(z.string(), z.array(z.string()))).optional();
const operation = z.looseObject({
  parameters: z.array(parameter).default([]),
  requestBody: z.looseObject({ content: z.record(z.string(), examples).default({}) }).optional(),
  security: requirements,
  callbacks: z.unknown().optional(),
});
const scheme = z.looseObject({
  type: z.string(),
  scheme: z.string().optional(),
  flows: z.record(z.string(), z.looseObject({ scopes: z.record(z.string(), z.string()).default({}) })).default({}),
});

/** The parts of an OpenAPI 3 document that the import uses, with references resolved. */
export const openApi = z.looseObject({
  openapi: z
    .string({ error: 'is not OpenAPI 3; convert the document first' })
    .regex(/^3\./, { error: 'is not OpenAPI 3; convert the document first' }),
  servers: z.array(z.looseObject({ url: z.string() })).default([]),
  paths: z.record(z.string(), z.looseObject({ parameters: z.array(parameter).default([]) })).default({}),
  security: requirements,
  webhooks: z.unknown().optional(),
  components: z
    .looseObject({ securitySchemes: z.record(z.string(), scheme).default({}) })
    .default({ securitySchemes: {} }),
});
type Document = z.infer<typeof openApi>;

interface ImportedRoute {
  readonly handler: string;
  readonly scopes: readonly string[] | 'any token' | 'public';
  readonly examples?: Readonly<Record<string, unknown>>;
}

/** A contract's routes and permissions, and notes on differences from the document. */
export interface Imported {
  readonly permissions: Readonly<Record<string, string>>;
  readonly routes: Readonly<Record<string, ImportedRoute>>;
  readonly notes: readonly string[];
}

/**
 * Returns routes and permissions from an OpenAPI document. A route requires a token if API Gateway cannot check the
 * document's requirement, so it never becomes public; notes list the remaining work.
 * @param handler the key of the handler that serves each route
 */
export function contractFrom(document: Document, handler: string): Imported {
  const notes: string[] = [];
  const routes = new Map<string, ImportedRoute>();
  const used = new Set<string>();
  const named = new Set<string>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of OPENAPI_METHODS) {
      if (item[method] === undefined) continue;
      const { parameters, requestBody, security = document.security, callbacks } = operation.parse(item[method]);
      const original = `${method.toUpperCase()} ${path}`;
      const key = keyOf(original, [...routes.keys()], notes);
      if (key === undefined) continue;
      for (const name of security?.flatMap((requirement) => Object.values(requirement).flat()) ?? []) named.add(name);
      const scopes = scopesOf(key, security, document, notes);
      if (typeof scopes !== 'string') scopes.forEach((scope) => used.add(scope));
      const values = examplesOf(key, original, [...item.parameters, ...parameters], requestBody?.content);
      routes.set(key, { handler, scopes, ...(values && { examples: values }) });
      if (callbacks !== undefined) notes.push(`${key}: callbacks not imported; your API sends those requests`);
      if (scopes === 'any token' && changesState(parseRouteKey(key))) {
        notes.push(`${key}: any token may change state; a production stack requires scopes or a reason`);
      }
    }
    if (item['trace'] !== undefined) notes.push(`TRACE ${path}: not imported; API Gateway does not accept the method`);
  }
  if (document.webhooks !== undefined) notes.push('webhooks: not imported; your API sends those requests');
  const [base = ''] = document.servers.map(({ url }) => /^(?:https?:\/\/[^/]+)?(\/.+?)\/?$/.exec(url)?.[1] ?? '');
  if (base !== '') notes.push(`servers: the routes are at the root of the API, not under ${base}`);
  return { permissions: permissionsOf(document, used, named, notes), routes: Object.fromEntries(routes), notes };
}

/** Returns a route key that API Gateway accepts next to the others, or adds a note and returns undefined. */
function keyOf(original: string, imported: readonly string[], notes: string[]): string | undefined {
  let key = original;
  if (/.\/$/.test(key.replace(/^\S+ /, ''))) {
    key = key.slice(0, -1);
    notes.push(`${original}: imported as ${key}; API Gateway has no routes that end in a slash`);
  }
  for (;;) {
    const conflict = variableConflicts([...imported, key]).at(-1);
    if (conflict?.key !== key) break;
    const [own, established] = conflict.names;
    notes.push(
      `${key}: {${own}} renamed to {${established}}, as in ${conflict.other}; API Gateway accepts one name per position`,
    );
    key = key.replace(`{${own}}`, `{${established}}`);
  }
  const parsed = parseRouteKey(key);
  const same = imported.find((known) => routeShape(known) === routeShape(key));
  const reason = parsed.kind === 'invalid' ? parsed.reason : same && `${same} matches the same requests`;
  if (reason === undefined) return key;
  notes.push(`${original}: not imported: ${reason}`);
  return undefined;
}

type Requirements = NonNullable<z.infer<typeof requirements>>;

function scopesOf(
  key: string,
  all: Requirements | undefined,
  document: Document,
  notes: string[],
): ImportedRoute['scopes'] {
  if (all === undefined) {
    notes.push(`${key}: the document declares no security, so any token is accepted; list scopes, or write 'public'`);
    return 'any token';
  }
  if (all.length === 0) return 'public';
  if (all.some((alternative) => Object.keys(alternative).length === 0)) {
    notes.push(`${key}: public, because its security is optional; a token in the request is not checked`);
    return 'public';
  }
  const scopes = new Set<string>();
  let anyToken = false;
  for (const alternative of all) {
    const supported = Object.entries(alternative).filter(([name]) => {
      const { type = 'unknown', scheme: http } = document.components.securitySchemes[name] ?? {};
      if (['oauth2', 'openIdConnect'].includes(type) || (type === 'http' && http?.toLowerCase() === 'bearer'))
        return true;
      notes.push(`${key}: requires a token instead of ${name} (${type}), which a JWT authorizer cannot check`);
      return false;
    });
    if (supported.length === 0) continue;
    const names = [...new Set(supported.flatMap(([, required]) => required))];
    const [first, ...rest] = names.filter((scope) => isPermission(scope));
    if (first !== undefined) scopes.add(first);
    // Reserved scopes alone accept any token. A scope that Auth0 cannot have drops its alternative, which must not
    // weaken others.
    else if (names.every((scope) => RESERVED_SCOPES.includes(scope))) anyToken = true;
    if (rest.length > 0) {
      const unchecked = rest.join(', ');
      notes.push(
        `${key}: requires only ${first}, because API Gateway checks for one scope; check ${unchecked} in the handler`,
      );
    }
  }
  if (anyToken || scopes.size === 0) return 'any token';
  if (scopes.size > SCOPES_PER_ROUTE)
    notes.push(`${key}: imported with ${SCOPES_PER_ROUTE} of its ${scopes.size} scopes; API Gateway accepts no more`);
  return [...scopes].slice(0, SCOPES_PER_ROUTE);
}

function isPermission(scope: string): boolean {
  return PERMISSION.test(scope) && !RESERVED_SCOPES.includes(scope);
}

function permissionsOf(
  document: Document,
  used: ReadonlySet<string>,
  named: ReadonlySet<string>,
  notes: string[],
): Readonly<Record<string, string>> {
  const declared = Object.values(document.components.securitySchemes).flatMap(({ flows }) =>
    Object.values(flows).flatMap((flow) => Object.entries(flow.scopes)),
  );
  const described = new Map(declared.filter(([name]) => isPermission(name)));
  for (const name of new Set([...declared.map(([name]) => name), ...named])) {
    if (isPermission(name)) continue;
    const why = RESERVED_SCOPES.includes(name) ? 'OpenID Connect reserves the name' : 'Auth0 rejects the name';
    notes.push(`scope ${name}: not a permission, because ${why}; check it in the handlers of its routes`);
  }
  for (const name of used) if (!described.has(name)) described.set(name, '');
  return Object.fromEntries(
    [...described].map(([name, text]) => [
      name,
      text.trim().slice(0, PERMISSION_DESCRIPTION_LENGTH) || `May use ${name}`.slice(0, PERMISSION_DESCRIPTION_LENGTH),
    ]),
  );
}

/** Returns example values for the path and body; undefined if a path parameter has no example. */
function examplesOf(
  key: string,
  original: string,
  parameters: readonly z.infer<typeof parameter>[],
  content: Readonly<Record<string, Examples>> = {},
): Readonly<Record<string, unknown>> | undefined {
  const parsed = parseRouteKey(key);
  if (parsed.kind !== 'path') return undefined;
  const before = [...original.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = '']) => name);
  const values = parsed.segments
    .flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]))
    .map((name, index) => {
      const own = parameters.findLast((parameter) => parameter.in === 'path' && parameter.name === before[index]);
      const value = own && exampleIn(own);
      const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
      return [name, /^[\w@:~-][\w.@:~-]*$/.test(text) ? text : undefined] as const;
    });
  if (values.some(([, value]) => value === undefined)) return undefined;
  const json = content['application/json'];
  const body = json && changesState(parsed) ? exampleIn(json) : undefined;
  const all = [...values, ...(body === undefined ? [] : [['body', body] as const])];
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

function exampleIn({ example, examples: named, schema }: Examples): unknown {
  return example ?? Object.values(named ?? {})[0]?.value ?? schema?.example ?? schema?.examples?.[0];
}
