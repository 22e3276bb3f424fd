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
  /** Why any valid token may change state here, or why the route may overlap a protected route's path. */
  readonly reason?: Fields['reason'];
  /**
   * A value for each `{parameter}` of the path, and as `body` an example of the JSON that the route takes. `npm run
   * verify` calls the route with them, so they must be harmless; methods other than GET, HEAD and OPTIONS only with
   * `--all-methods`.
   */
  readonly examples?: Fields['examples'];
}

/** Exactly one target. */
type Goes<To extends Target, Value> = { readonly [K in To]: Value } & { readonly [K in Exclude<Target, To>]?: never };

/**
 * A route: its access and its target. `handler` is a handler of this project. `forward` is a public HTTP endpoint, with
 * path parameters as `{name}`, or `vpc://` with a name of `api:privateBackends` and a path. It receives the whole
 * request with the token and, on a protected route, the headers `x-caller-sub` and `x-caller-azp`, which callers cannot
 * forge. `function` is an existing Lambda function of the same account and region.
 */
export type RouteSpec<Permission extends string = string, Handler extends string = string> = Access<Permission> &
  (Goes<'handler', Handler> | Goes<'forward', Fields['forward']> | Goes<'function', Fields['function']>);

/** The API's contract, the same in every stack. */
export interface Contract extends Omit<DeepReadonly<z.infer<ReturnType<typeof contractSchema>>>, 'routes'> {
  readonly routes: Readonly<Record<string, RouteSpec>>;
}

type Routes<Spec> = Readonly<Record<PathRouteKey, Spec>> & { readonly $default?: Spec };

/** The names that the types of handlers use. */
export interface Declared<Permission extends string, Claim extends string> {
  readonly permissions: Readonly<Record<Permission, string>>;
  readonly claims?: Readonly<Record<Claim, ClaimSource>>;
}

/** Returns the contract. The compiler rejects permissions and handlers that are not declared. */
export function defineContract<
  const Permissions extends Readonly<Record<string, string>>,
  const Handlers extends Readonly<Record<string, HandlerSpec>>,
  const Claim extends string = never,
>(contract: {
  readonly permissions: Permissions;
  readonly handlers: Handlers;
  readonly routes: Routes<RouteSpec<NoInfer<keyof Permissions & string>, NoInfer<keyof Handlers & string>>>;
  readonly roles: Readonly<Record<string, readonly NoInfer<keyof Permissions & string>[]>>;
  /** Additional claims of users' access tokens: name to source. Tokens of services have none. */
  readonly claims?: Readonly<Record<Claim, ClaimSource>>;
}): Omit<Contract, keyof Declared<string, string>> & Declared<keyof Permissions & string, Claim> {
  return contract;
}

/**
 * Checks the contract at run time, including its types, which a run strips.
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

/** Returns a function that adds the line of a route's literal key to a problem's place. */
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
