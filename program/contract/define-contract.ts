import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { PathRouteKey } from '../../limits/route-key.ts';
import type { DeepReadonly } from '../deep-readonly.ts';
import { plainError, problemOf } from '../plain-errors.ts';
import { countOf, UserError, type Problem } from '../user-error.ts';
import type { ClaimSource } from './claims.ts';
import { contractSchema, routeKeyProblems } from './contract-schema.ts';
import type { HandlerSpec } from './handler-spec.ts';
import { unusedReasons } from './route-reasons.ts';
import type { routeSpec, TARGETS } from './route-spec.ts';

type Fields = DeepReadonly<Required<z.infer<ReturnType<typeof routeSpec>>>>;
type Target = (typeof TARGETS)[number];

interface Access<Permission extends string> {
  /**
   * A caller needs at least one of these in its token's scope. `any token` admits every valid token of the audience,
   * whatever its scope; `public` admits every caller, without a token.
   */
  readonly scopes: readonly [Permission, ...Permission[]] | 'any token' | 'public';
  /** Why any token may change state here, or why the route may open a protected route's path to other requests. */
  readonly reason?: Fields['reason'];
  /**
   * A value for each `{parameter}` of the path, and as `body` an example of the JSON that the route takes. `npm run verify`
   * calls the route with them, so they must be harmless; methods other than GET, HEAD and OPTIONS only with `--all-methods`.
   */
  readonly examples?: Fields['examples'];
}

/** One target, and neither of the others. */
type Goes<To extends Target, Value> = { readonly [K in To]: Value } & { readonly [K in Exclude<Target, To>]?: never };

/**
 * A route: who may call it, and what serves it. `handler` is a handler of this project. `forward` is an HTTP endpoint on
 * the internet, with the path's parameters as `{name}`, or `vpc://` with a name of `api:privateBackends` and a path. It
 * gets the whole request with the token, and on a protected route the headers `x-caller-sub` and `x-caller-azp`, which no
 * caller can set. `function` is an existing Lambda function of the same account and region.
 */
export type RouteSpec<Permission extends string = string, Handler extends string = string> = Access<Permission> &
  (Goes<'handler', Handler> | Goes<'forward', Fields['forward']> | Goes<'function', Fields['function']>);

/** What the API is, in every stack. */
export interface Contract extends Omit<DeepReadonly<z.infer<ReturnType<typeof contractSchema>>>, 'routes'> {
  readonly routes: Readonly<Record<string, RouteSpec>>;
}

type Routes<Spec> = Readonly<Record<PathRouteKey, Spec>> & { readonly $default?: Spec };

/** The names of a contract that types of handlers are made of. */
export interface Declared<Permission extends string, Claim extends string> {
  readonly permissions: Readonly<Record<Permission, string>>;
  readonly claims?: Readonly<Record<Claim, ClaimSource>>;
}

/** Declares the contract, so that the compiler rejects a permission or handler that is not declared. */
export function defineContract<
  const Permissions extends Readonly<Record<string, string>>,
  const Handlers extends Readonly<Record<string, HandlerSpec>>,
  const Claim extends string = never,
>(contract: {
  readonly permissions: Permissions;
  readonly handlers: Handlers;
  readonly routes: Routes<RouteSpec<NoInfer<keyof Permissions & string>, NoInfer<keyof Handlers & string>>>;
  readonly roles: Readonly<Record<string, readonly NoInfer<keyof Permissions & string>[]>>;
  /** Claims that users' access tokens get in addition: name to source. A service's token has none. */
  readonly claims?: Readonly<Record<Claim, ClaimSource>>;
}): Omit<Contract, keyof Declared<string, string>> & Declared<keyof Permissions & string, Claim> {
  return contract;
}

/**
 * Checks at run time what the compiler cannot see, and what it would have seen, since a run strips the types.
 * @param root the folder that handler files are relative to
 * @throws UserError with every problem found
 */
export function checkContract(contract: Contract, root: URL): void {
  const { error } = contractSchema(contract, root).safeParse(contract, { error: plainError });
  const problems = [
    ...(error?.issues ?? []).map((issue) => problemOf(issue, ['contract.ts', ...issue.path.map(placeOf)].join(', '))),
    ...routeKeyProblems(contract),
    ...(error === undefined ? unusedReasons(contract) : []),
  ];
  if (problems.length === 0) return;
  const located = problems.map(withLine(new URL('contract.ts', root)));
  throw new UserError('contract', `${countOf('contract.ts', problems)}:`, located);
}

/** Adds to the place of a route's problem the line of its key, where the source has it literally. */
function withLine(file: URL): (found: Problem) => Problem {
  const lines = readFileSync(file, 'utf8').split('\n');
  return (found) => {
    const [, key = '', rest = ''] = /^contract\.ts, routes, "(.*?)"(.*)$/.exec(found.place) ?? [];
    const at = lines.findIndex((line) => /^\s*(["']?)(.*?)\1:/.exec(line)?.[2] === key);
    return key === '' || at === -1 ? found : { ...found, place: `contract.ts:${at + 1}, routes, "${key}"${rest}` };
  };
}

function placeOf(key: PropertyKey): string {
  return /^[\w-]+$/.test(String(key)) ? String(key) : JSON.stringify(key);
}
