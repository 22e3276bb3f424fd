import type * as auth0 from '@pulumi/auth0';
import * as pulumi from '@pulumi/pulumi';
import { services } from '../services.ts';
import { UserError } from '../user-error.ts';
import { CLIENT_TYPES, type ClientSettings, type GrantType } from '../config/client-settings.ts';
import { isLocalhost, mayRefresh } from '../config/login-rules.ts';
import { formerName } from '../former-name.ts';
import type { Settings } from '../../settings.ts';
import type { DeclaredApi, Side } from './side.ts';

/** A declared client and its secret. */
export interface Application {
  readonly settings: ClientSettings;
  readonly clientId: pulumi.Output<string>;
  readonly clientSecret: pulumi.Output<string> | undefined;
  /** The number of past rotations and the next secret; absent unless a rotation is prepared. */
  readonly rotation: { readonly version: number; readonly nextSecret: pulumi.Output<string> } | undefined;
}

/** Declares a client, its secret and, for the client-credentials grant, its client grant of each API. */
export function declareApplication(client: ClientSettings, within: Side, apis: readonly DeclaredApi[]): Application {
  const { parent, side, settings } = within;
  const { appType } = CLIENT_TYPES[client.type];
  const logicalName = `${side}-${client.name}`;
  const aliases = formerName(side, client.formerly);
  const protect = settings.production;
  const application = new services.auth0.Client(
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
    // Auth0 cannot change a client's party, and the update would fail halfway. A client of another type is a new
    // application, which must not keep the old client ID.
    { parent, aliases, protect, replaceOnChanges: ['isFirstParty', 'appType'] },
  );
  const secrets = declareSecrets(client, within);
  const credentials = new services.auth0.ClientCredentials(
    logicalName,
    {
      clientId: application.clientId,
      ...authentication(client),
      ...(secrets.current && { clientSecret: secrets.current }),
    },
    { parent, aliases, protect },
  );
  const names = [client.name, ...(client.formerly === undefined ? [] : [client.formerly])];
  for (const { identifier: audience, permissions, named } of apis) {
    for (const subjectType of subjectsOf(client)) {
      const suffix = subjectType === 'user' ? '-users' : '';
      const [grantName, grantAliases] = named(...names.map((name) => `${side}-${name}${suffix}`));
      new services.auth0.ClientGrant(
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

/** Returns the subjects that need a client grant: the client itself, and a third party's users. */
function subjectsOf({ grants, party }: ClientSettings): ('client' | 'user')[] {
  return [
    ...(grants.includes('client_credentials') ? (['client'] as const) : []),
    ...(grants.includes('authorization_code') && party === 'third' ? (['user'] as const) : []),
  ];
}

/**
 * Returns the settings that Auth0 documents for a third-party client.
 * Source: https://auth0.com/docs/get-started/applications/third-party-applications/security-controls
 */
function partyInputs({ party }: ClientSettings): Partial<auth0.ClientArgs> {
  return party === 'third'
    ? { isFirstParty: false, thirdPartySecurityMode: 'strict' }
    : { isFirstParty: true, oidcConformant: true };
}

/** Returns the login settings, with empty lists: if they were absent, the provider would leave old URLs in place. */
function loginInputs(client: ClientSettings, { refreshTokens }: Settings): Partial<auth0.ClientArgs> {
  const { type, party, callbacks, logoutUrls, origins } = client;
  if (type === 'service') return {};
  return {
    callbacks,
    ...(type === 'spa' && { webOrigins: origins, allowedOrigins: origins }),
    ...(party !== 'third' && {
      allowedLogoutUrls: logoutUrls,
      // Without it, Auth0 asks each user for confirmation on localhost.
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

/** Returns Auth0's names of a grant; a password grant has one for the default directory and one for a connection. */
function auth0GrantTypes(grant: GrantType): string[] {
  return grant === 'password' ? ['password', 'http://auth0.com/oauth/grant-type/password-realm'] : [grant];
}

/** Declares the current secret and the next, which its owner needs before a rotation: a client has one at a time. */
function declareSecrets(
  { name, formerly, secretVersion }: ClientSettings,
  { parent, side }: Side,
): { readonly current?: pulumi.Output<string>; readonly rotation: Application['rotation'] } {
  if (secretVersion === undefined) return { rotation: undefined };
  const declare = (version: number): pulumi.Output<string> => {
    const aliases = formerly === undefined ? [] : [{ name: `${side}-${formerly}-secret-${version}` }];
    const secret = new services.random.RandomPassword(
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

/** Returns a secret, or throws if it is empty: Auth0 hides it from a deployer without permission, until a refresh. */
function readable(secret: string, client: string): string {
  if (secret !== '') return secret;
  throw new UserError(
    'client-secret',
    `Auth0 returned no secret for the client ${client}: grant the application that deploys this stack the Management API scope read:client_keys, then run "npm run up" again. It refreshes the state, which keeps the empty secret until then.`,
  );
}
