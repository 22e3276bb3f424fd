import type * as pulumi from '@pulumi/pulumi';

/**
 * Returns a resource name: the route key with numbered parameters, `GET /orders/{1}`. A renamed parameter
 * is thus an update in place; API Gateway would reject a second route while the first exists.
 * @param suffix the end of the resource's name
 */
export function routeName(routeKey: string, suffix = ''): { readonly name: string; readonly aliases: pulumi.Alias[] } {
  let count = 0;
  const counted = routeKey.replace(/\{[^}+]*(\+?)\}/g, (_, greedy: string) => `{${++count}${greedy}}`);
  // Earlier versions used the whole route key as the name.
  return { name: counted + suffix, aliases: counted === routeKey ? [] : [{ name: routeKey + suffix }] };
}
