import type {
  APIGatewayProxyEventV2WithJWTAuthorizer as JwtEvent,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import type { contract } from '../../contract.ts';
import type { Declared } from './define-contract.ts';

/** The claims of every token, as strings: API Gateway passes numbers and lists as `1700000000` and `[a b]`. */
interface UsualClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly iat: string;
  readonly exp: string;
  /** Absent if no scope was granted. */
  readonly scope?: string;
  /** The client ID. */
  readonly azp?: string;
}

/** The event of a request, typed by a contract. Tokens of services, and users without a value, lack custom claims. */
export type HandlerEvent<C> =
  C extends Declared<infer Permission, infer Claim>
    ? Omit<JwtEvent, 'requestContext'> & {
        readonly requestContext: Omit<JwtEvent['requestContext'], 'authorizer'> & {
          /** Absent on a public route. */
          readonly authorizer?: {
            readonly jwt: {
              readonly claims: UsualClaims & { readonly [K in Claim]?: string };
              /** All scopes of the token, including OpenID Connect's. */
              readonly scopes: readonly (Permission | OidcScope)[] | null;
            };
          };
        };
      }
    : never;

type OidcScope = 'openid' | 'profile' | 'email' | 'offline_access';

/** Returns the handler, typed by `contract.ts`: its event has the contract's claims and permissions, and no others. */
export function defineHandler<Result extends APIGatewayProxyStructuredResultV2 | string>(
  handler: (event: HandlerEvent<typeof contract>, context: Context) => Promise<Result>,
): typeof handler {
  return handler;
}
