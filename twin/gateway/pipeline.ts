import { randomBytes } from 'node:crypto';
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
  const known = await trustedKeys(gateway);
  const decision = decide(request, { api, keysOf: (issuer) => keysIn(known, issuer), now: Math.floor(time / 1000) });
  const done = (response: GatewayResponse, integrationError?: string): Exchange => ({
    requestId,
    decision,
    response: { ...response, headers: [...response.headers, ['apigw-requestid', requestId]] },
    integrationError,
  });
  if (decision.refusal !== undefined || decision.route === undefined) {
    return done(decision.refusal === undefined ? messageResponse(404, 'Not Found') : refusalResponse(decision.refusal));
  }

  const { function: lambda } = decision.route.integration;
  if (!mayInvoke(api, decision)) {
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

/** The keys of all issuers that this API trusts; from the cache but for once in two hours. */
async function trustedKeys({ api, keys }: Gateway): Promise<ReadonlyMap<string, IssuerKeys>> {
  const issuers = new Set(
    api.routes.flatMap(({ authorizer }) => (authorizer === undefined ? [] : [authorizer.issuer])),
  );
  return new Map(await Promise.all([...issuers].map(async (issuer) => [issuer, await keys.keysOf(issuer)] as const)));
}

function keysIn(known: ReadonlyMap<string, IssuerKeys>, issuer: string): IssuerKeys {
  const keys = known.get(issuer);
  if (keys === undefined) throw new Error(`the keys of ${issuer} were not fetched`);
  return keys;
}

/** Whether one of the function's permissions covers the ARN that this route calls it with. */
function mayInvoke({ executionArn, stage }: HttpApi, { route }: Decision): boolean {
  if (route === undefined) return false;
  const { match, integration } = route;
  const key = match.kind === 'default' ? '$default' : route.routeKey.replace(/^ANY /, '* ').replace(' ', '');
  const arn = `${executionArn}/${stage.name}/${key}`;
  return integration.function.permissions.some((pattern) => arnPattern(pattern).test(arn));
}

/** `*` stands for any characters, `?` for one. */
function arnPattern(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`);
}

/** In the form of the service's own: fifteen characters and an equals sign. */
function newRequestId(): string {
  return `${randomBytes(12).toString('base64url').slice(0, 15)}=`;
}

function newTraceId(time: number): string {
  return `1-${Math.floor(time / 1000)
    .toString(16)
    .padStart(8, '0')}-${randomBytes(12).toString('hex')}`;
}
