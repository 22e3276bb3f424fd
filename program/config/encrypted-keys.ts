/** The only key that may contain encrypted values: variables and statements of handlers. */
export const MAY_BE_SECRET = 'api:handlers';

/** The error for any other encrypted key. */
export const NO_PLACE_FOR_A_SECRET =
  'is encrypted, but its value would be in plain text in the state, at AWS or Auth0, and in the access report; only api:handlers can hold a secret: write this without --secret';

/**
 * Returns the keys with values that the engine decrypted. The SDK does not offer this list, so it is read from an
 * environment variable. Source: pulumi/pulumi, sdk/nodejs/runtime/config.ts.
 */
export function encryptedKeys(): readonly unknown[] {
  const keys: unknown = JSON.parse(process.env['PULUMI_CONFIG_SECRET_KEYS'] || '[]');
  if (!Array.isArray(keys)) throw new Error('PULUMI_CONFIG_SECRET_KEYS is not a list: the SDK has changed');
  return keys;
}
