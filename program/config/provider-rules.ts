import { problem, type Problem } from '../user-error.ts';

/** The providers' credentials, which a stack file would expose to all its readers and keep in its history. */
const CREDENTIALS = /^(auth0:(clientSecret|apiToken|clientAssertionPrivateKey)|aws:(accessKey|secretKey|token))$/;

/** Provider settings that log requests, redirect them away from AWS or skip checks. */
const LOOSE: Readonly<Record<string, string>> = {
  'auth0:debug': 'logs every request to Auth0 with its token',
  'aws:insecure': 'accepts any TLS certificate',
  'aws:endpoints': 'sends requests with their signatures elsewhere than to AWS',
};

/**
 * Returns the provider settings that a real engine must not use.
 * @param raw the configuration by key
 * @param encrypted the keys whose values are encrypted in the stack file
 */
export function providerProblems(
  raw: Readonly<Record<string, string>>,
  encrypted: readonly unknown[],
  hasEngine: boolean,
): Problem[] {
  if (!hasEngine) return [];
  return Object.entries(raw).flatMap(([key, value]) => {
    if (CREDENTIALS.test(key) && !encrypted.includes(key)) {
      const message = `is a credential in plain text; write it with pulumi config set --secret ${key}, or as an environment variable`;
      return [problem('insecure', key, message)];
    }
    const why = LOOSE[key] ?? (/^aws:skip[A-Z]/.test(key) ? 'skips a check of the AWS provider' : undefined);
    return why === undefined || /^(false|\[\]|)$/.test(value)
      ? []
      : [problem('insecure', key, `${why}; remove it from the stack file`)];
  });
}
