import { OPENAPI_METHODS, parseRouteKey } from '../../limits/route-key.ts';
import type { Contract, RouteSpec } from '../../program/contract/define-contract.ts';
import { parametersOf } from '../../program/contract/route-spec.ts';

export interface Deployment {
  readonly title: string;
  readonly audience: string;
  /** The tenant's URL, with a trailing slash. */
  readonly issuer: string;
  /** URLs of the API, without a trailing slash, each with its description. */
  readonly servers: Readonly<Record<string, string>>;
}

/**
 * Returns the contract as an OpenAPI 3.1 document. A route with several scopes has a security alternative for each.
 * `$default` is left out, because OpenAPI has no such path; `{name+}` becomes an ordinary parameter.
 */
export function openApiOf({ permissions, routes }: Contract, { title, audience, issuer, servers }: Deployment): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [key, route] of Object.entries(routes)) {
    const parsed = parseRouteKey(key);
    if (parsed.kind !== 'path') continue;
    const path = `/${parsed.segments.map((segment) => (segment.kind === 'literal' ? segment.text : `{${segment.name}}`)).join('/')}`;
    const methods = parsed.method === 'ANY' ? OPENAPI_METHODS : [parsed.method.toLowerCase()];
    const item = (paths[path] ??= {});
    for (const method of methods) {
      // A route for the method itself takes precedence over one for ANY.
      if (parsed.method === 'ANY' && item[method] !== undefined) continue;
      item[method] = operationOf(key, method, route);
    }
  }
  return {
    openapi: '3.1.0',
    info: { title, version: '1', description: `Request tokens with the parameter audience=${audience}.` },
    servers: Object.entries(servers).map(([url, description]) => ({ url, description })),
    paths,
    components: {
      securitySchemes: {
        auth0: {
          type: 'oauth2',
          flows: {
            clientCredentials: { tokenUrl: `${issuer}oauth/token`, scopes: permissions },
            authorizationCode: {
              authorizationUrl: `${issuer}authorize?audience=${encodeURIComponent(audience)}`,
              tokenUrl: `${issuer}oauth/token`,
              scopes: permissions,
            },
          },
        },
      },
    },
  };
}

function operationOf(key: string, method: string, { scopes, examples = {} }: RouteSpec): object {
  const parameters = parametersOf(key).map(({ name }) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...(examples[name] !== undefined && { example: examples[name] }),
  }));
  const responses = {
    default: { description: "The handler's or backend's response." },
    ...(scopes !== 'public' && { 401: { description: 'The token is missing or invalid.' } }),
    ...(Array.isArray(scopes) && { 403: { description: 'The token lacks the scope.' } }),
  };
  return {
    operationId: `${method}-${key.replace(/^\S+ /, '')}`.replace(/[^A-Za-z0-9]+/g, '-').replace(/-$/, ''),
    ...(parameters.length > 0 && { parameters }),
    ...(examples['body'] !== undefined &&
      ['post', 'put', 'patch', 'delete'].includes(method) && {
        requestBody: { content: { 'application/json': { example: examples['body'] } } },
      }),
    security:
      scopes === 'public' ? [] : scopes === 'any token' ? [{ auth0: [] }] : scopes.map((scope) => ({ auth0: [scope] })),
    responses,
  };
}
