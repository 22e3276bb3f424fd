import { z } from 'zod';

const text = z.string();
/** `ask` is the name of one of the caller's `asks`. */
const asked = { caller: text, ask: text };
const requestId = text;

/** The page's requests, by the last part of the path under `/_twin/`. */
export const QUESTIONS = {
  /** Sends a token request with the real secrets. `api` is the API that the token is for, if there are several. */
  token: z.strictObject({ ...asked, api: text.exactOptional(), parameters: z.record(text, text) }),
  secrets: z.strictObject(asked),
  /** Requests the twin's signature for a token's first two parts. */
  signature: z.strictObject({ signed: text, alg: text }),
  call: z.strictObject({ api: text, method: text, path: text, token: text, body: text }),
  replay: z.strictObject({ requestId }),
  /** Requests a recorded request as a `curl` command; credentials are masked in a browser that may not see secrets. */
  curl: z.strictObject({ requestId }),
  /** Requests the Lambda event of a recorded request, with the token masked unless `reveal` is true. */
  event: z.strictObject({ requestId, reveal: z.boolean() }),
};
