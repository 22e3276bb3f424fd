import { z } from 'zod';
import { claimNameProblem } from '../../limits/claims.ts';
import { judged } from '../schemas.ts';

/** The allowed sources of a custom claim, mapped to Auth0's expressions in `program/auth0/claims.ts`. */
const SOURCES = [
  'user.email',
  'user.emailVerified',
  'user.name',
  'user.nickname',
  'user.givenName',
  'user.familyName',
  'user.picture',
  'user.roles',
  'connection.name',
  'client.name',
] as const;
export type ClaimSource = (typeof SOURCES)[number];

const claimName = z.string().superRefine(
  judged((name) => {
    const problem = claimNameProblem(name);
    return problem && `${problem}; write a URL of yours, like https://api.example.com/email`;
  }),
);

/** Additional claims of users' access tokens: name to source. */
export const claims = z.record(claimName, z.enum(SOURCES)).exactOptional();
