import { z } from 'zod';

/** Why a check does not apply; shown in the access report. */
export const reason = z
  .string()
  .trim()
  .min(10, { error: 'write the reason in at least 10 characters; the access report shows it', abort: true })
  .regex(/\p{L}+\P{L}+\p{L}+/u, { error: 'write the reason in words; the access report shows it' })
  .max(300, { error: 'write the reason in at most 300 characters' });
