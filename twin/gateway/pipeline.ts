import { randomUUID } from 'node:crypto';
import type { HttpApi } from '../../graph/http-api.ts';
import type { Functions } from '../lambda/functions.ts';
import { decide, type IssuerKeys } from './decide.ts';
import type { Decision } from './decision.ts';
import { eventOf } from './event.ts';
import type { IssuerKeyCache } from './issuer-keys.ts';
import type { GatewayRequest } from './request.ts';
import {
  FUNCTION_FAILED,
  functionResponse,
  messageResponse,
  refusalResponse,
  type GatewayResponse,
} from './response.ts';

/** An HTTP API at work. */
export interface Gateway {
  readonly api: HttpApi;
  readonly keys: IssuerKeyCache;
  readonly functions: Functions;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** What became of a request. */
export interface Exchange {
  readonly requestId: string;
  readonly decision: Decision;
  readonly response: GatewayResponse;
  /** Why the integration failed, for the log; the client only sees a 5xx. */
  readonly integrationError: string | undefined;
}

/** The whole way of a request: match and authorize, then the event, the function, and its response. */
export async function answer(request: GatewayRequest, gateway: Gateway): Promise<Exchange> {
  const { api, clock } = gateway;
  const requestId = newRequestId();
  const time = clock();
  const keys = await trustedKeys(gateway);
  const decision = decide(request, { api, keysOf: (issuer) => keysIn(keys, issuer), now: Math.floor(time / 1000) });
  const done = (response: GatewayResponse, integrationError?: string): Exchange => ({
    requestId,
    decision,
    response: { ...response, headers: [...response.headers, ['apigw-requestid', requestId]] },
    integrationError,
  });
  if (decision.refusal !== undefined || decision.route === undefined) {
    return done(decision.refusal === undefined ? messageResponse(404, 'Not Found') : refusalResponse(decision.refusal));
  }

  const { function: lambda, mayInvoke } = decision.route.integration;
  if (!mayInvoke) {
    return done(FUNCTION_FAILED, `${lambda.name} gives this API no leave to invoke it (lambda:InvokeFunction)`);
  }
  const event = eventOf(request, decision, { api, requestId, traceId: newTraceId(time), time });
  const outcome = await gateway.functions.invoke(lambda, requestId, event);
  if (outcome.kind === 'failed') return done(FUNCTION_FAILED, outcome.reason);
  const response = functionResponse(outcome.json);
  return response === undefined
    ? done(FUNCTION_FAILED, 'the function returned a response that cannot be sent')
    : done(response);
}

/** The keys of all issuers that this API trusts: from the cache, but for once in two hours. */
async function trustedKeys({ api, keys }: Gateway): Promise<ReadonlyMap<string, IssuerKeys>> {
  const trusted = new Map<string, IssuerKeys>();
  for (const issuer of api.issuers) trusted.set(issuer, keys.cached(issuer) ?? (await keys.fetch(issuer)));
  return trusted;
}

function keysIn(known: ReadonlyMap<string, IssuerKeys>, issuer: string): IssuerKeys {
  const keys = known.get(issuer);
  if (keys === undefined) throw new Error(`the keys of ${issuer} were not fetched`);
  return keys;
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
