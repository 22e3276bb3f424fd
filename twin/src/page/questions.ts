import { z } from 'zod';
import type { Endpoints } from './messages.ts';

const ask = { caller: z.string(), ask: z.string() };
const requestId = z.string();

export const QUESTIONS: { readonly [K in keyof Endpoints]: z.ZodType<Endpoints[K]['question']> } = {
  token: z.strictObject({ ...ask, api: z.string().exactOptional(), parameters: z.record(z.string(), z.string()) }),
  secrets: z.strictObject(ask),
  signature: z.strictObject({ signed: z.string(), alg: z.string() }),
  call: z.strictObject({ api: z.string(), method: z.string(), path: z.string(), token: z.string(), body: z.string() }),
  replay: z.strictObject({ requestId }),
  curl: z.strictObject({ requestId }),
  event: z.strictObject({ requestId, reveal: z.boolean() }),
};
