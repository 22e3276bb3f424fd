import { z } from 'zod';
import { PERMISSION, PERMISSION_DESCRIPTION_LENGTH } from '../limits/auth0.ts';
import { SCOPES_PER_ROUTE } from '../limits/http-api.ts';
import { OIDC_SCOPES } from '../limits/oidc-scopes.ts';
import { changesState, parseRouteKey, routeShape, variableConflicts } from '../limits/route-key.ts';

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

/** What is read of an OpenAPI 3 document whose references are resolved. */
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

const OPENAPI_METHODS = ['get', 'head', 'options', 'post', 'put', 'patch', 'delete'] as const;

/** A route as `contract.ts` has it. */
interface ImportedRoute {
  readonly handler: string;
  readonly scopes: readonly string[] | 'any token' | 'public';
  readonly examples?: Readonly<Record<string, unknown>>;
}

/** What a document becomes, and as sentences what could not be taken as it is. */
export interface Imported {
  readonly permissions: Readonly<Record<string, string>>;
  readonly routes: Readonly<Record<string, ImportedRoute>>;
  readonly notes: readonly string[];
}

/**
 * Makes routes and permissions of an OpenAPI document. Where the document asks for what API Gateway cannot check, the
 * route asks for a token, never for less than the document; notes say what is left to do.
 * @param handler the key of the handler that serves each route
 */
export function contractFrom(document: Document, handler: string): Imported {
  const notes: string[] = [];
  const routes = new Map<string, ImportedRoute>();
  const used = new Set<string>();
  const asked = new Set<string>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of OPENAPI_METHODS) {
      if (item[method] === undefined) continue;
      const found = operation.parse(item[method]);
      const wanted = `${method.toUpperCase()} ${path}`;
      const key = keyOf(wanted, [...routes.keys()], notes);
      if (key === undefined) continue;
      const security = found.security ?? document.security;
      for (const name of security?.flatMap((one) => Object.values(one).flat()) ?? []) asked.add(name);
      const scopes = scopesOf(key, security, document, notes);
      if (typeof scopes !== 'string') scopes.forEach((scope) => used.add(scope));
      const values = examplesOf(key, wanted, [...item.parameters, ...found.parameters], found.requestBody?.content);
      routes.set(key, { handler, scopes, ...(values && { examples: values }) });
      if (found.callbacks !== undefined) notes.push(`${key}: its callbacks are calls of yours, and not taken`);
      if (scopes === 'any token' && changesState(parseRouteKey(key))) {
        notes.push(`${key}: any token may change state, so a production stack needs its scopes or a reason`);
      }
    }
    if (item['trace'] !== undefined) notes.push(`TRACE ${path}: not taken, API Gateway has no such method`);
  }
  if (document.webhooks !== undefined) notes.push('webhooks: not taken, they are calls of yours');
  const [base = ''] = document.servers.map(({ url }) => /^(?:https?:\/\/[^/]+)?(\/.+?)\/?$/.exec(url)?.[1] ?? '');
  if (base !== '') notes.push(`servers: the routes are at the root of the API, not under ${base}`);
  return { permissions: permissionsOf(document, used, asked, notes), routes: Object.fromEntries(routes), notes };
}

/** The key of a route that API Gateway accepts beside the others, or undefined with a note. */
function keyOf(wanted: string, others: readonly string[], notes: string[]): string | undefined {
  let key = wanted;
  if (/.\/$/.test(key.replace(/^\S+ /, ''))) {
    key = key.slice(0, -1);
    notes.push(`${wanted}: taken as ${key}; API Gateway has no routes that end in a slash`);
  }
  for (;;) {
    const conflict = variableConflicts([...others, key]).at(-1);
    if (conflict?.key !== key) break;
    const [own, other] = conflict.names;
    notes.push(`${key}: {${own}} is called {${other}}, as in ${conflict.other}; API Gateway has one name at a place`);
    key = key.replace(`{${own}}`, `{${other}}`);
  }
  const parsed = parseRouteKey(key);
  const same = others.find((one) => routeShape(one) === routeShape(key));
  const reason = parsed.kind === 'invalid' ? parsed.reason : same && `${same} matches the same requests`;
  if (reason === undefined) return key;
  notes.push(`${wanted}: not taken, ${reason}`);
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
    notes.push(`${key}: the document names no security, so it needs any token; name its scopes, or write 'public'`);
    return 'any token';
  }
  if (all.length === 0) return 'public';
  if (all.some((one) => Object.keys(one).length === 0)) {
    notes.push(`${key}: public, as its security is optional; a token that is sent is not checked`);
    return 'public';
  }
  const scopes = new Set<string>();
  let anyToken = false;
  for (const one of all) {
    const supported = Object.entries(one).filter(([name]) => {
      const { type = 'unknown', scheme: http } = document.components.securitySchemes[name] ?? {};
      if (['oauth2', 'openIdConnect'].includes(type) || (type === 'http' && http?.toLowerCase() === 'bearer'))
        return true;
      notes.push(`${key}: takes no ${name} (${type}), which API Gateway's JWT authorizer cannot check, but a token`);
      return false;
    });
    if (supported.length === 0) continue;
    const names = [...new Set(supported.flatMap(([, some]) => some))];
    const [first, ...rest] = names.filter((scope) => isPermission(scope));
    if (first !== undefined) scopes.add(first);
    // A scope that no permission can be is asked for all the same: a token without it is no alternative to one with a scope.
    else if (names.every((scope) => RESERVED.includes(scope))) anyToken = true;
    if (rest.length > 0) {
      const others = rest.join(', ');
      notes.push(`${key}: needs ${first} alone, as API Gateway checks one scope; check ${others} in the handler`);
    }
  }
  if (anyToken || scopes.size === 0) return 'any token';
  if (scopes.size > SCOPES_PER_ROUTE)
    notes.push(`${key}: only ${SCOPES_PER_ROUTE} of its ${scopes.size} scopes are taken`);
  return [...scopes].slice(0, SCOPES_PER_ROUTE);
}

/** Scopes that OpenID Connect and Auth0 give their own meaning. */
const RESERVED: readonly string[] = [...OIDC_SCOPES, 'offline_access'];

function isPermission(scope: string): boolean {
  return PERMISSION.test(scope) && !RESERVED.includes(scope);
}

/** The scopes that the document declares, and those that only a route names. */
function permissionsOf(
  document: Document,
  used: ReadonlySet<string>,
  asked: ReadonlySet<string>,
  notes: string[],
): Readonly<Record<string, string>> {
  const declared = Object.values(document.components.securitySchemes).flatMap(({ flows }) =>
    Object.values(flows).flatMap((flow) => Object.entries(flow.scopes)),
  );
  const described = new Map(declared.filter(([name]) => isPermission(name)));
  for (const name of new Set([...declared.map(([one]) => one), ...asked])) {
    if (isPermission(name)) continue;
    const why = RESERVED.includes(name) ? 'OpenID Connect or Auth0 reserves the name' : 'Auth0 takes no such name';
    notes.push(`scope ${name}: no permission, ${why}; check it in the handlers of the routes that ask for it`);
  }
  for (const name of used) if (!described.has(name)) described.set(name, '');
  return Object.fromEntries(
    [...described].map(([name, text]) => [
      name,
      text.trim().slice(0, PERMISSION_DESCRIPTION_LENGTH) || `May use ${name}`.slice(0, PERMISSION_DESCRIPTION_LENGTH),
    ]),
  );
}

/** A value for each parameter of the path, and an example of the body; undefined where a parameter has none. */
function examplesOf(
  key: string,
  wanted: string,
  parameters: readonly z.infer<typeof parameter>[],
  content: Readonly<Record<string, Examples>> = {},
): Readonly<Record<string, unknown>> | undefined {
  const parsed = parseRouteKey(key);
  if (parsed.kind !== 'path') return undefined;
  const before = [...wanted.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = '']) => name);
  const values = parsed.segments
    .flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]))
    .map((name, index) => {
      const own = parameters.findLast((one) => one.in === 'path' && one.name === before[index]);
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
