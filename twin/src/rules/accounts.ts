import { z } from 'zod';
import { TYPE } from '../resources/tokens.ts';
import { acceptedOf } from './accepted.ts';
import { each, type Rule } from './rule.ts';

/** The minimum characters of a client's secret: Auth0 generates 64. */
const SHORTEST_SECRET = 32;

/** The stack file's settings that make a user database more open; the output `accepted` has their values. */
const SIGN_UP = 'api:database.signUp';
const PASSWORD_POLICY = 'api:database.passwordPolicy';
const orAccept = (key: string): string => `or accept its value under ${key} in the output accepted`;

// The defaults are Auth0's. Source: https://auth0.com/docs/authenticate/database-connections/password-strength
const options = z.object({
  passwordPolicy: z.string().default('none'),
  bruteForceProtection: z.boolean().default(true),
  disableSignup: z.boolean().optional(),
});

const databases = each(
  TYPE.connection,
  z.object({ strategy: z.string(), options: options.prefault({}) }),
  ({ strategy, options: { bruteForceProtection, passwordPolicy, disableSignup } }, _, all) => {
    if (strategy !== 'auth0') return undefined;
    if (!bruteForceProtection) return 'its protection against guessed passwords is off';
    const accepted = acceptedOf(all);
    if (!['good', 'excellent'].includes(passwordPolicy) && accepted[PASSWORD_POLICY] !== passwordPolicy) {
      return `its password policy is ${passwordPolicy}; set options.passwordPolicy to good or excellent, ${orAccept(PASSWORD_POLICY)}`;
    }
    // Only a program with the output `production` can allow sign-up; other programs may have Auth0's default.
    const isOpen =
      disableSignup === false || (disableSignup === undefined && typeof all.outputs['production'] === 'boolean');
    return isOpen && accepted[SIGN_UP] !== 'true'
      ? `anyone may sign up; set options.disableSignup to true, ${orAccept(SIGN_UP)}`
      : undefined;
  },
);

const part = z.object({ enabled: z.boolean().default(true) }).optional();

const attacks = each(
  TYPE.attackProtection,
  z.object({ bruteForceProtection: part, suspiciousIpThrottling: part }),
  (parts) => {
    const [off] = Object.entries(parts).find(([, settings]) => settings?.enabled === false) ?? [];
    return off === undefined ? undefined : `it turns ${off} off for the whole tenant`;
  },
);

const shortSecrets = each(
  TYPE.clientCredentials,
  z.object({ clientSecret: z.string().optional() }),
  ({ clientSecret }) =>
    clientSecret !== undefined && clientSecret.length < SHORTEST_SECRET
      ? `its secret has ${clientSecret.length} characters, and can be guessed`
      : undefined,
);

const shortPasswords = each(
  TYPE.randomPassword,
  z.object({ length: z.number().optional().catch(undefined) }),
  ({ length = Infinity }) =>
    length < SHORTEST_SECRET / 2 ? `it makes ${length} characters, which can be guessed` : undefined,
);

export const ACCOUNT_RULES: readonly Rule[] = [
  {
    name: 'closed databases',
    says: 'A user database has brute-force protection and, unless the stack file sets otherwise, no sign-up and a strong password policy.',
    check: (all) => [...databases(all), ...attacks(all)],
  },
  {
    name: 'long secrets',
    says: "A client's secret is too long to guess.",
    check: (all) => [...shortSecrets(all), ...shortPasswords(all)],
  },
];
