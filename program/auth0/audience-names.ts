import type * as auth0 from '@pulumi/auth0';
import type * as pulumi from '@pulumi/pulumi';

/** An Auth0 API of the stack. */
export interface DeclaredApi {
  readonly identifier: pulumi.Output<string>;
  readonly permissions: auth0.ResourceServerScopes;
  readonly named: AudienceNames;
}

/**
 * Returns the name and the aliases of a resource that belongs to one audience.
 * @param names its name in a stack with one audience, and such names before a rename
 */
type AudienceNames = (...names: readonly string[]) => readonly [name: string, aliases: pulumi.Alias[]];

/**
 * Names the resources of an audience. While a stack has two audiences, the names contain them, so that either audience
 * can be the first in the stack file, or be removed, without a change to the resources of the remaining one.
 */
export function audienceNames(audience: string, isFirst: boolean, isOnly: boolean): AudienceNames {
  return (...plain: readonly string[]) => {
    const own = plain.map((name) => `${name}-${audience}`);
    const [name = '', ...aliases] = isOnly ? [...plain, ...own] : [...own, ...(isFirst ? plain : [])];
    return [name, aliases.map((alias) => ({ name: alias }))];
  };
}
