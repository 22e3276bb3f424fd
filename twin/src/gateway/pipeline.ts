import { randomUUID } from 'node:crypto';
import type { HttpApi } from '../model/http-api.ts';
import type { Forwards } from '../server/forward.ts';
import type { Functions } from '../lambda/functions.ts';
import { isPreflight, preflightResponse } from './cors.ts';
import { decide, routeOf, type IssuerKeys } from './decide.ts';
import type { Decision } from './decision.ts';
import { integrate, type Integrated } from './integrate.ts';
import type { IssuerKeyCache } from './issuer-keys.ts';
import type { GatewayRequest } from './request.ts';
import type { Take } from './throttle.ts';
import { refusalResponse, type GatewayResponse } from './response.ts';

/** An HTTP API at work. */
export interface Gateway {
  readonly api: HttpApi;
  readonly keys: IssuerKeyCache;
  readonly functions: Functions;
  /** The local addresses that are asked instead of what serves a route elsewhere. */
  readonly forwards: Forwards;
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

/** One event that a function was asked with. It holds the caller's token: never print it. */
export interface Invocation {
  readonly event: Readonly<Record<string, unknown>>;
  readonly milliseconds: number;
}

/** The whole way of a request: match and authorize, then what the route is integrated with, and its response. */
export async function answer(request: GatewayRequest, gateway: Gateway): Promise<Exchange> {
  const { api, clock } = gateway;
  const requestId = newRequestId();
  const time = clock();
  const keys = await keysFor(request, gateway);
  const decision = decide(request, { api, keysOf: () => keys, take: gateway.take, now: Math.floor(time / 1000) });
  const own = ownResponse(request, decision, api);
  const integrated: Integrated =
    own === undefined
      ? await integrate({ request, decision, requestId, traceId: newTraceId(time), time }, gateway)
      : { response: own };
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
