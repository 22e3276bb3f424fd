import * as auth0 from '@pulumi/auth0';
import * as pulumi from '@pulumi/pulumi';

interface TenantArgs {
  readonly audience: string;
  readonly callers: Readonly<Record<string, readonly string[]>>;
}

export class Tenant extends pulumi.ComponentResource {
  readonly audience: pulumi.Output<string>;
  readonly clientIds: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, { audience, callers }: TenantArgs, options?: pulumi.ComponentResourceOptions) {
    super('shop:index:Tenant', name, {}, options);
    const parent = { parent: this };
    const api = new auth0.ResourceServer(
      name,
      { name: 'Shop', identifier: audience, tokenLifetime: 3600, enforcePolicies: true },
      parent,
    );
    const permissions = [...new Set(Object.values(callers).flat())];
    const scopes = new auth0.ResourceServerScopes(
      name,
      { resourceServerIdentifier: api.identifier, scopes: permissions.map((scope) => ({ name: scope })) },
      parent,
    );
    const clientIds: Record<string, pulumi.Output<string>> = {};
    for (const [caller, granted] of Object.entries(callers)) {
      const client = new auth0.Client(
        caller,
        { name: caller, appType: 'non_interactive', oidcConformant: true, grantTypes: ['client_credentials'] },
        parent,
      );
      new auth0.ClientGrant(
        caller,
        { clientId: client.id, audience: api.identifier, subjectType: 'client', scopes: [...granted] },
        { parent: this, dependsOn: scopes },
      );
      clientIds[caller] = client.clientId;
    }
    this.audience = api.identifier;
    this.clientIds = clientIds;
    this.registerOutputs({ audience: this.audience, clientIds });
  }
}
