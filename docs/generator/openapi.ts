import { parseRouteKey } from '../../limits/route-key.ts';
import type { Contract, RouteSpec } from '../../program/contract/define-contract.ts';

/** Where the API and its tenant are, in one stack. */
export interface Deployment {
  readonly title: string;
  readonly audience: string;
  /** The tenant's URL, with a slash at its end. */
  readonly issuer: string;
  /** URLs of the API, without a slash at their end, with what each is. */
  readonly servers: Readonly<Record<string, string>>;
}

const METHODS = ['get', 'head', 'options', 'post', 'put', 'patch', 'delete'] as const;

/**
 * Returns the contract as an OpenAPI 3.1 document. A route for one of several permissions has an alternative for each.
 * `$default` has no path that OpenAPI could name, and is left out; `{name+}` is a parameter like any other.
 */
export function openApiOf({ permissions, routes }: Contract, { title, audience, issuer, servers }: Deployment): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [key, route] of Object.entries(routes)) {
    const parsed = parseRouteKey(key);
    if (parsed.kind !== 'path') continue;
    const path = `/${parsed.segments.map((one) => (one.kind === 'literal' ? one.text : `{${one.name}}`)).join('/')}`;
    const methods = parsed.method === 'ANY' ? METHODS : [parsed.method.toLowerCase()];
    const item = (paths[path] ??= {});
    for (const method of methods) {
      // A route with the method itself comes before one for ANY.
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
  const parsed = parseRouteKey(key);
  const segments = parsed.kind === 'path' ? parsed.segments : [];
  const parameters = segments.flatMap((segment) => {
    if (segment.kind === 'literal') return [];
    const example = examples[segment.name];
    return [
      {
        name: segment.name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
        ...(example !== undefined && { example }),
      },
    ];
  });
  const answers = scopes === 'public' ? ['default'] : ['default', '401', ...(scopes === 'any token' ? [] : ['403'])];
  const texts: Readonly<Record<string, string>> = {
    default: 'The response of what serves the route.',
    401: 'The token is missing or invalid.',
    403: 'The token lacks the scope.',
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
    responses: Object.fromEntries(answers.map((status) => [status, { description: texts[status] ?? '' }])),
  };
}
