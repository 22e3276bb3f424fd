import { z } from 'zod';
import { CONNECTION_NAME, MAX_REFRESH_LIFETIME, ROLES_PER_USER } from '../../limits/auth0.ts';
import { described, matching } from '../schemas.ts';

const connection = matching(
  CONNECTION_NAME,
  'a connection name has letters and digits, with single hyphens between them, and at most 128 characters',
);

const testUser = z.strictObject({
  email: described(
    z
      .email({ error: 'write an e-mail address, like test-user@example.com' })
      .refine((email) => email === email.toLowerCase(), {
        error: 'write it in lower case, as Auth0 stores it; otherwise each refresh finds a difference',
      }),
    'The address that the user logs in with; no mail is sent.',
  ),
  roles: described(
    z.array(z.string()).max(ROLES_PER_USER, { error: `Auth0 accepts at most ${ROLES_PER_USER} roles of a user` }),
    'Roles from contract.ts, which decide the permissions that the user may get.',
  ),
});

const user = testUser.extend({
  connection: described(
    connection.optional(),
    "One of api:connections, which must be a database. Without api:connections, the program's own database.",
  ),
});

export const database = z.strictObject({
  signUp: described(z.boolean().default(false), 'Whether visitors may create their own accounts.'),
  passwordPolicy: described(
    z.enum(['fair', 'good', 'excellent']).default('good'),
    "Auth0's password policy: good requires 8 characters of three kinds, and excellent 10.",
  ),
});

const seconds = z.int().min(1).max(MAX_REFRESH_LIFETIME);
/** The lifetimes of all clients' refresh tokens. They rotate: each works once. */
export const refreshTokens = z
  .strictObject({
    lifetime: described(seconds.default(2_592_000), 'Seconds until the user must log in again.'),
    idleLifetime: described(seconds.default(1_296_000), 'Seconds without use until the user must log in again.'),
    leeway: described(
      z.int().min(0).max(60).default(5),
      'Seconds for which a used token still works, in case a response was lost. Later use revokes all tokens of the login.',
    ),
  })
  .refine(({ lifetime, idleLifetime }) => idleLifetime <= lifetime, {
    error: 'idleLifetime is more than lifetime, so it would limit nothing',
  });

/** The stack file's keys about users and logins; all are optional. */
export const LOGIN_KEYS = {
  'api:testUser': described(testUser.optional(), 'A shorthand for api:users with one user.', {
    email: 'test-user@example.com',
    roles: ['reader'],
  }),
  'api:users': described(z.array(user).default([]), 'Test users with generated passwords.', [
    { email: 'test-user@example.com', roles: ['reader'] },
  ]),
  'api:database': described(
    database.optional(),
    "The program's own database of users. The program creates it if a client logs users in and api:connections is absent. Brute-force protection is always on.",
    { signUp: false, passwordPolicy: 'excellent' },
  ),
  'api:connections': described(
    z.array(connection).default([]),
    "Existing connections of the tenant that users log in with, instead of the program's own database. Each is enabled for the clients of this stack, and stays enabled for its other clients.",
    ['Username-Password-Authentication'],
  ),
  'api:refreshTokens': described(
    refreshTokens.optional(),
    'How long a client with the grant refresh_token gets new access tokens without a login.',
    { lifetime: 2_592_000, idleLifetime: 1_296_000, leeway: 5 },
  ),
} as const satisfies Record<string, z.ZodType>;

/** A test user of a stack outside production. */
export type UserSettings = Readonly<z.infer<typeof user>>;
