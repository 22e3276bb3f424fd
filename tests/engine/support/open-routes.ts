import type { Contract } from '../../../program/contract/define-contract.ts';
import { apply, isChange, ofType, valueOf, type Entry, type Resource, type Resources } from '../standin/services.ts';

type Routes = Contract['routes'];

/**
 * Returns every moment of an update at which a route was open by mistake, by checking all routes after each entry of the
 * journal. A route may lack an authorizer only if it is public before or after the update, and after its own change only if
 * it is public after the update.
 * @param earlier the journal before the update
 * @param update the journal of the update
 */
export function openMoments(
  earlier: readonly Entry[],
  update: readonly Entry[],
  { before, after }: { readonly before: Routes; readonly after: Routes },
): string[] {
  const resources = new Map<string, Resource>();
  for (const entry of earlier) apply(resources, entry);
  return update.flatMap((entry, step) => {
    apply(resources, entry);
    if (!isChange(entry)) return [];
    return ofType(resources, 'aws:apigatewayv2/route:Route').flatMap((route) => {
      const key = String(valueOf(route, 'routeKey'));
      const written = (entry.what === 'created' || entry.what === 'updated') && entry.resource.id === route.id;
      const wrong = problem(route, resources, written ? [after[key]] : [before[key], after[key]]);
      return wrong === undefined ? [] : [`step ${step}, ${entry.what} ${entry.resource.type}: ${key} ${wrong}`];
    });
  });
}

function problem(
  route: Resource,
  resources: Resources,
  specs: readonly (Routes[string] | undefined)[],
): string | undefined {
  const known = specs.filter((spec) => spec !== undefined);
  const type = valueOf(route, 'authorizationType');
  if (type !== 'JWT')
    return known.some(({ scopes }) => scopes === 'public') ? undefined : `has authorization ${String(type)}`;
  const authorizer = ofType(resources, 'aws:apigatewayv2/authorizer:Authorizer').find(
    ({ id, within }) => id === valueOf(route, 'authorizerId') && within === valueOf(route, 'apiId'),
  );
  if (authorizer === undefined) return 'names an authorizer that does not exist';
  if (valueOf(authorizer, 'authorizerType') !== 'JWT') return 'names an authorizer that is none for JWTs';
  const scopes = (valueOf(route, 'authorizationScopes') ?? []) as readonly string[];
  if (scopes.length === 0) return 'requires no scope, so it accepts any token of the audience';
  const declared = known.flatMap((spec) => (spec.scopes === 'public' ? [] : spec.scopes));
  const foreign = scopes.find((scope) => !declared.includes(scope));
  return foreign === undefined ? undefined : `is entered with ${foreign}, which no contract says`;
}
