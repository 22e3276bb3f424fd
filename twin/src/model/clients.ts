import { createHash, createPublicKey } from 'node:crypto';
import {
  DEFAULT_ID_TOKEN_LIFETIME,
  DEFAULT_IDLE_REFRESH_LIFETIME,
  DEFAULT_REFRESH_LIFETIME,
  MAX_REFRESH_LIFETIME,
  THIRD_PARTY_ID_TOKEN_LIFETIME,
} from '../../../limits/auth0.ts';
import { UserError } from '../common/user-error.ts';
import type { Emulated, Lookup } from '../resources/lookup.ts';
import { TYPE } from '../resources/tokens.ts';
import type { InputsOf } from '../resources/types.ts';
import { NO_LOGIN, type Client, type ClientKey, type LoginSettings, type RefreshSettings } from './tenant.ts';

/** The clients that the program declares, with their credentials and how they log users in. */
export function clientsOf(lookup: Lookup): readonly Client[] {
  return lookup(TYPE.client).map(({ name, id, inputs, outputs, formerly }) => ({
    clientId: id,
    name: inputs.name,
    logicalName: name,
    formerly,
    firstParty: inputs.isFirstParty,
    legacy: inputs.isFirstParty && inputs.oidcConformant !== true,
    grantTypes: inputs.grantTypes,
    ...(inputs.clientMetadata && { metadata: inputs.clientMetadata }),
    ...credentialsOf(lookup, { id, name, inputs, outputs }),
    idTokenLifetime:
      inputs.jwtConfiguration.lifetimeInSeconds ??
      (inputs.isFirstParty ? DEFAULT_ID_TOKEN_LIFETIME : THIRD_PARTY_ID_TOKEN_LIFETIME),
    login: loginOf(inputs),
  }));
}

/** Without ClientCredentials, Auth0 gives a client a secret, unless it is one that can keep none. */
function credentialsOf(
  lookup: Lookup,
  { id, name, inputs, outputs }: Pick<Emulated<typeof TYPE.client>, 'id' | 'name' | 'inputs' | 'outputs'>,
): Pick<Client, 'secret' | 'isPublic' | 'keys'> {
  const found = lookup(TYPE.clientCredentials).filter((declared) => declared.inputs.clientId === id);
  if (found.length > 1) {
    throw new UserError(`The client "${name}" has ${found.length} ClientCredentials; each would overwrite the others.`);
  }
  const [credentials] = found;
  const declared = credentials?.inputs.privateKeyJwt?.credentials;
  if (declared !== undefined) return { secret: '', isPublic: false, keys: declared.map(keyOf) };
  const isPublic =
    credentials === undefined ? isPublicType(inputs) : credentials.inputs.authenticationMethod === 'none';
  const secret = (credentials?.outputs ?? outputs)['clientSecret'];
  return { secret: isPublic || typeof secret !== 'string' ? '' : secret, isPublic };
}

type Credential = NonNullable<InputsOf<typeof TYPE.clientCredentials>['privateKeyJwt']>['credentials'][number];

/** Auth0 identifies a key by its thumbprint. Source: RFC 7638 */
function keyOf({ pem, algorithm, expiresAt }: Credential): ClientKey {
  const { e, kty, n } = createPublicKey(pem).export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
  return { kid, pem, algorithm, ...(expiresAt !== undefined && { expiresAt }) };
}

function isPublicType({ appType }: ClientInputs): boolean {
  return appType === 'spa' || appType === 'native';
}

type ClientInputs = InputsOf<typeof TYPE.client>;

function loginOf(inputs: ClientInputs): LoginSettings {
  return {
    callbacks: inputs.callbacks ?? [],
    logoutUrls: inputs.allowedLogoutUrls ?? [],
    origins: [...(inputs.allowedOrigins ?? []), ...(inputs.webOrigins ?? [])],
    webOrigins: inputs.webOrigins ?? [],
    skipsConfirmation: inputs.skipNonVerifiableCallbackUriConfirmationPrompt === 'true',
    keepsErrors: (inputs.redirectionPolicy ?? defaultPolicy(inputs)) === 'open_redirect_protection',
    refresh: refreshOf(inputs),
  };
}

/** Source: https://auth0.com/docs/get-started/applications/third-party-applications/user-consent-and-third-party-applications */
function defaultPolicy({ isFirstParty }: ClientInputs): ClientInputs['redirectionPolicy'] {
  return isFirstParty ? 'allow_always' : 'open_redirect_protection';
}

/** What the tenant was captured to set where a client says nothing of it. */
function refreshOf(inputs: ClientInputs): RefreshSettings {
  const { refreshToken, isFirstParty } = inputs;
  if (refreshToken === undefined) {
    return isFirstParty
      ? NO_LOGIN.refresh
      : {
          rotates: isPublicType(inputs),
          leeway: 0,
          lifetime: MAX_REFRESH_LIFETIME,
          idleLifetime: DEFAULT_REFRESH_LIFETIME,
        };
  }
  const expires = refreshToken.expirationType === 'expiring';
  const { infiniteTokenLifetime, infiniteIdleTokenLifetime } = refreshToken;
  return {
    rotates: refreshToken.rotationType === 'rotating',
    leeway: refreshToken.leeway ?? 0,
    lifetime:
      expires && infiniteTokenLifetime !== true ? (refreshToken.tokenLifetime ?? DEFAULT_REFRESH_LIFETIME) : undefined,
    idleLifetime:
      expires && infiniteIdleTokenLifetime !== true
        ? (refreshToken.idleTokenLifetime ?? DEFAULT_IDLE_REFRESH_LIFETIME)
        : undefined,
  };
}
