import { z } from 'zod';
import { acceptedOf } from './accepted.ts';
import { judgeEach, ofType, type Finding, type Registered, type Rule } from './registered.ts';

const CONNECTION = 'auth0:index/connection:Connection';

/** Characters of a client's secret: Auth0 makes 64. */
const SHORTEST_SECRET = 32;

/** The settings of a stack file that open a database of users; `accepted` has those that the file says. */
const SIGN_UP = 'api:database.signUp';
const PASSWORD_POLICY = 'api:database.passwordPolicy';

const connectionInputs = z.object({
  strategy: z.string(),
  options: z
    .object({
      // Where a program does not say it, Auth0's defaults.
      // Source: https://auth0.com/docs/authenticate/database-connections/password-strength
      passwordPolicy: z.string().default('none'),
      bruteForceProtection: z.boolean().default(true),
      disableSignup: z.boolean().optional(),
    })
    .default({ passwordPolicy: 'none', bruteForceProtection: true }),
});

function databases(all: Registered): Finding[] {
  const accepted = acceptedOf(all);
  // A program that says which of its stacks are production's knows how to accept a sign-up; another keeps Auth0's default.
  const strict = typeof all.outputs['production'] === 'boolean';
  return judgeEach(all, CONNECTION, connectionInputs, ({ strategy, options }) => {
    if (strategy !== 'auth0') return undefined;
    if (!options.bruteForceProtection) return 'its protection against guessed passwords is off';
    const { passwordPolicy, disableSignup } = options;
    if (!['good', 'excellent'].includes(passwordPolicy) && accepted[PASSWORD_POLICY] !== passwordPolicy) {
      return `its password policy is ${passwordPolicy}, and the stack file does not say so`;
    }
    const isOpen = disableSignup === false || (disableSignup === undefined && strict);
    return isOpen && accepted[SIGN_UP] !== 'true'
      ? 'anyone may sign up, and the stack file does not say so'
      : undefined;
  });
}

function attacks(all: Registered): Finding[] {
  const part = z.object({ enabled: z.boolean().default(true) }).optional();
  return judgeEach(
    all,
    'auth0:index/attackProtection:AttackProtection',
    z.object({ bruteForceProtection: part, suspiciousIpThrottling: part }),
    (parts) => {
      const off = (['bruteForceProtection', 'suspiciousIpThrottling'] as const).find(
        (name) => parts[name]?.enabled === false,
      );
      return off === undefined ? undefined : `it turns ${off} off for the whole tenant`;
    },
  );
}

function shortSecrets(all: Registered): Finding[] {
  const inputs = z.object({ clientSecret: z.string().optional() });
  const length = z.object({ length: z.number() });
  return [
    ...judgeEach(all, 'auth0:index/clientCredentials:ClientCredentials', inputs, ({ clientSecret }) =>
      clientSecret !== undefined && clientSecret.length < SHORTEST_SECRET
        ? `its secret has ${clientSecret.length} characters, and can be guessed`
        : undefined,
    ),
    ...ofType(all, 'random:index/randomPassword:RandomPassword').flatMap((resource) => {
      const read = length.safeParse(resource.inputs).data;
      return read !== undefined && read.length < SHORTEST_SECRET / 2
        ? [{ resource, message: `it makes ${read.length} characters, which can be guessed` }]
        : [];
    }),
  ];
}

/** How accounts are kept from strangers. */
export const ACCOUNT_RULES: readonly Rule[] = [
  {
    name: 'closed databases',
    says: 'A database of users has no sign-up and a strong password policy, unless the stack file says so, and protection against guessing.',
    check: (all) => [...databases(all), ...attacks(all)],
  },
  { name: 'long secrets', says: "A client's secret is too long to be guessed.", check: shortSecrets },
];
