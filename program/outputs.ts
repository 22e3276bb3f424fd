import * as pulumi from '@pulumi/pulumi';
import type { ApiSide } from '../api.ts';
import type { Auth0Side } from '../auth0.ts';

/** The stack's outputs: the contract that callers, the verification and the workflows read. */
export function outputs(tenant: Auth0Side, api: ApiSide): Record<string, pulumi.Input<unknown>> {
  const { applications, testUser } = tenant;
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
  };
}
