import { statSync } from 'node:fs';
import { didYouMean } from '../common/nearest.ts';
import { exampleProblems } from './examples.ts';
import { parseRouteKey, routeShape, type PathRouteKey } from '../common/route-key.ts';
import { UserError, type Problem } from '../common/user-error.ts';

/** A Lambda function's code and size. */
export interface HandlerSpec {
  /** The TypeScript file that exports `handler`, relative to the project. */
  readonly file: string;
  /** Memory in MB, 128 to 10240. Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
  readonly memory: number;
  /** Seconds, 1 to 30: the gateway waits no longer than 30 s. Source: http-api-quotas. */
  readonly timeout: number;
  /**
   * The key that it had before it was renamed, so that each stack keeps its function, role, permission and log group.
   * It may go once every stack has been brought up with it.
   */
  readonly formerly?: string;
}

/** A route: the handler that serves it, and who may call it. */
export interface RouteSpec<Permission extends string = string, Handler extends string = string> {
  readonly handler: Handler;
  /** A caller needs at least one of these in its token's scope; `public` lets anyone in, without a token. */
  readonly scopes: readonly [Permission, ...Permission[]] | 'public';
  /** A value for each `{parameter}` of the path, for which a call changes nothing: `npm run verify` calls it so. */
  readonly examples?: Readonly<Record<string, string>>;
}

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
  return Object.entries(permissions).flatMap(([name, description]) => {
    const place = `contract.ts, permissions, ${JSON.stringify(name)}`;
    const problems: Problem[] = [];
    // RFC 6749, section 3.3: the characters of a scope token.
    if (!/^[\x21\x23-\x5b\x5d-\x7e]{1,280}$/.test(name)) {
      problems.push({ place, message: 'a permission is 1 to 280 printable ASCII characters without space, " or \\' });
    }
    if (['openid', 'profile', 'email', 'offline_access'].includes(name)) {
      problems.push({ place, message: 'this name is reserved by OpenID Connect; choose another' });
    }
    if (typeof description !== 'string' || description.trim() === '') {
      problems.push({ place, message: 'give it a description: Auth0 shows it to whoever grants the permission' });
    }
    return problems;
  });
}

const HANDLER_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;
const HANDLER_SETTINGS: readonly string[] = ['file', 'memory', 'timeout', 'formerly'] satisfies (keyof HandlerSpec)[];

function handlerProblems({ handlers }: Contract, root: URL): Problem[] {
  return Object.entries(handlers).flatMap(([key, handler]) => {
    const { file, memory, timeout } = handler;
    const place = `contract.ts, handlers, ${key}`;
    const problems = [...unknownSettings(place, handler), ...formerlyProblems(place, key, handlers)];
    if (!HANDLER_KEY.test(key)) {
      problems.push({ place, message: 'a handler key is a letter and up to 39 letters, digits, - or _' });
    }
    const found = statSync(new URL(file, root), { throwIfNoEntry: false });
    if (found === undefined) {
      problems.push({ place, message: `the file ${file} does not exist; create it or correct the path` });
    } else if (!found.isFile()) {
      problems.push({ place, message: `${file} is not a file; write the path of the one that exports handler` });
    }
    if (!Number.isInteger(memory) || memory < 128 || memory > 10_240) {
      problems.push({ place, message: `memory is ${memory}; write whole MB from 128 to 10240` });
    }
    if (!Number.isInteger(timeout) || timeout < 1 || timeout > 30) {
      problems.push({ place, message: `timeout is ${timeout}; write whole seconds from 1 to 30` });
    }
    return problems;
  });
}

/** The compiler lets them pass; a misspelt `formerly` would cost the function. */
function unknownSettings(place: string, handler: HandlerSpec): Problem[] {
  return Object.keys(handler)
    .filter((setting) => !HANDLER_SETTINGS.includes(setting))
    .map((setting) => ({
      place,
      message: `nobody reads ${JSON.stringify(setting)} here${didYouMean(setting, HANDLER_SETTINGS)}`,
    }));
}

function formerlyProblems(place: string, key: string, handlers: Contract['handlers']): Problem[] {
  const formerly = handlers[key]?.formerly;
  if (formerly === undefined) return [];
  if (typeof formerly !== 'string' || !HANDLER_KEY.test(formerly)) {
    return [{ place, message: `formerly is ${JSON.stringify(formerly)}, which no handler can have been called` }];
  }
  if (Object.hasOwn(handlers, formerly)) {
    return [{ place, message: `formerly is ${formerly}, which a handler is called now; one name cannot be both` }];
  }
  const first = Object.entries(handlers).find(([, other]) => other.formerly === formerly);
  return first !== undefined && first[1] !== handlers[key]
    ? [{ place, message: `formerly is ${formerly}, as of ${first[0]}; only one handler can have been that` }]
    : [];
}

function routeProblems({ routes, handlers, permissions }: Contract): Problem[] {
  const shapes = new Map<string, string>();
  return Object.entries(routes).flatMap(([key, { handler, scopes, examples }]) => {
    const place = `contract.ts, routes, ${JSON.stringify(key)}`;
    const problems: Problem[] = [];
    const parsed = parseRouteKey(key);
    if (parsed.kind === 'invalid') problems.push({ place, message: parsed.reason });
    const twin = shapes.get(routeShape(key));
    if (twin !== undefined)
      problems.push({ place, message: `it matches the same requests as ${JSON.stringify(twin)}` });
    shapes.set(routeShape(key), key);
    if (!Object.hasOwn(handlers, handler)) {
      const near = didYouMean(handler, Object.keys(handlers));
      problems.push({ place, message: `the handler ${JSON.stringify(handler)} is not declared under handlers${near}` });
    }
    if (parsed.kind !== 'invalid') problems.push(...exampleProblems(place, parsed, examples));
    return [...problems, ...scopeProblems(place, scopes, permissions)];
  });
}

function scopeProblems(
  place: string,
  scopes: readonly string[] | string,
  permissions: Contract['permissions'],
): Problem[] {
  if (scopes === 'public') return [];
  if (!Array.isArray(scopes)) return [{ place, message: `scopes must be a list of permissions or the word public` }];
  const problems = undeclared(place, scopes, permissions);
  if (scopes.length === 0) {
    problems.push({
      place,
      message: 'an empty scope list would let in any token of the audience; name a permission, or write public',
    });
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
  return Object.entries(roles).flatMap(([name, held]) => {
    const place = `contract.ts, roles, ${name}`;
    return Array.isArray(held)
      ? undeclared(place, held, permissions)
      : [{ place, message: 'it must be a list of permissions' }];
  });
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
