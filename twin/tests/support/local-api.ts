import { parseRouteKey } from '../../../limits/route-key.ts';
import { decide } from '../../src/gateway/decide.ts';
import type { Decision } from '../../src/gateway/decision.ts';
import type { IssuerKeys } from '../../src/gateway/issuer-keys.ts';
import { matchRoute } from '../../src/gateway/match.ts';
import { parseTarget, type GatewayRequest } from '../../src/gateway/request.ts';
import type { Authorizer, HttpApi, Route } from '../../src/model/http-api.ts';
import type { LambdaFunction } from '../../src/model/integrations.ts';

/** A function without code. */
export const LAMBDA: LambdaFunction = {
  name: 'test',
  logicalName: 'test',
  formerly: [],
  arn: 'arn:aws:lambda:eu-central-1:000000000000:function:test',
  handler: 'index.handler',
  files: {},
  binary: {},
  node: 24,
  memory: 128,
  timeout: 5,
  environment: {},
  logGroup: '/aws/lambda/test',
  reservedConcurrency: undefined,
  permissions: [],
};

/** Returns a route with this key, public unless it has an authorizer. */
export function routeOf(routeKey: string, authorizer?: Authorizer, scopes: readonly string[] = []): Route {
  const match = parseRouteKey(routeKey);
  if (match.kind === 'invalid') throw new Error(`${routeKey}: ${match.reason}`);
  return {
    routeKey,
    match,
    authorizer,
    scopes,
    integration: { kind: 'function', function: LAMBDA, payload: '2.0', timeout: 30_000, mayInvoke: true },
  };
}

/** Returns an API with these routes, without a program. */
export function localApi(routes: readonly Route[]): HttpApi {
  return {
    name: 'api',
    accountId: '123456789012',
    apiId: 'abcdefghij',
    region: 'eu-central-1',
    host: 'abcdefghij.execute-api.eu-central-1.amazonaws.com',
    basePath: '',
    otherBasePaths: [],
    cors: undefined,
    stage: {
      name: '$default',
      throttle: { burst: undefined, rate: undefined },
      routeThrottles: new Map(),
      variables: undefined,
      accessLogFormat: undefined,
    },
    routes,
    issuers: [...new Set(routes.flatMap(({ authorizer }) => (authorizer === undefined ? [] : [authorizer.issuer])))],
  };
}

/** Returns the decision on a request to these routes, which are never throttled. */
export function decisionOn(
  { method, target: text, rawHeaders }: Pick<GatewayRequest, 'method' | 'target' | 'rawHeaders'>,
  { routes, keys, now }: { readonly routes: readonly Route[]; readonly keys: Keys; readonly now: number },
): Decision {
  const target = parseTarget(text);
  const match = target.kind === 'path' ? matchRoute(routes, method, target.segments) : undefined;
  const context = { routes, keys: { kind: 'keys', keys }, take: () => true, now } as const;
  return decide({ request: { method, rawHeaders }, target, match }, context);
}

type Keys = Extract<IssuerKeys, { kind: 'keys' }>['keys'];
