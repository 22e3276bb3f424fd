import { isRecord, parsedJson } from '../common/shapes.ts';
import type { BackendAnswer, BackendRequest } from './backend.ts';

/** The invocation path of AWS's runtime interface emulator, which its container images contain. */
const INVOCATIONS = '/2015-03-31/functions/function/invocations';

/** The request that sends an event to a function on this machine. */
export function invocation(event: object): BackendRequest {
  const body = Buffer.from(JSON.stringify(event));
  return {
    method: 'POST',
    target: INVOCATIONS,
    rawHeaders: ['content-type', 'application/json', 'content-length', String(body.length)],
    body,
  };
}

/** The function's result as JSON, or why it failed. The emulator reports an error in the body of a 200. */
export function returned({
  status,
  rawHeaders,
  body,
}: Extract<BackendAnswer, { kind: 'answered' }>): { readonly json: string } | { readonly failed: string } {
  const json = body.toString();
  if (status !== 200) return { failed: `the function's emulator answered ${status}` };
  const flagged = rawHeaders.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'x-amz-function-error');
  const result = parsedJson(json);
  const isError = isRecord(result) && 'errorType' in result && 'errorMessage' in result;
  return flagged || isError ? { failed: `the function failed: ${json}` } : { json };
}
