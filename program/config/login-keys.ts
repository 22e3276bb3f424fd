import { z } from 'zod';
import { CONNECTION_NAME, MAX_REFRESH_LIFETIME, ROLES_PER_USER } from '../../limits/auth0.ts';

const connection = z.string().regex(CONNECTION_NAME, {
  error: 'a connection name has letters and digits, with single hyphens between them, and at most 128 characters',
});

const testUser = z.strictObject({
  email: z
    .email({ error: 'write an e-mail address, like test-user@example.com' })
    .refine((email) => email === email.toLowerCase(), {
      error: 'write it in lower case, as Auth0 stores it; otherwise each refresh finds a difference',
    })
    .meta({ description: 'The address that the user logs in with; no mail is sent.' }),
  roles: z
    .array(z.string())
    .max(ROLES_PER_USER, { error: `Auth0 accepts at most ${ROLES_PER_USER} roles of a user` })
    .meta({ description: 'Roles from contract.ts, which decide what the user may request.' }),
});

const user = testUser.extend({
  connection: connection.optional().meta({
    description:
      "One of api:connections, which must be a database. Without api:connections, the program's own database.",
  }),
});

export const database = z.strictObject({
  signUp: z.boolean().default(false).meta({ description: 'Whether visitors may create their own accounts.' }),
  passwordPolicy: z.enum(['fair', 'good', 'excellent']).default('good').meta({
    description: "Auth0's password policy: good requires 8 characters of three kinds, and excellent 10.",
  }),
});

const seconds = z.int().min(1).max(MAX_REFRESH_LIFETIME);
/** The lifetimes of all clients' refresh tokens. They rotate: each works once. */
export const refreshTokens = z
  .strictObject({
    lifetime: seconds.default(2_592_000).meta({ description: 'Seconds until the user must log in again.' }),
    idleLifetime: seconds
      .default(1_296_000)
      .meta({ description: 'Seconds without use until the user must log in again.' }),
    leeway: z.int().min(0).max(60).default(5).meta({
      description:
        'Seconds in which a used token still works, in case a response was lost. Later use revokes all tokens of the login.',
    }),
  })
  .refine(({ lifetime, idleLifetime }) => idleLifetime <= lifetime, {
    error: 'idleLifetime is more than lifetime, so it would limit nothing',
  });

/** The stack file's keys about users and logins; all are optional. */
export const LOGIN_KEYS = {
  'api:testUser': testUser.optional().meta({
    description: 'A shorthand for api:users with one user.',
    examples: [{ email: 'test-user@example.com', roles: ['reader'] }],
  }),
  'api:users': z
    .array(user)
    .default([])
    .meta({
      description: 'Test users with generated passwords.',
      examples: [[{ email: 'test-user@example.com', roles: ['reader'] }]],
    }),
  'api:database': database.optional().meta({
    description:
      "The program's own database of users. It exists if a client logs users in and api:connections is absent. Brute-force protection is always on.",
    examples: [{ signUp: false, passwordPolicy: 'excellent' }],
  }),
  'api:connections': z
    .array(connection)
    .default([])
    .meta({
      description:
        "Existing connections of the tenant that users log in with, instead of the program's own database. Each is enabled for the clients of this stack, and stays enabled for its other clients.",
      examples: [['Username-Password-Authentication']],
    }),
  'api:refreshTokens': refreshTokens.optional().meta({
    description: 'How long a client with the grant refresh_token gets new access tokens without a login.',
    examples: [{ lifetime: 2_592_000, idleLifetime: 1_296_000, leeway: 5 }],
  }),
} as const satisfies Record<string, z.ZodType>;

/** A test user of a stack outside production. */
export type UserSettings = Readonly<z.infer<typeof user>>;
