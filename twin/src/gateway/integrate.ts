import type { ExistingIntegration, FunctionIntegration, HttpIntegration } from '../model/integrations.ts';
import { askBackend, type BackendAnswer } from './backend.ts';
import { withCors } from './cors.ts';
import type { Decision } from './decision.ts';
import { eventOf } from './event.ts';
import { forwardedRequest, forwardedResponse } from './forwarded.ts';
import { invocation, returned } from './invoked.ts';
import type { Gateway, Invocation } from './pipeline.ts';
import type { GatewayRequest } from './request.ts';
import {
  FUNCTION_FAILED,
  functionResponse,
  PAYLOAD_TOO_LARGE,
  TIMED_OUT,
  UNREACHABLE,
  type GatewayResponse,
} from './response.ts';

/** A request that was let through. */
export interface Admitted {
  readonly request: GatewayRequest;
  readonly decision: Decision;
  readonly requestId: string;
  readonly traceId: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The caller's response, what a function was given, and where it is a failure the reason for the log. */
export interface Integrated {
  readonly response: GatewayResponse;
  readonly invocation?: Invocation;
  readonly error?: string;
}

/** Has a request served by whatever its route is integrated with. */
export async function integrate(admitted: Admitted, gateway: Gateway): Promise<Integrated> {
  const integration = admitted.decision.route?.integration;
  if (integration === undefined) throw new Error('a request that was let through has a route');
  const served =
    integration.kind === 'http'
      ? await forward(admitted, integration, gateway)
      : await invoke(admitted, integration, gateway);
  const { cors } = gateway.api;
  if (served.error !== undefined || cors === undefined) return served;
  return { ...served, response: withCors(served.response, admitted.request, cors) };
}

async function invoke(
  admitted: Admitted,
  integration: FunctionIntegration | ExistingIntegration,
  gateway: Gateway,
): Promise<Integrated> {
  const { request, decision, ...circumstances } = admitted;
  if (!integration.mayInvoke) {
    const name = integration.kind === 'function' ? integration.function.name : integration.arn;
    return failed(`${name} gives this API no leave to invoke it (lambda:InvokeFunction)`);
  }
  const event = eventOf(request, decision, { api: gateway.api, ...circumstances });
  if (isTooLarge(request, event))
    return { response: PAYLOAD_TOO_LARGE, error: 'the event is larger than a function takes (6 MB)' };
  const began = performance.now();
  const result =
    integration.kind === 'function'
      ? await runOwn(admitted, event, integration, gateway)
      : await runExisting(admitted, event, integration, gateway);
  const taken = { event, milliseconds: performance.now() - began };
  if ('response' in result) return { ...result, invocation: taken };
  const response = functionResponse(result.json);
  const served =
    typeof response === 'string'
      ? failed(`the function returned a response that cannot be sent: ${response}`)
      : { response };
  return { ...served, invocation: taken };
}

type Returned = Integrated | { readonly json: string };

async function runOwn(
  { requestId }: Admitted,
  event: object,
  { function: lambda, timeout }: FunctionIntegration,
  { functions }: Gateway,
): Promise<Returned> {
  const outcome = await within(timeout, functions.invoke(lambda, requestId, event));
  if (outcome === undefined) return { response: TIMED_OUT, error: `the function did not answer within ${timeout} ms` };
  return outcome.kind === 'failed' ? failed(outcome.reason) : outcome;
}

async function runExisting(
  { decision }: Admitted,
  event: object,
  { arn, timeout }: ExistingIntegration,
  { forwards }: Gateway,
): Promise<Returned> {
  const routeKey = decision.route?.routeKey ?? '';
  const backend = forwards.get(routeKey);
  if (backend === undefined) return failed(unnamed(routeKey, `invokes ${arn}`));
  const answer = await askBackend(backend, invocation(event), timeout);
  if (answer.kind !== 'answered') return failure(answer);
  const result = returned(answer);
  return 'failed' in result ? failed(result.failed) : result;
}

async function forward(
  { request, decision, traceId }: Admitted,
  integration: HttpIntegration,
  { api, forwards }: Gateway,
): Promise<Integrated> {
  const routeKey = decision.route?.routeKey ?? '';
  const backend = forwards.get(routeKey);
  if (backend === undefined) {
    return { response: UNREACHABLE, error: unnamed(routeKey, `forwards to ${integration.url}`) };
  }
  const outgoing = forwardedRequest(request, decision, integration, { host: api.host, traceId });
  if (outgoing === undefined) return failed('a claim of the token is no value of a header');
  const answer = await askBackend(backend, outgoing, integration.timeout);
  return answer.kind === 'answered' ? { response: forwardedResponse(answer) } : failure(answer);
}

function unnamed(routeKey: string, does: string): string {
  return `${routeKey} ${does}, which the twin never asks; name a local one: --forward "${routeKey}=http://127.0.0.1:4000"`;
}

function failed(error: string): Integrated {
  return { response: FUNCTION_FAILED, error };
}

/** Which of them is answered how is not settled. */
function failure({ kind, reason }: Exclude<BackendAnswer, { kind: 'answered' }>): Integrated {
  const responses = { late: TIMED_OUT, unreachable: UNREACHABLE, broken: FUNCTION_FAILED } as const;
  return { response: responses[kind], error: reason };
}

/** Bytes of an event that Lambda takes. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const EVENT_LIMIT = 6 * 1024 * 1024;

/** Counted only where it can be true: a body grows by a third in base64, and at most sixfold in JSON. */
function isTooLarge({ body }: GatewayRequest, event: object): boolean {
  return body.length > EVENT_LIMIT / 8 && Buffer.byteLength(JSON.stringify(event)) > EVENT_LIMIT;
}

/** What a promise comes to, or undefined when that takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
