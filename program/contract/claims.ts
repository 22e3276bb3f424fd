import { z } from 'zod';
import { claimNameProblem } from '../../limits/claims.ts';
import { judged } from '../schemas.ts';

/**
 * The allowed sources of a custom claim, and the expression of each in an Action. Source:
 * https://auth0.com/docs/customize/actions/reference/post-login/post-login-event-object
 */
export const SOURCES = {
  'user.email': 'event.user.email',
  'user.emailVerified': 'event.user.email_verified',
  'user.name': 'event.user.name',
  'user.nickname': 'event.user.nickname',
  'user.givenName': 'event.user.given_name',
  'user.familyName': 'event.user.family_name',
  'user.picture': 'event.user.picture',
  'user.roles': '(event.authorization?.roles ?? []).flatMap((name) => roles.get(name) ?? [])',
  'connection.name': 'event.connection.name',
  'client.name': 'event.client.name',
} as const;
export type ClaimSource = keyof typeof SOURCES;

const claimName = z.string().superRefine(
  judged((name) => {
    const problem = claimNameProblem(name);
    return problem && `${problem}; write a URL of yours, like https://api.example.com/email`;
  }),
);

/** Additional claims of users' access tokens: name to source. */
export const claims = z.record(claimName, z.enum(Object.keys(SOURCES) as ClaimSource[])).exactOptional();
