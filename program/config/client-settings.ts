import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import {
  ASSERTION_ALGORITHMS,
  KEYS_PER_CLIENT,
  LARGEST_TOKEN_QUOTA,
  PUBLIC_PEM,
  SMALLEST_RSA_KEY,
} from '../../limits/auth0.ts';
import { described, judged, matching } from '../schemas.ts';

const GRANTS = ['client_credentials', 'password', 'authorization_code', 'refresh_token'] as const;
/** A grant as the stack file names it; `application.ts` has Auth0's names. */
export type GrantType = (typeof GRANTS)[number];

/** By client type: its name at Auth0, whether anyone can read its code, so that it keeps no secret, and its grants. */
export const CLIENT_TYPES: Readonly<
  Record<
    'service' | 'spa' | 'native' | 'web',
    { readonly appType: string; readonly isPublic: boolean; readonly grants: readonly GrantType[] }
  >
> = {
  service: { appType: 'non_interactive', isPublic: false, grants: ['client_credentials', 'password'] },
  spa: { appType: 'spa', isPublic: true, grants: ['authorization_code', 'refresh_token'] },
  native: { appType: 'native', isPublic: true, grants: ['authorization_code', 'refresh_token'] },
  web: { appType: 'regular_web', isPublic: false, grants: GRANTS },
};

/** `login-rules.ts` checks each URL, because the rules depend on the stack. */
const urls = z.array(z.string()).default([]);

const clientName = matching(
  /^[a-z][a-z0-9-]{0,39}$/,
  'a client name is a lower-case letter and up to 39 lower-case letters, digits or -',
);

const tokens = z.int().min(1).max(LARGEST_TOKEN_QUOTA);

/** Source: https://auth0.com/docs/fine-grained-m2m-token-quotas-early-access */
const tokenQuota = z
  .strictObject({
    perHour: described(tokens.optional(), 'Tokens per clock hour (UTC).'),
    perDay: described(tokens.optional(), 'Tokens per UTC day.'),
    enforce: described(
      z.boolean().default(true),
      'false still issues tokens beyond the quota and only logs them in the tenant, which helps to find the right number.',
    ),
  })
  .refine(({ perHour, perDay }) => perHour !== undefined || perDay !== undefined, {
    error: 'write perHour or perDay: a quota without a number limits nothing',
  })
  .refine(({ perHour = 0, perDay = Infinity }) => perHour <= perDay, {
    error: 'perHour is more than perDay, so it would limit nothing',
  });

const publicKey = z.strictObject({
  pem: described(
    z.string().superRefine(judged(problemOfKey)),
    `A public RSA key of ${SMALLEST_RSA_KEY} bits or more, in PEM.`,
  ),
  algorithm: described(
    z.enum(ASSERTION_ALGORITHMS).default('RS256'),
    'The only algorithm that the client may use with this key.',
  ),
});

function problemOfKey(pem: string): string | undefined {
  if (pem.includes('PRIVATE KEY')) {
    return 'is a private key, which only the client may have; create a new key pair and write its public key: openssl rsa -in key.pem -pubout';
  }
  const advice = `write a public RSA key of ${SMALLEST_RSA_KEY} bits or more, as openssl rsa -in key.pem -pubout prints it`;
  if (!PUBLIC_PEM.test(pem)) return advice;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
    const bits = asymmetricKeyDetails?.modulusLength ?? 0;
    return asymmetricKeyType === 'rsa' && bits >= SMALLEST_RSA_KEY ? undefined : advice;
  } catch {
    return advice;
  }
}

/** The schema of an entry of `api:clients`. */
export const client = z.strictObject({
  name: described(clientName, 'The name of the client, and its key in the outputs clientIds and clientSecrets.'),
  formerly: described(
    clientName.optional(),
    'The name before a rename, so that the client keeps its id and secret. Remove it after every stack is updated.',
  ),
  type: described(
    z.enum(Object.keys(CLIENT_TYPES) as (keyof typeof CLIENT_TYPES)[]).default('service'),
    'service has no login; spa runs in a browser, native on a device, and web on a server that logs users in. A change replaces the client, with its id and secret.',
  ),
  party: described(
    z.enum(['first', 'third']).optional(),
    'first is your own application; third belongs to another company. Required for a service; other types default to first. Auth0 gives a third party no password grant, and only the permissions of its client grants. A change replaces the client, with its id and secret.',
  ),
  grants: described(
    z.array(z.enum(GRANTS)).min(1, { error: `name at least one of ${GRANTS.join(', ')}` }),
    'How the client requests tokens: for itself (client_credentials), through a login (authorization_code), by renewing a login (refresh_token), or with the password of a user (password).',
  ),
  permissions: described(
    z.array(z.string()).optional(),
    'The permissions that the client may request with client_credentials. For a third party, also the most that users can grant it. Required in both cases. The permissions of users come from their roles.',
  ),
  callbacks: described(
    urls,
    'Exact URLs that a user returns to after the login. They start with https://; for native, also with a scheme like com.example.app://. Outside production, they may also start with http://localhost, and the first label of the host may contain *.',
  ),
  logoutUrls: described(
    urls,
    'Exact URLs that a user may return to after the logout, with the same rules as callbacks.',
  ),
  origins: described(
    urls,
    'Origins of a spa, like https://app.example.com, whose pages request tokens and call the API.',
  ),
  tokenQuota: described(
    tokenQuota.optional(),
    'The most tokens that the client gets with client_credentials, which Auth0 bills. Beyond that, Auth0 responds 429. Needs an Auth0 plan with token quotas.',
  ),
  auth: described(
    z.enum(['client_secret', 'private_key_jwt']).optional(),
    'How a service or web client authenticates: with a secret (client_secret, the default), or by signing each token request with a private key (private_key_jwt). The latter needs publicKeys and an Auth0 plan with private key JWT.',
  ),
  publicKeys: described(
    z
      .array(publicKey)
      .min(1, { error: 'write at least one key' })
      .max(KEYS_PER_CLIENT, { error: `Auth0 accepts at most ${KEYS_PER_CLIENT} keys of a client; remove the oldest` })
      .optional(),
    'The public keys of a client with auth: private_key_jwt. The client may sign with either key; a second one lets it change keys without a gap.',
  ),
  secretVersion: described(
    z.int().min(0).max(1_000_000).optional(),
    'Increase by 1 to switch to the secret already published in nextClientSecrets. 0 keeps the secret that Auth0 generated, and publishes the first next secret. Without this key, no secret is published.',
  ),
});

/** A checked entry of `api:clients`, with defaults. */
export type ClientSettings = Readonly<z.infer<typeof client>>;
