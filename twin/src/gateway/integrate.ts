import { randomUUID } from 'node:crypto';
import type { HttpApi } from '../model/http-api.ts';
import type {
  ExistingIntegration,
  FunctionIntegration,
  HttpIntegration,
  LambdaFunction,
} from '../model/integrations.ts';
import { callBackend } from './backend.ts';
import { withCors } from './cors.ts';
import type { Decision } from './decision.ts';
import { errorResponse } from './errors.ts';
import { eventV1Of } from './event-v1.ts';
import { eventOf } from './event.ts';
import { forwardedRequest, forwardedResponse, hasHiddenDots } from './forwarded.ts';
import { invocation, returned } from './invoked.ts';
import type { GatewayRequest, Target } from './request.ts';
import { functionResponse, type GatewayResponse } from './response.ts';

/** Route key to the local address that is called instead of the deployed backend. */
export type Forwards = ReadonlyMap<string, URL>;

export interface Backends {
  readonly api: HttpApi;
  /** Runs a function of the program. The id is Lambda's request id, a UUID, not the gateway's. */
  readonly invoke: (lambda: LambdaFunction, requestId: string, event: object) => Promise<InvocationResult>;
  readonly forwards: Forwards;
}

/** The outcome of an invocation. `failed` is answered with 500; the reason goes to the log. */
type InvocationResult =
  { readonly kind: 'returned'; readonly json: string } | { readonly kind: 'failed'; readonly reason: string };

/** An authorized request. */
interface Admitted {
  readonly request: GatewayRequest;
  readonly target: Target;
  readonly decision: Decision;
  readonly requestId: string;
  readonly traceId: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The response, the function's event, and the reason of a failure, for the log. */
export interface Integrated {
  readonly response: GatewayResponse;
  /** The event contains the caller's token: never print it. */
  readonly invocation?: {
    readonly event: Readonly<Record<string, unknown>>;
    readonly milliseconds: number;
  };
  readonly error?: string;
}

/** Calls the integration of the request's route. */
export async function integrate(admitted: Admitted, gateway: Backends): Promise<Integrated> {
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
  gateway: Backends,
): Promise<Integrated> {
  const { request, target, decision, ...context } = admitted;
  if (!integration.mayInvoke) {
    const name = integration.kind === 'function' ? integration.function.name : integration.arn;
    return failed(`${name} has no lambda:InvokeFunction permission for this API`);
  }
  const { payload } = integration;
  const event = (payload === '1.0' ? eventV1Of : eventOf)(request, target, decision, { api: gateway.api, ...context });
  if (isTooLarge(request, event))
    return { response: errorResponse(413), error: "the event is larger than Lambda's limit (6 MB)" };
  const began = performance.now();
  const result =
    integration.kind === 'function'
      ? await runOwn(event, integration, gateway)
      : await runExisting(admitted, event, integration, gateway);
  const taken = { event, milliseconds: performance.now() - began };
  if ('response' in result) return { ...result, invocation: taken };
  const response = functionResponse(result.json, payload);
  const served =
    typeof response === 'string'
      ? failed(`the function returned a response that cannot be sent: ${response}`)
      : { response };
  return { ...served, invocation: taken };
}

type Returned = Integrated | { readonly json: string };

async function runOwn(
  event: object,
  { function: lambda, timeout }: FunctionIntegration,
  { invoke: run }: Backends,
): Promise<Returned> {
  const outcome = await within(timeout, run(lambda, randomUUID(), event));
  if (outcome === undefined) return unavailable(`the function did not respond within ${timeout} ms`);
  return outcome.kind === 'failed' ? failed(outcome.reason) : outcome;
}

async function runExisting(
  { decision }: Admitted,
  event: object,
  { arn, timeout }: ExistingIntegration,
  { forwards }: Backends,
): Promise<Returned> {
  const routeKey = decision.route?.routeKey ?? '';
  const backend = forwards.get(routeKey);
  if (backend === undefined) return failed(unnamed(routeKey, `invokes ${arn}`));
  const answer = await callBackend(backend, invocation(event), timeout);
  if (answer.kind === 'failed') return unavailable(answer.reason);
  const result = returned(answer);
  return 'failed' in result ? failed(result.failed) : result;
}

async function forward(
  { request, target, decision, traceId }: Admitted,
  integration: HttpIntegration,
  { api, forwards }: Backends,
): Promise<Integrated> {
  const routeKey = decision.route?.routeKey ?? '';
  const backend = forwards.get(routeKey);
  if (backend === undefined) return unavailable(unnamed(routeKey, `forwards to ${integration.url}`));
  if (hasHiddenDots(target)) {
    return { response: errorResponse(400), error: 'the path has a dot segment once the backend decodes it again' };
  }
  const outgoing = forwardedRequest(request, target, decision, integration, { host: api.host, traceId });
  if (outgoing === undefined) return failed('a claim of the token is not a valid header value');
  const answer = await callBackend(backend, outgoing, integration.timeout);
  return answer.kind === 'answered' ? { response: forwardedResponse(answer) } : unavailable(answer.reason);
}

function unnamed(routeKey: string, does: string): string {
  return `${routeKey} ${does}, which the twin never calls; name a local address: --forward "${routeKey}=http://127.0.0.1:4000"`;
}

function failed(error: string): Integrated {
  return { response: errorResponse(500), error };
}

function unavailable(error: string): Integrated {
  return { response: errorResponse(503), error };
}

/** Maximum bytes of an event. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const EVENT_LIMIT = 6 * 1024 * 1024;

/** Serializes only large bodies: base64 adds a third, and JSON escapes make a body at most six times larger. */
function isTooLarge({ body }: GatewayRequest, event: object): boolean {
  return body.length > EVENT_LIMIT / 8 && Buffer.byteLength(JSON.stringify(event)) > EVENT_LIMIT;
}

/** The value of a promise, or undefined after the time. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
