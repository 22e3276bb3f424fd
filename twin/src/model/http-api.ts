import type { IdentitySource } from '../../../limits/http-api.ts';
import type { Method, Segment } from '../../../limits/route-key.ts';
import type { Integration } from './integrations.ts';

/** An HTTP API, as far as the program declares it. */
export interface HttpApi {
  /** The resource's name in the program. */
  readonly name: string;
  readonly accountId: string;
  readonly apiId: string;
  readonly region: string;
  /** The API's own domain, or else the host name that AWS would have given it. */
  readonly host: string;
  /** What each path begins with: the domain's base path, or the name of a named stage, after a slash; or nothing. */
  readonly basePath: string;
  /** Longer base paths of other APIs at the same domain, each after a slash. */
  readonly otherBasePaths: readonly string[];
  readonly cors: Cors | undefined;
  readonly stage: Stage;
  readonly routes: readonly Route[];
  /** The names, in the program, of its functions that no route goes to. */
  readonly idleFunctions: readonly string[];
  /** The issuers that the routes' authorizers trust, each once. */
  readonly issuers: readonly string[];
}

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export interface Cors {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Seconds. */
  readonly maxAge?: number | undefined;
  readonly allowCredentials: boolean;
}

/** A token bucket's size and what flows in; where both are absent, only the account's quota limits. */
export interface Throttle {
  /** Requests. */
  readonly burst: number | undefined;
  /** Requests per second. */
  readonly rate: number | undefined;
}

/** The one stage that the API is served from. Throttles of single routes go by route key and replace its own. */
export interface Stage {
  readonly name: string;
  readonly throttle: Throttle;
  readonly routeThrottles: ReadonlyMap<string, Throttle>;
  readonly variables: Readonly<Record<string, string>> | undefined;
  /** A line of the access log, with `$context` variables in it; absent where the stage writes none. */
  readonly accessLogFormat: string | undefined;
}

/** What API Gateway matches a request with, and what it asks for and does then. */
export interface Route {
  readonly routeKey: string;
  readonly match: RouteMatch;
  /** Absent on a route that anyone may call. */
  readonly authorizer: Authorizer | undefined;
  /** A token needs one of these; none are asked for where the list is empty. */
  readonly scopes: readonly string[];
  readonly integration: Integration;
}

/** What a valid route key says of the requests it takes; `$default` takes those that no other does. */
export type RouteMatch =
  | { readonly kind: 'default' }
  | { readonly kind: 'path'; readonly method: Method; readonly segments: readonly Segment[] };

/** A JWT authorizer. */
export interface Authorizer {
  readonly name: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly identitySource: IdentitySource;
}
