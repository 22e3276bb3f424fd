import * as auth0 from '@pulumi/auth0';
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import { UserError } from '../user-error.ts';
import { CLIENT_TYPES, type ClientSettings, type GrantType } from '../config/client-settings.ts';
import { isLocalhost, mayRefresh } from '../config/login-rules.ts';
import { formerName } from '../former-name.ts';
import type { Settings } from '../../settings.ts';
import type { DeclaredApi } from './audience-names.ts';

/** A client that may ask for tokens, and what it proves itself with. */
export interface Application {
  readonly settings: ClientSettings;
  readonly clientId: pulumi.Output<string>;
  /** Absent for a client without one. */
  readonly clientSecret: pulumi.Output<string> | undefined;
  /** How often its secret has been rotated, and what it will be after the next time; absent where none is prepared. */
  readonly rotation: { readonly version: number; readonly nextSecret: pulumi.Output<string> } | undefined;
}

interface Surroundings {
  readonly parent: pulumi.Resource;
  /** The name of the tree that the resources hang in. */
  readonly side: string;
  readonly settings: Settings;
  readonly apis: readonly DeclaredApi[];
}

/** A client with its secret and, where it asks for itself, the grant of what it may ask for. */
export function declareApplication(client: ClientSettings, within: Surroundings): Application {
  const { parent, side, settings, apis } = within;
  const { appType } = CLIENT_TYPES[client.type];
  const logicalName = `${side}-${client.name}`;
  const aliases = formerName(side, client.formerly);
  const protect = settings.production;
  const application = new auth0.Client(
    logicalName,
    {
      name: `${client.name} (${settings.stack})`,
      appType,
      ...partyInputs(client),
      ...loginInputs(client, settings),
      grantTypes: client.grants.flatMap(auth0GrantTypes),
      jwtConfiguration: { alg: 'RS256' },
      ...(client.tokenQuota && { tokenQuota: { clientCredentials: client.tokenQuota } }),
    },
    // Auth0 converts no client of one party into one of the other, and would say so in the middle of an update. One of
    // another type is another application, which must not be reached by the old id.
    { parent, aliases, protect, replaceOnChanges: ['isFirstParty', 'appType'] },
  );
  const secrets = declareSecrets(client, within);
  const credentials = new auth0.ClientCredentials(
    logicalName,
    {
      clientId: application.clientId,
      ...authentication(client),
      ...(secrets.current && { clientSecret: secrets.current }),
    },
    { parent, aliases, protect },
  );
  for (const { identifier: audience, permissions, named } of apis) {
    for (const subjectType of subjectsOf(client)) {
      const names = [client.name, ...(client.formerly === undefined ? [] : [client.formerly])];
      const suffix = subjectType === 'user' ? '-users' : '';
      const [grantName, grantAliases] = named(...names.map((name) => `${side}-${name}${suffix}`));
      new auth0.ClientGrant(
        grantName,
        { clientId: application.clientId, audience, scopes: client.permissions ?? [], subjectType },
        { parent, aliases: grantAliases, protect, dependsOn: permissions },
      );
    }
  }
  return {
    settings: client,
    clientId: application.clientId,
    clientSecret: !hasSecret(client)
      ? undefined
      : pulumi.secret(credentials.clientSecret).apply((secret) => readable(secret, client.name)),
    rotation: secrets.rotation,
  };
}

/** Whether a client proves who it is with a secret. */
function hasSecret({ type, auth }: ClientSettings): boolean {
  return !CLIENT_TYPES[type].isPublic && auth !== 'private_key_jwt';
}

function authentication(
  client: ClientSettings,
): Pick<auth0.ClientCredentialsArgs, 'authenticationMethod' | 'privateKeyJwt'> {
  const { publicKeys = [] } = client;
  if (hasSecret(client)) return { authenticationMethod: 'client_secret_post' };
  if (CLIENT_TYPES[client.type].isPublic) return { authenticationMethod: 'none' };
  return {
    authenticationMethod: 'private_key_jwt',
    privateKeyJwt: {
      credentials: publicKeys.map(({ pem, algorithm }) => ({ credentialType: 'public_key', pem, algorithm })),
    },
  };
}

/** The subjects that the client needs a grant for: itself, and the users of a third party. */
function subjectsOf({ grants, party }: ClientSettings): ('client' | 'user')[] {
  return [
    ...(grants.includes('client_credentials') ? (['client'] as const) : []),
    ...(grants.includes('authorization_code') && party === 'third' ? (['user'] as const) : []),
  ];
}

/**
 * A third party has no other settings than those that Auth0 documents for it.
 * Source: https://auth0.com/docs/get-started/applications/third-party-applications/security-controls
 */
function partyInputs({ party }: ClientSettings): Partial<auth0.ClientArgs> {
  return party === 'third'
    ? { isFirstParty: false, thirdPartySecurityMode: 'strict' }
    : { isFirstParty: true, oidcConformant: true };
}

/** Empty lists are written out: the provider takes an absent one for no change, and the old URLs would stay. */
function loginInputs(client: ClientSettings, { refreshTokens }: Settings): Partial<auth0.ClientArgs> {
  const { type, party, callbacks, logoutUrls, origins } = client;
  if (type === 'service') return {};
  return {
    callbacks,
    ...(type === 'spa' && { webOrigins: origins, allowedOrigins: origins }),
    ...(party !== 'third' && {
      allowedLogoutUrls: logoutUrls,
      // On localhost Auth0 else asks each user whether to go on.
      skipNonVerifiableCallbackUriConfirmationPrompt: String(callbacks.some(isLocalhost)),
    }),
    ...(mayRefresh(client) && {
      refreshToken: {
        rotationType: 'rotating',
        expirationType: 'expiring',
        leeway: refreshTokens.leeway,
        tokenLifetime: refreshTokens.lifetime,
        infiniteTokenLifetime: false,
        idleTokenLifetime: refreshTokens.idleLifetime,
        infiniteIdleTokenLifetime: false,
      },
    }),
  };
}

/** Auth0 has the password grant twice: against the tenant's default directory, and with the connection named. */
function auth0GrantTypes(grant: GrantType): string[] {
  return grant === 'password' ? ['password', 'http://auth0.com/oauth/grant-type/password-realm'] : [grant];
}

/**
 * The secret of the version that the stack file names, and the next one. An Auth0 client has one secret at a time, so its
 * owner must have the next one before a rotation. Each version's secret is a resource, generated once.
 */
function declareSecrets(
  { name, formerly, secretVersion }: ClientSettings,
  { parent, side }: Surroundings,
): { readonly current?: pulumi.Output<string>; readonly rotation: Application['rotation'] } {
  if (secretVersion === undefined) return { rotation: undefined };
  const declare = (version: number): pulumi.Output<string> => {
    const aliases = formerly === undefined ? [] : [{ name: `${side}-${formerly}-secret-${version}` }];
    const secret = new random.RandomPassword(
      `${side}-${name}-secret-${version}`,
      { length: 64, special: false },
      { parent, aliases },
    );
    return pulumi.secret(secret.result);
  };
  return {
    ...(secretVersion > 0 && { current: declare(secretVersion) }),
    rotation: { version: secretVersion, nextSecret: declare(secretVersion + 1) },
  };
}

/** Auth0 leaves the secret empty where the deploying application may not read it, and it stays so until a refresh. */
function readable(secret: string, client: string): string {
  if (secret !== '') return secret;
  throw new UserError(
    'client-secret',
    `Auth0 gave no secret for the client ${client}: grant the application that deploys this stack the Management API scope read:client_keys, then run "npm run up" again. It refreshes the state, which keeps the empty secret until then.`,
  );
}
