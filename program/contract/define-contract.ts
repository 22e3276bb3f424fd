import { didYouMean } from '../nearest.ts';
import { OIDC_SCOPES } from '../../limits/oidc-scopes.ts';
import { parseRouteKey, routeShape, type PathRouteKey } from '../../limits/route-key.ts';
import { UserError, type Problem } from '../user-error.ts';
import { targetProblems } from './backend.ts';
import { handlerProblems } from './contract-handlers.ts';
import { exampleProblems } from './examples.ts';
import type { HandlerSpec } from './handler-spec.ts';

/** Who may call a route, however it is served. */
interface Access<Permission extends string> {
  /** A caller needs at least one of these in its token's scope; `public` lets anyone in, without a token. */
  readonly scopes: readonly [Permission, ...Permission[]] | 'public';
  /** A value for each `{parameter}` of the path, for which a call changes nothing: `npm run verify` calls it so. */
  readonly examples?: Readonly<Record<string, string>>;
}

/** Served by a handler of this project. */
interface Handled<Permission extends string, Handler extends string> extends Access<Permission> {
  readonly handler: Handler;
  readonly forward?: never;
  readonly function?: never;
}

/**
 * Passed on to an HTTP endpoint that the internet can reach, with the path's parameters as `{name}`. The endpoint gets
 * the whole request, the caller's token included, and for a route that needs a token who calls: `x-caller-sub` and
 * `x-caller-azp`, which no caller can set.
 */
interface Forwarded<Permission extends string> extends Access<Permission> {
  readonly forward: `https://${string}`;
  readonly handler?: never;
  readonly function?: never;
}

/** Served by a Lambda function of the same account and region that exists already; it gets the token too. */
interface Invoked<Permission extends string> extends Access<Permission> {
  readonly function: `arn:aws${string}:lambda:${string}`;
  readonly handler?: never;
  readonly forward?: never;
}

/** A route: what serves it, and who may call it. */
export type RouteSpec<Permission extends string = string, Handler extends string = string> =
  Handled<Permission, Handler> | Forwarded<Permission> | Invoked<Permission>;

/** What the API is, in every stack. */
export interface Contract {
  /** Permission name to description. */
  readonly permissions: Readonly<Record<string, string>>;
  readonly handlers: Readonly<Record<string, HandlerSpec>>;
  readonly routes: Readonly<Record<string, RouteSpec>>;
  /** Role name to the permissions that a user with the role has. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

type Routes<Spec> = Readonly<Record<PathRouteKey, Spec>> & { readonly $default?: Spec };

/** Quotas that no stack can raise. Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const SCOPES_PER_ROUTE = 10;
/** Characters. Source: AuthorizationScopes in https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html */
const SCOPE_LENGTH = 64;
/** Characters. Source: ResourceServerScope in the schema of Auth0's Management API. */
const DESCRIPTION_LENGTH = 500;
/** Source: https://auth0.com/docs/policies/entity-limits */
const PERMISSIONS = 1000;
const ROLES = 1000;

/** Declares the contract, so that the compiler underlines a permission or handler that was never declared. */
export function defineContract<
  const Permissions extends Readonly<Record<string, string>>,
  const Handlers extends Readonly<Record<string, HandlerSpec>>,
>(contract: {
  readonly permissions: Permissions;
  readonly handlers: Handlers;
  readonly routes: Routes<RouteSpec<NoInfer<keyof Permissions & string>, NoInfer<keyof Handlers & string>>>;
  readonly roles: Readonly<Record<string, readonly NoInfer<keyof Permissions & string>[]>>;
}): Contract {
  return contract;
}

/**
 * Checks at run time what the compiler cannot see, and what it would have seen, since a run strips the types.
 * @param root the folder that handler files are relative to
 * @throws UserError with every problem found
 */
export function checkContract(contract: Contract, root: URL): void {
  const missing = sectionProblems(contract);
  if (missing.length > 0) throw new UserError('contract.ts cannot be used:', missing);
  const problems = [
    ...permissionProblems(contract),
    ...handlerProblems(contract, root),
    ...routeProblems(contract),
    ...roleProblems(contract),
  ];
  if (problems.length > 0) throw new UserError('contract.ts cannot be used:', problems);
}

const SECTIONS: readonly string[] = ['permissions', 'handlers', 'routes', 'roles'];

function sectionProblems(contract: object): Problem[] {
  const present = Object.entries(contract);
  const unknown = present.filter(([section]) => !SECTIONS.includes(section));
  const absent = SECTIONS.filter((section) => !present.some(([name, value]) => name === section && isMap(value)));
  return [
    ...unknown.map(([section]) => ({
      place: `contract.ts, ${section}`,
      message: `nobody reads this section${didYouMean(section, SECTIONS)}`,
    })),
    ...absent.map((section) => ({
      place: `contract.ts, ${section}`,
      message: 'is missing, or no map; write {} for none',
    })),
  ];
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function permissionProblems({ permissions }: Contract): Problem[] {
  const names = Object.keys(permissions);
  const tooMany =
    names.length > PERMISSIONS
      ? [
          {
            place: 'contract.ts, permissions',
            message: `${names.length}; Auth0 takes at most ${PERMISSIONS} of an API`,
          },
        ]
      : [];
  const wrong = Object.entries(permissions).flatMap(([name, description]) => {
    const place = `contract.ts, permissions, ${JSON.stringify(name)}`;
    const problems: Problem[] = [];
    // RFC 6749, section 3.3: the characters of a scope token.
    if (!/^[\x21\x23-\x5b\x5d-\x7e]{1,280}$/.test(name)) {
      problems.push({ place, message: 'a permission is 1 to 280 printable ASCII characters without space, " or \\' });
    }
    if ([...OIDC_SCOPES, 'offline_access'].includes(name)) {
      problems.push({ place, message: 'this name is reserved by OpenID Connect; choose another' });
    }
    if (typeof description !== 'string' || description.trim() === '') {
      problems.push({ place, message: 'give it a description: Auth0 shows it to whoever grants the permission' });
    } else if (description.length > DESCRIPTION_LENGTH) {
      const message = `its description has ${description.length} characters; Auth0 takes ${DESCRIPTION_LENGTH}`;
      problems.push({ place, message });
    }
    return problems;
  });
  return [...tooMany, ...wrong];
}

function routeProblems({ routes, handlers, permissions }: Contract): Problem[] {
  const shapes = new Map<string, string>();
  return Object.entries(routes).flatMap(([key, route]) => {
    const { scopes, examples } = route;
    const place = `contract.ts, routes, ${JSON.stringify(key)}`;
    const problems = unknownSettings(place, route);
    const parsed = parseRouteKey(key);
    if (parsed.kind === 'invalid') problems.push({ place, message: parsed.reason });
    const twin = shapes.get(routeShape(key));
    if (twin !== undefined)
      problems.push({ place, message: `it matches the same requests as ${JSON.stringify(twin)}` });
    shapes.set(routeShape(key), key);
    problems.push(...targetProblems(key, route, handlers).map((message) => ({ place, message })));
    const [, colon] = /\/:([A-Za-z0-9_]+)/.exec(key) ?? [];
    if (colon !== undefined) {
      problems.push({ place, message: `:${colon} would be taken literally; write {${colon}} for a parameter` });
    } else if (parsed.kind !== 'invalid') problems.push(...exampleProblems(place, parsed, examples));
    return [...problems, ...scopeProblems(place, scopes, permissions)];
  });
}

const ROUTE_SETTINGS: readonly string[] = [
  'scopes',
  'examples',
  'handler',
  'forward',
  'function',
] satisfies (keyof Handled<string, string>)[];

/** The compiler lets some pass, and a run strips the types. */
function unknownSettings(place: string, route: RouteSpec): Problem[] {
  return Object.keys(route)
    .filter((setting) => !ROUTE_SETTINGS.includes(setting))
    .map((setting) => ({
      place,
      message: `nobody reads ${JSON.stringify(setting)} here${/^throttle|^rate|^burst/.test(setting) ? '; a throttle stands in the stack file, api:routeThrottles' : didYouMean(setting, ROUTE_SETTINGS)}`,
    }));
}

function scopeProblems(
  place: string,
  scopes: readonly string[] | string,
  permissions: Contract['permissions'],
): Problem[] {
  if (scopes === 'public') return [];
  if (!Array.isArray(scopes)) {
    const message = `scopes must be a list of permissions or the word public, not ${JSON.stringify(scopes)}`;
    return [{ place, message }];
  }
  const problems = undeclared(place, scopes, permissions);
  if (scopes.length === 0) {
    problems.push({
      place,
      message: 'an empty scope list would let in any token of the audience; name a permission, or write public',
    });
  }
  const [long] = scopes.filter(
    (scope: unknown): scope is string => typeof scope === 'string' && scope.length > SCOPE_LENGTH,
  );
  if (long !== undefined) {
    const message = `${JSON.stringify(long)} has ${long.length} characters; API Gateway takes ${SCOPE_LENGTH} of a route's scope`;
    problems.push({ place, message });
  }
  if (scopes.length > SCOPES_PER_ROUTE) {
    problems.push({
      place,
      message: `${scopes.length} scopes; API Gateway takes at most ${SCOPES_PER_ROUTE} on a route`,
    });
  }
  return problems;
}

function roleProblems({ roles, permissions }: Contract): Problem[] {
  const count = Object.keys(roles).length;
  const tooMany =
    count > ROLES ? [{ place: 'contract.ts, roles', message: `${count}; a tenant of Auth0's takes ${ROLES}` }] : [];
  const wrong = Object.entries(roles).flatMap(([name, held]) => {
    const place = `contract.ts, roles, ${name}`;
    if (name.trim() === '') return [{ place, message: 'a role needs a name' }];
    return Array.isArray(held)
      ? undeclared(place, held, permissions)
      : [{ place, message: 'it must be a list of permissions' }];
  });
  return [...tooMany, ...wrong];
}

function undeclared(place: string, names: readonly string[], permissions: Contract['permissions']): Problem[] {
  const problems = names
    .filter((name) => !Object.hasOwn(permissions, name))
    .map((name) => ({
      place,
      message: `the permission ${JSON.stringify(name)} is not declared under permissions${didYouMean(name, Object.keys(permissions))}`,
    }));
  if (new Set(names).size < names.length) problems.push({ place, message: 'a permission is named twice' });
  return problems;
}
