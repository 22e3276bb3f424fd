import type { FunctionArn } from '../../limits/function-arn.ts';
import type { RouteSpec } from './define-contract.ts';
import { parsePrivate } from './targets.ts';

/** The target of a route's requests. */
export type Backend =
  | { readonly kind: 'handler'; readonly handler: string }
  | { readonly kind: 'forward'; readonly url: string }
  /** A name under `api:privateBackends`, and the path there. */
  | { readonly kind: 'private'; readonly name: string; readonly path: string }
  | { readonly kind: 'function'; readonly arn: string };

/**
 * Returns the target of a route in a stack.
 * @param backends the stack file's overrides, by route key
 */
export function backendOf(key: string, route: RouteSpec, backends: Readonly<Record<string, string>> = {}): Backend {
  if (route.handler !== undefined) return { kind: 'handler', handler: route.handler };
  if (route.forward === undefined) return { kind: 'function', arn: backends[key] ?? route.function };
  const url = backends[key] ?? route.forward;
  const found = parsePrivate(url);
  return found === undefined ? { kind: 'forward', url } : { kind: 'private', ...found };
}

/** Returns a name for resources of an existing function. */
export function functionLabel({ name, qualifier }: FunctionArn): string {
  return qualifier === undefined ? name : `${name}-${qualifier}`;
}
