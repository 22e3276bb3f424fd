import type * as pulumi from '@pulumi/pulumi';

/**
 * Returns an alias with a resource's former name, so that the engine keeps the resource after a rename.
 * @param side the component's name, which prefixes the resource's name
 * @param formerly the former key of the handler, or name of the client
 */
export function formerName(side: string, formerly: string | undefined): pulumi.Alias[] {
  return formerly === undefined ? [] : [{ name: `${side}-${formerly}` }];
}
