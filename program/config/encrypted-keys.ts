/** The one key whose value is kept secret wherever it goes: variables and statements of handlers. */
export const MAY_BE_SECRET = 'api:handlers';

/** What is wrong with any other key that is encrypted. */
export const NO_PLACE_FOR_A_SECRET =
  'is encrypted, and what it says stands in plain text in the state, at AWS or Auth0, and in the access report; only api:handlers can hold a secret: write this without --secret';

/**
 * The keys in whose values the engine decrypted anything. It says no more than the key, in a variable that it hands to
 * the program; the SDK has no other way to ask for a map. Source: pulumi/pulumi, sdk/nodejs/runtime/config.ts.
 */
export function encryptedKeys(): readonly unknown[] {
  const keys: unknown = JSON.parse(process.env['PULUMI_CONFIG_SECRET_KEYS'] || '[]');
  if (!Array.isArray(keys)) throw new Error('PULUMI_CONFIG_SECRET_KEYS is not a list: the SDK has changed');
  return keys;
}
