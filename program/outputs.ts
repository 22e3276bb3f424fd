import * as pulumi from '@pulumi/pulumi';
import type { ApiSide } from '../api.ts';
import type { Auth0Side } from '../auth0.ts';
import { parseRouteKey } from '../limits/route-key.ts';
import type { Settings } from '../settings.ts';
import type { Contract } from './contract/define-contract.ts';

/** The stack's outputs: the contract that callers, the verification and the workflows read. */
export function outputs(
  contract: Contract,
  { production, exceptions }: Settings,
  tenant: Auth0Side,
  api: ApiSide,
): Record<string, pulumi.Input<unknown>> {
  const { applications, testUser } = tenant;
  const paths = examplePaths(contract);
  const rotating = applications.flatMap(({ name, rotation }) => (rotation ? [{ name, ...rotation }] : []));
  return {
    apiUrl: api.url,
    issuer: tenant.issuer,
    tokenUrl: tenant.tokenUrl,
    audience: tenant.audience,
    clientIds: Object.fromEntries(applications.map(({ name, clientId }) => [name, clientId])),
    clientSecrets: pulumi.secret(
      Object.fromEntries(applications.map(({ name, clientSecret }) => [name, clientSecret])),
    ),
    ...(rotating.length > 0 && {
      secretVersions: Object.fromEntries(rotating.map(({ name, version }) => [name, version])),
      nextClientSecrets: pulumi.secret(Object.fromEntries(rotating.map(({ name, nextSecret }) => [name, nextSecret]))),
    }),
    ...(testUser && {
      testUser: { email: testUser.email, connection: testUser.connection },
      testUserPassword: testUser.password,
    }),
    ...(api.domainTarget && { apiDomainTarget: api.domainTarget }),
    ...(paths && { examplePaths: paths }),
    // What the rules over the registered resources are told: the rest they see.
    production,
    ...(Object.keys(exceptions).length > 0 && { exceptions }),
    publicRoutes: Object.entries(contract.routes).flatMap(([key, { scopes }]) => (scopes === 'public' ? [key] : [])),
  };
}

/** The paths of the routes that have examples, with the parameters filled in; undefined where no route has any. */
function examplePaths({ routes }: Contract): Readonly<Record<string, string>> | undefined {
  const paths = Object.entries(routes).flatMap(([key, { examples }]) => {
    const parsed = parseRouteKey(key);
    if (examples === undefined || parsed.kind !== 'path') return [];
    const segments = parsed.segments.map((segment) =>
      segment.kind === 'literal'
        ? segment.text
        : (examples[segment.name] ?? '').split('/').map(encodeURIComponent).join('/'),
    );
    return [[key, `/${segments.join('/')}`] as const];
  });
  return paths.length === 0 ? undefined : Object.fromEntries(paths);
}
