import { z } from 'zod';

const GRANTS = ['client_credentials', 'password'] as const;
/** How a client asks, in the words of the stack file; Auth0's own names for it are application.ts's. */
export type GrantType = (typeof GRANTS)[number];

const clientName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, {
  error: 'a client name is a small letter and up to 39 small letters, digits or -',
});

/** The largest number of Auth0's: https://auth0.com/docs/api/management/v2/clients/post-clients (token_quota). */
const tokens = z.int().min(1).max(2_147_483_647);

/** Tokens that Auth0 gives a client by client_credentials. Source: https://auth0.com/docs/fine-grained-m2m-token-quotas-early-access */
export const tokenQuota = z
  .strictObject({
    perHour: tokens.optional().meta({ description: 'Tokens in an hour of the UTC clock.' }),
    perDay: tokens.optional().meta({ description: 'Tokens in a UTC day.' }),
    enforce: z.boolean().default(true).meta({
      description: 'false lets more be issued and says so in the log of the tenant, to find the right number with.',
    }),
  })
  .refine(({ perHour, perDay }) => perHour !== undefined || perDay !== undefined, {
    error: 'say perHour or perDay: a quota without a number limits nothing',
  })
  .refine(({ perHour = 0, perDay = Infinity }) => perHour <= perDay, {
    error: 'perHour is more than perDay, so it would limit nothing',
  });

/** A client as an entry of `api:clients` has it. */
export const client = z.strictObject({
  name: clientName.meta({ description: 'Also its name under clientIds and clientSecrets in the outputs.' }),
  formerly: clientName.optional().meta({
    description: 'Its name before it was renamed, so that it keeps its id and its secret. It may go after the next up.',
  }),
  party: z.enum(['first', 'third']).meta({
    description:
      "first: an application of your own; third: somebody else's. Auth0 gives a third party no password grant and, whatever else the API allows, only what its client grant names. It takes no change from one to the other: that replaces the client, with its id and its secret.",
  }),
  grants: z
    .array(z.enum(GRANTS))
    .min(1, { error: `name at least one of ${GRANTS.join(', ')}` })
    .meta({ description: 'How it asks for tokens: for itself, or with the password of a user.' }),
  permissions: z.array(z.string()).meta({
    description: 'What it may ask for by client_credentials; what a user may comes from roles instead.',
  }),
  tokenQuota: tokenQuota.optional().meta({
    description:
      'The most tokens that it is given by client_credentials, which Auth0 bills. Beyond it Auth0 answers 429. Needs a plan of Auth0 that has token quotas.',
  }),
  secretVersion: z.int().min(0).max(1_000_000).optional().meta({
    description:
      "Counted up by one, it rotates the client's secret to the one that nextClientSecrets in the outputs has shown before. 0 keeps the secret that Auth0 made and prepares the first next one; without it none is prepared.",
  }),
});

/** An entry of `api:clients`, checked, with its defaults filled in. */
export type ClientSettings = Readonly<z.infer<typeof client>>;
