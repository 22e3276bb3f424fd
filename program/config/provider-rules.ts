import { problem, type Problem } from '../user-error.ts';

/** Credentials of the providers: every reader of a stack file, or of its history, would have them. */
const CREDENTIALS = /^(auth0:(clientSecret|apiToken|clientAssertionPrivateKey)|aws:(accessKey|secretKey|token))$/;

/** Settings of the providers that write down what they send, or send it to another than AWS or without a check. */
const LOOSE: Readonly<Record<string, string>> = {
  'auth0:debug': 'logs every request to Auth0 with its token',
  'aws:insecure': 'accepts any TLS certificate',
  'aws:endpoints': 'sends requests with their signatures elsewhere than to AWS',
};

/**
 * Returns the settings of the providers that no stack of a real engine may have. Without an engine nothing is sent.
 * @param raw the configuration by key
 * @param encrypted the keys whose values the stack file has encrypted
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
