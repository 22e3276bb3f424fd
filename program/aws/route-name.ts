import type * as pulumi from '@pulumi/pulumi';

/** The name of a route's resource in the engine, and its former names. */
interface RouteName {
  readonly name: string;
  readonly aliases: pulumi.Alias[];
}

/**
 * Names a route's resource by the route key with its parameters counted, `GET /orders/{1}`, so that a parameter's new
 * name is an update in place. API Gateway rejects a second route with the new name while the first exists.
 * @param suffix the end of the resource's name
 */
export function routeName(routeKey: string, suffix = ''): RouteName {
  let count = 0;
  const counted = routeKey.replace(/\{[^}+]*(\+?)\}/g, (_, greedy: string) => `{${++count}${greedy}}`);
  // Earlier versions named the resource by the whole route key.
  return { name: counted + suffix, aliases: counted === routeKey ? [] : [{ name: routeKey + suffix }] };
}
