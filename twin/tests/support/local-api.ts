import { parseRouteKey } from '../../../limits/route-key.ts';
import type { Authorizer, HttpApi, Route } from '../../src/model/http-api.ts';
import type { LambdaFunction } from '../../src/model/integrations.ts';

/** A function of nothing. */
export const LAMBDA: LambdaFunction = {
  name: 'test',
  logicalName: 'test',
  formerly: [],
  arn: 'arn:aws:lambda:eu-central-1:000000000000:function:test',
  handler: 'index.handler',
  files: {},
  memory: 128,
  timeout: 5,
  environment: {},
  logGroup: '/aws/lambda/test',
  reservedConcurrency: undefined,
  permissions: [],
};

/** A route by its key alone, open to anyone unless an authorizer is given. */
export function routeOf(routeKey: string, authorizer?: Authorizer, scopes: readonly string[] = []): Route {
  const match = parseRouteKey(routeKey);
  if (match.kind === 'invalid') throw new Error(`${routeKey}: ${match.reason}`);
  return {
    routeKey,
    match,
    authorizer,
    scopes,
    integration: { kind: 'function', function: LAMBDA, timeout: 30_000, mayInvoke: true },
  };
}

/** An API of these routes, made without a program. */
export function localApi(routes: readonly Route[]): HttpApi {
  return {
    apiId: 'abcdefghij',
    region: 'eu-central-1',
    host: 'abcdefghij.execute-api.eu-central-1.amazonaws.com',
    cors: undefined,
    stage: {
      name: '$default',
      throttle: { burst: undefined, rate: undefined },
      routeThrottles: new Map(),
      variables: undefined,
      accessLogFormat: undefined,
    },
    routes,
    idleFunctions: [],
    issuers: [...new Set(routes.flatMap(({ authorizer }) => (authorizer === undefined ? [] : [authorizer.issuer])))],
  };
}
