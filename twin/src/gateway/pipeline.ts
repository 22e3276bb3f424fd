import { randomUUID } from 'node:crypto';
import type { Authorizer, Cors } from '../model/http-api.ts';
import { isPreflight, preflightNote, preflightResponse } from './cors.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { refusalResponse } from './errors.ts';
import { integrate, type Backends, type Integrated } from './integrate.ts';
import type { IssuerKeyCache, IssuerKeys } from './issuer-keys.ts';
import { matchRoute } from './match.ts';
import { parseTarget, withinBasePath, type GatewayRequest } from './request.ts';
import type { GatewayResponse } from './response.ts';
import type { Take } from './throttle.ts';

/** A serving HTTP API. */
export interface Gateway extends Backends {
  readonly keys: IssuerKeyCache;
  readonly take: Take;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** A request and everything that happened to it. */
export interface Exchange {
  readonly requestId: string;
  /** When the request arrived, in milliseconds since 1970. */
  readonly time: number;
  /** It contains the caller's token: never print it. */
  readonly request: GatewayRequest;
  readonly decision: Decision;
  readonly response: GatewayResponse;
  /** Absent if no function ran. */
  readonly invocation: Integrated['invocation'];
  /** Why the integration failed, for the log; the client only gets a 5xx. */
  readonly integrationError: string | undefined;
  /** The result of a preflight, for the log; undefined for other requests. */
  readonly preflight: string | undefined;
}

/** Answers a request: parse, match, keys, authorize, integrate, respond. */
export async function answer(request: GatewayRequest, gateway: Gateway): Promise<Exchange> {
  const { api, take } = gateway;
  const time = gateway.clock();
  const requestId = newRequestId();

  const whole = parseTarget(request.target);
  const inside = withinBasePath(whole, api);
  const target = inside ?? whole;
  const match = inside?.kind === 'path' ? matchRoute(api.routes, request.method, inside.segments) : undefined;
  const keys = await keysFor(match?.route.authorizer, gateway.keys);
  const now = Math.floor(time / 1000);
  const onlyPaths = inside === undefined && { onlyPaths: pathsOf(api) };
  const decision = decide({ request, target, match }, { routes: api.routes, ...onlyPaths, keys, take, now });
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

/** Says at which paths the API is served. */
function pathsOf({ basePath, otherBasePaths }: Gateway['api']): string {
  return `only paths below ${[basePath || '/', ...otherBasePaths].join(', but not below ')}`;
}

const NO_KEYS: IssuerKeys = { kind: 'keys', keys: new Map() };

/** The keys of the issuer that the route trusts; none for a route without an authorizer. */
function keysFor(authorizer: Authorizer | undefined, keys: IssuerKeyCache): IssuerKeys | Promise<IssuerKeys> {
  return authorizer === undefined ? NO_KEYS : (keys.cached(authorizer.issuer) ?? keys.fetch(authorizer.issuer));
}

/** The gateway's own response to a rejected request or a preflight. A preflight needs no route, and may match a protected one. */
function ownResponse(request: GatewayRequest, { refusal }: Decision, cors: Cors | undefined): Integrated | undefined {
  const preflight = cors !== undefined && isPreflight(request);
  if (preflight && (refusal === undefined || refusal.status === 404)) {
    return { response: preflightResponse(request, cors) };
  }
  return refusal && { response: refusalResponse(refusal) };
}

/** Fifteen characters and an equals sign, like the service's ids. */
function newRequestId(): string {
  return `${Buffer.from(randomHex(), 'hex').toString('base64url').slice(0, 15)}=`;
}

function newTraceId(time: number): string {
  return `1-${Math.floor(time / 1000).toString(16)}-${randomHex().slice(0, 24)}`;
}

/** 32 hexadecimal digits. Node pools the randomness of UUIDs, so this is much cheaper than `randomBytes`. */
function randomHex(): string {
  return randomUUID().replaceAll('-', '');
}
