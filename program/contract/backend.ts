import type { FunctionArn } from '../../limits/function-arn.ts';
import type { RouteSpec } from './define-contract.ts';
import { parsePrivate } from './targets.ts';

/** Where a route's requests go. */
export type Backend =
  | { readonly kind: 'handler'; readonly handler: string }
  | { readonly kind: 'forward'; readonly url: string }
  /** A name of `api:privateBackends`, and the path there. */
  | { readonly kind: 'private'; readonly name: string; readonly path: string }
  | { readonly kind: 'function'; readonly arn: string };

/**
 * Returns where a stack sends the requests of a route.
 * @param backends what the stack file says instead of contract.ts, by route key
 */
export function backendOf(key: string, route: RouteSpec, backends: Readonly<Record<string, string>> = {}): Backend {
  if (route.handler !== undefined) return { kind: 'handler', handler: route.handler };
  if (route.forward === undefined) return { kind: 'function', arn: backends[key] ?? route.function };
  const url = backends[key] ?? route.forward;
  const found = parsePrivate(url);
  return found === undefined ? { kind: 'forward', url } : { kind: 'private', ...found };
}

/** The name that resources for an existing function carry. */
export function functionLabel({ name, qualifier }: FunctionArn): string {
  return qualifier === undefined ? name : `${name}-${qualifier}`;
}
