import * as auth0 from '@pulumi/auth0';
import * as pulumi from '@pulumi/pulumi';
import type { Recorded } from '../rights/recorded.ts';
import { scopesOf, type Work } from '../rights/scopes.ts';

/** How the pipeline proves to Auth0 who it is. */
export interface Credentials {
  readonly clientId: pulumi.Output<string>;
  readonly clientSecret: pulumi.Output<string>;
}

/**
 * Declares the applications of a tenant's pipeline, three for all stacks of the tenant: a scope of the Management API holds
 * for the whole tenant, so that three for each stack would have the same rights. Each of the three is separate because
 * - a preview runs the code of a pull request: it must neither write nor read `client_keys`, which show the secret of the
 *   application that deploys;
 * - drift reads `client_keys`, in an environment of `main` only, and no reviewer approves it: it must not hold the write
 *   scopes that a deployment of production gets after an approval.
 */
export function declareApplications(
  domain: string,
  stacks: readonly Recorded[],
  opts: pulumi.CustomResourceOptions,
): Readonly<Record<Work, Credentials>> {
  const declare = (work: Work): Credentials => {
    const client = new auth0.Client(
      work,
      {
        name: `${pulumi.getProject()}: ${work}`,
        appType: 'non_interactive',
        grantTypes: ['client_credentials'],
        isFirstParty: true,
        oidcConformant: true,
        jwtConfiguration: { alg: 'RS256' },
      },
      opts,
    );
    const { clientId } = client;
    const credentials = new auth0.ClientCredentials(
      work,
      { clientId, authenticationMethod: 'client_secret_post' },
      opts,
    );
    const audience = `https://${domain}/api/v2/`;
    new auth0.ClientGrant(work, { clientId, audience, scopes: scopesOf(stacks, work), subjectType: 'client' }, opts);
    return { clientId, clientSecret: pulumi.secret(credentials.clientSecret).apply(readable) };
  };
  return { deploy: declare('deploy'), preview: declare('preview'), drift: declare('drift') };
}

function readable(secret: string): string {
  if (secret !== '') return secret;
  throw new Error('Auth0 gave no secret: grant the application that you bootstrap with read:client_keys, then refresh');
}
