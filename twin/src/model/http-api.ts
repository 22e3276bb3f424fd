import type { IdentitySource } from '../../../limits/http-api.ts';
import type { Method, Segment } from '../../../limits/route-key.ts';
import type { TYPE } from '../resources/tokens.ts';
import type { InputsOf } from '../resources/types.ts';
import type { Integration } from './integrations.ts';

export interface HttpApi {
  /** The resource's name in the program. */
  readonly name: string;
  readonly accountId: string;
  readonly apiId: string;
  readonly region: string;
  /** The API's own domain, or a host name like those of AWS. */
  readonly host: string;
  /** The prefix of each path: empty, or a slash with the domain's base path or the stage's name. */
  readonly basePath: string;
  /** Longer base paths of other APIs at the same domain, each with its slash. */
  readonly otherBasePaths: readonly string[];
  readonly cors: Cors | undefined;
  readonly stage: Stage;
  readonly routes: readonly Route[];
  /** The distinct issuers that the routes' authorizers trust. */
  readonly issuers: readonly string[];
}

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export type Cors = NonNullable<InputsOf<typeof TYPE.api>['corsConfiguration']>;

/** A token bucket's size and its rate; without both, only the account's quota limits. */
export interface Throttle {
  readonly burst: number | undefined;
  /** Requests per second. */
  readonly rate: number | undefined;
}

/** The API's stage. The throttles of routes, by route key, replace its own. */
export interface Stage {
  readonly name: string;
  readonly throttle: Throttle;
  readonly routeThrottles: ReadonlyMap<string, Throttle>;
  readonly variables: Readonly<Record<string, string>> | undefined;
  /** A line of the access log with `$context` variables; undefined without a log. */
  readonly accessLogFormat: string | undefined;
}

export interface Route {
  readonly routeKey: string;
  readonly match: RouteMatch;
  /** Undefined for a public route. */
  readonly authorizer: Authorizer | undefined;
  /** A token needs one of these; an empty list requires none. */
  readonly scopes: readonly string[];
  readonly integration: Integration;
}

/** A parsed route key; `$default` matches every request that no other route matches. */
export type RouteMatch =
  | { readonly kind: 'default' }
  | { readonly kind: 'path'; readonly method: Method; readonly segments: readonly Segment[] };

export interface Authorizer {
  readonly name: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly identitySource: IdentitySource;
}
