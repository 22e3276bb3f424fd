import { z } from 'zod';
import { claimNameProblem } from '../../limits/claims.ts';

/** What a custom claim may hold. `program/auth0/claims.ts` says where Auth0 has it. */
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

const claimName = z.string().superRefine((name, context) => {
  const message = claimNameProblem(name);
  if (message === undefined) return;
  context.addIssue({ code: 'custom', message: `${message}; write a URL of yours, like https://api.example.com/email` });
});

/** The claims that access tokens of users get in addition: name to source. */
export const claims = z.record(claimName, z.enum(SOURCES)).exactOptional();
