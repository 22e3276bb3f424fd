import { z } from 'zod';
import type { Asked } from './messages.ts';

const ask = { caller: z.string(), ask: z.string() };

/** What a question of each kind must be. */
export const QUESTIONS: { readonly [K in keyof Asked]: z.ZodType<Asked[K]['question']> } = {
  token: z.strictObject({ ...ask, parameters: z.record(z.string(), z.string()) }),
  secrets: z.strictObject(ask),
  signature: z.strictObject({ signed: z.string(), alg: z.string() }),
  call: z.strictObject({
    caller: z.string(),
    method: z.string(),
    path: z.string(),
    token: z.string(),
    body: z.string(),
  }),
  event: z.strictObject({ requestId: z.string(), reveal: z.boolean() }),
};
