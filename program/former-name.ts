import type * as pulumi from '@pulumi/pulumi';

/**
 * What tells the engine that a resource is the one that it knows under a former name, so that it keeps it. The parent
 * and the type are the same as the resource's own.
 * @param side the name of the tree that the resource hangs in, which begins its own
 * @param formerly the key of the handler, or the name of the client, before it was renamed
 * @param suffix what follows in the resource's name
 */
export function formerName(side: string, formerly: string | undefined, suffix = ''): pulumi.Alias[] {
  return formerly === undefined ? [] : [{ name: `${side}-${formerly}${suffix}` }];
}
