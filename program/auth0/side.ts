import type * as auth0 from '@pulumi/auth0';
import type * as pulumi from '@pulumi/pulumi';
import type { Settings } from '../../settings.ts';

/** What each declaration of the Auth0 side gets. */
export interface Side {
  readonly parent: pulumi.Resource;
  /** The component's name, which prefixes its resources' names. */
  readonly side: string;
  readonly settings: Settings;
}

export interface DeclaredApi {
  readonly identifier: pulumi.Output<string>;
  readonly permissions: auth0.ResourceServerScopes;
  readonly named: AudienceNames;
}

/**
 * Returns the name and the aliases of a resource that belongs to one audience.
 * @param names its name in a stack with one audience, followed by former ones
 */
type AudienceNames = (...names: readonly string[]) => readonly [name: string, aliases: pulumi.Alias[]];

/**
 * Returns a function that names an audience's resources. While a stack has two audiences, the names contain them, so
 * that the two can swap places or either be removed without changing the other's resources.
 */
export function audienceNames(audience: string, isFirst: boolean, isOnly: boolean): AudienceNames {
  return (...plain: readonly string[]) => {
    const own = plain.map((name) => `${name}-${audience}`);
    const [name = '', ...aliases] = isOnly ? [...plain, ...own] : [...own, ...(isFirst ? plain : [])];
    return [name, aliases.map((alias) => ({ name: alias }))];
  };
}
