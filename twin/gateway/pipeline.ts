import { randomUUID } from 'node:crypto';
import type { HttpApi } from '../../graph/http-api.ts';
import type { Functions } from '../lambda/functions.ts';
import { isPreflight, preflightResponse, withCors } from './cors.ts';
import { decide, routeOf, type IssuerKeys } from './decide.ts';
import type { Decision } from './decision.ts';
import { eventOf } from './event.ts';
import type { IssuerKeyCache } from './issuer-keys.ts';
import type { GatewayRequest } from './request.ts';
import type { Take } from './throttle.ts';
import {
  FUNCTION_FAILED,
  functionResponse,
  PAYLOAD_TOO_LARGE,
  refusalResponse,
  TIMED_OUT,
  type GatewayResponse,
} from './response.ts';

/** An HTTP API at work. */
export interface Gateway {
  readonly api: HttpApi;
  readonly keys: IssuerKeyCache;
  readonly functions: Functions;
  readonly take: Take;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What became of a request. */
export interface Exchange {
  readonly requestId: string;
  /** Milliseconds since 1970 when it came. */
  readonly time: number;
  /** It holds the caller's token: never print it. */
  readonly request: GatewayRequest;
  readonly decision: Decision;
  readonly response: GatewayResponse;
  /** What the function was given, and milliseconds that it took; absent where none was asked. */
  readonly invocation: Invocation | undefined;
  /** Why the integration failed, for the log; the client only sees a 5xx. */
  readonly integrationError: string | undefined;
}

export interface Invocation {
  readonly event: Readonly<Record<string, unknown>>;
  readonly milliseconds: number;
}

/** The whole way of a request: match and authorize, then the event, the function, and its response. */
export async function answer(request: GatewayRequest, gateway: Gateway): Promise<Exchange> {
  const { api, clock } = gateway;
  const requestId = newRequestId();
  const time = clock();
  const keys = await keysFor(request, gateway);
  const decision = decide(request, { api, keysOf: () => keys, take: gateway.take, now: Math.floor(time / 1000) });
  const own = ownResponse(request, decision, api);
  const integrated: Integrated =
    own === undefined ? await integrate(request, decision, gateway, { requestId, time }) : { response: own };
  const { response, invocation, error } = integrated;
  return {
    requestId,
    time,
    request,
    decision,
    response: { ...response, headers: [...response.headers, ['apigw-requestid', requestId]] },
    invocation,
    integrationError: error,
  };
}

/** What the gateway answers by itself: a refusal, or a preflight that no route with an authorizer has caught. */
function ownResponse(request: GatewayRequest, { refusal }: Decision, { cors }: HttpApi): GatewayResponse | undefined {
  const preflight = cors !== undefined && isPreflight(request) ? preflightResponse(request, cors) : undefined;
  if (refusal !== undefined) return refusal.status === 404 && preflight ? preflight : refusalResponse(refusal);
  return preflight;
}

interface Integrated {
  readonly response: GatewayResponse;
  readonly invocation?: Invocation;
  readonly error?: string;
}

async function integrate(
  request: GatewayRequest,
  decision: Decision,
  { api, functions }: Gateway,
  { requestId, time }: { readonly requestId: string; readonly time: number },
): Promise<Integrated> {
  const integration = decision.route?.integration;
  if (integration === undefined) throw new Error('a request that was let through has a route');
  const { function: lambda, mayInvoke, timeout } = integration;
  if (!mayInvoke) {
    return {
      response: FUNCTION_FAILED,
      error: `${lambda.name} gives this API no leave to invoke it (lambda:InvokeFunction)`,
    };
  }
  const event = eventOf(request, decision, { api, requestId, traceId: newTraceId(time), time });
  if (isTooLarge(request, event))
    return { response: PAYLOAD_TOO_LARGE, error: 'the event is larger than a function takes (6 MB)' };
  const began = performance.now();
  const outcome = await within(timeout, functions.invoke(lambda, requestId, event));
  const invocation = { event, milliseconds: performance.now() - began };
  if (outcome === undefined)
    return { response: TIMED_OUT, invocation, error: `the function did not answer within ${timeout} ms` };
  if (outcome.kind === 'failed') return { response: FUNCTION_FAILED, invocation, error: outcome.reason };
  const response = functionResponse(outcome.json);
  if (response === undefined)
    return { response: FUNCTION_FAILED, invocation, error: 'the function returned a response that cannot be sent' };
  return { response: api.cors === undefined ? response : withCors(response, request, api.cors), invocation };
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

const NO_KEYS: IssuerKeys = { kind: 'keys', keys: new Map() };

/** The keys of the issuer that the request's route trusts; they are fetched only for a route that needs them. */
async function keysFor(request: GatewayRequest, { api, keys }: Gateway): Promise<IssuerKeys> {
  const [only, ...others] = api.issuers;
  const issuer = others.length === 0 && keys.cached(only ?? '') ? only : routeOf(request, api)?.authorizer?.issuer;
  return issuer === undefined ? NO_KEYS : (keys.cached(issuer) ?? keys.fetch(issuer));
}

/** In the form of the service's own: fifteen characters and an equals sign. */
function newRequestId(): string {
  return `${Buffer.from(randomHex(), 'hex').toString('base64url').slice(0, 15)}=`;
}

function newTraceId(time: number): string {
  return `1-${Math.floor(time / 1000).toString(16)}-${randomHex().slice(0, 24)}`;
}

/** 32 digits. Node draws the randomness of UUIDs in advance, which costs a request much less than `randomBytes`. */
function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}
