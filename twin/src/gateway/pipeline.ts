import { randomUUID } from 'node:crypto';
import type { Authorizer, Cors } from '../model/http-api.ts';
import { isPreflight, preflightNote, preflightResponse } from './cors.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { refusalResponse } from './errors.ts';
import { integrate, type Backends, type Integrated } from './integrate.ts';
import type { IssuerKeyCache, IssuerKeys } from './issuer-keys.ts';
import { matchRoute } from './match.ts';
import { parseTarget, withinStage, type GatewayRequest } from './request.ts';
import type { GatewayResponse } from './response.ts';
import type { Take } from './throttle.ts';

/** An HTTP API at work. */
export interface Gateway extends Backends {
  readonly keys: IssuerKeyCache;
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
  /** Absent where no function ran. */
  readonly invocation: Integrated['invocation'];
  /** Why the integration failed, for the log; the client only sees a 5xx. */
  readonly integrationError: string | undefined;
  /** What a preflight asked and how CORS decided, for the log. Absent for other requests. */
  readonly preflight: string | undefined;
}

/** The whole way of a request: parse, match, keys, authorize, integrate, respond. */
export async function answer(request: GatewayRequest, gateway: Gateway): Promise<Exchange> {
  const { api, take } = gateway;
  const time = gateway.clock();
  const requestId = newRequestId();

  const whole = parseTarget(request.target);
  const inside = withinStage(whole, api.basePath);
  const target = inside ?? whole;
  const match = inside?.kind === 'path' ? matchRoute(api.routes, request.method, inside.segments) : undefined;
  const keys = await keysFor(match?.route.authorizer, gateway.keys);
  const now = Math.floor(time / 1000);
  const decision = decide({ request, target, match }, { routes: api.routes, keys, take, now });
  const own = ownResponse(request, decision, api.cors);
  const admitted = { request, target, decision, requestId, traceId: newTraceId(time), time };
  const { response, invocation, error } = own ?? (await integrate(admitted, gateway));

  return {
    requestId,
    time,
    request,
    decision,
    response: { ...response, headers: [...response.headers, ['apigw-requestid', requestId]] },
    invocation,
    integrationError: error,
    preflight: api.cors !== undefined && isPreflight(request) ? preflightNote(request, api.cors) : undefined,
  };
}

const NO_KEYS: IssuerKeys = { kind: 'keys', keys: new Map() };

/** The keys of the issuer that the route trusts; a route without an authorizer needs none. */
function keysFor(authorizer: Authorizer | undefined, keys: IssuerKeyCache): IssuerKeys | Promise<IssuerKeys> {
  return authorizer === undefined ? NO_KEYS : (keys.cached(authorizer.issuer) ?? keys.fetch(authorizer.issuer));
}

/** What the gateway answers by itself: a refusal, or a preflight, which needs no route but may match a protected one. */
function ownResponse(request: GatewayRequest, { refusal }: Decision, cors: Cors | undefined): Integrated | undefined {
  const preflight = cors !== undefined && isPreflight(request);
  if (preflight && (refusal === undefined || refusal.status === 404)) {
    return { response: preflightResponse(request, cors) };
  }
  return refusal && { response: refusalResponse(refusal) };
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
