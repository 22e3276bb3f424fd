import * as auth0 from '@pulumi/auth0';
import * as pulumi from '@pulumi/pulumi';
import type { Recorded } from '../commands/rights/recorded.ts';
import { scopesOf, type Work } from '../commands/rights/scopes.ts';

/** The pipeline's credentials at Auth0. */
export interface Credentials {
  readonly clientId: pulumi.Output<string>;
  readonly clientSecret: pulumi.Output<string>;
}

/**
 * Declares the pipeline's three applications, shared by all stacks, because Management API scopes cover the whole
 * tenant. A preview runs a pull request's code: it must neither write nor read `client_keys`, which expose the
 * deployer's secret. Drift reads `client_keys`, only on `main` and without a reviewer: it must not hold production's
 * write scopes.
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
  throw new Error(
    'Auth0 returned no secret: grant the scope read:client_keys to the application that runs the bootstrap, then refresh',
  );
}
