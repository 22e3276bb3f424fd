import * as pulumi from '@pulumi/pulumi';
import type { ApiSide } from '../api.ts';
import type { Auth0Side } from '../auth0.ts';
import type { Contract } from './define-contract.ts';
import { examplePaths } from './examples.ts';

/** The stack's outputs: the contract that callers, the verification and the workflows read. */
export function outputs(contract: Contract, tenant: Auth0Side, api: ApiSide): Record<string, pulumi.Input<unknown>> {
  const { applications, testUser } = tenant;
  const paths = examplePaths(contract);
  return {
    apiUrl: api.url,
    issuer: tenant.issuer,
    tokenUrl: tenant.tokenUrl,
    audience: tenant.audience,
    clientIds: Object.fromEntries(applications.map(({ name, clientId }) => [name, clientId])),
    clientSecrets: pulumi.secret(
      Object.fromEntries(applications.map(({ name, clientSecret }) => [name, clientSecret])),
    ),
    ...(testUser && {
      testUser: { email: testUser.email, connection: testUser.connection },
      testUserPassword: testUser.password,
    }),
    ...(api.domainTarget && { apiDomainTarget: api.domainTarget }),
    ...(paths && { examplePaths: paths }),
  };
}
