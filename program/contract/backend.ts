import { didYouMean } from '../nearest.ts';
import { parseFunctionArn, type FunctionArn } from '../../limits/function-arn.ts';
import { parseRouteKey } from '../../limits/route-key.ts';
import type { Contract, RouteSpec } from './define-contract.ts';

/** Characters. Source: integrationUri in https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html */
const URL_LENGTH = 2048;

/** Where a route's requests go. */
export type Backend =
  | { readonly kind: 'handler'; readonly handler: string }
  | { readonly kind: 'forward'; readonly url: string }
  | { readonly kind: 'function'; readonly arn: string };

/**
 * Where a stack's requests to a route go.
 * @param backends what the stack file says instead of contract.ts, by route key
 */
export function backendOf(key: string, route: RouteSpec, backends: Readonly<Record<string, string>> = {}): Backend {
  const instead = backends[key];
  if (route.handler !== undefined) return { kind: 'handler', handler: route.handler };
  return route.forward === undefined
    ? { kind: 'function', arn: instead ?? route.function }
    : { kind: 'forward', url: instead ?? route.forward };
}

/** What tells the resources for one function that exists already from those for another. */
export function functionLabel({ name, qualifier }: FunctionArn): string {
  return qualifier === undefined ? name : `${name}-${qualifier}`;
}

/** What is wrong with where a route goes; each a sentence. What TypeScript refuses is looked at too. */
export function targetProblems(key: string, route: RouteSpec, handlers: Contract['handlers']): string[] {
  const named = (['handler', 'forward', 'function'] as const).filter((one) => route[one] !== undefined);
  if (named.length !== 1) {
    return [
      `it names ${named.length === 0 ? 'neither' : named.join(' and ')}; write one of handler, forward, function`,
    ];
  }
  if (route.handler === undefined) return backendProblems(key, route, route.forward ?? route.function);
  if (Object.hasOwn(handlers, route.handler)) return [];
  const near = didYouMean(route.handler, Object.keys(handlers));
  return [`the handler ${JSON.stringify(route.handler)} is not declared under handlers${near}`];
}

/** What is wrong with the URL or the ARN that a route is to go to. */
export function backendProblems(key: string, route: RouteSpec, backend: string): string[] {
  const problem = route.forward === undefined ? arnProblem(backend) : urlProblem(backend, parametersOf(key));
  return problem === undefined ? [] : [problem];
}

function arnProblem(arn: unknown): string | undefined {
  const parsed = typeof arn === 'string' ? parseFunctionArn(arn) : undefined;
  if (parsed === undefined) {
    return `${JSON.stringify(arn)} is no function's ARN; write arn:aws:lambda:<region>:<account>:function:<name>`;
  }
  return parsed.name.length + (parsed.qualifier?.length ?? 0) > 80
    ? 'its name and alias are longer than the 80 characters that the permission’s name has room for'
    : undefined;
}

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-http.html */
function urlProblem(url: unknown, parameters: readonly string[]): string | undefined {
  if (typeof url !== 'string' || !url.startsWith('https://')) {
    return `forward must be an https:// URL, not ${JSON.stringify(url)}: the caller's token goes there`;
  }
  const [, host = '', path = ''] = /^https:\/\/([^/]*)(.*)$/.exec(url) ?? [];
  if (/[{}@\s]/.test(host) || !URL.canParse(`https://${host}`)) {
    return `forward has the host ${JSON.stringify(host)}; write a public host name without user, password or parameter`;
  }
  if (url.length > URL_LENGTH) {
    return `forward has ${url.length} characters; API Gateway takes ${URL_LENGTH}`;
  }
  if (new URL(`https://${host}`).port === '0') return 'forward has the port 0, which nothing can answer at';
  if (isPrivate(new URL(url).hostname)) {
    return `forward has the host ${host}, which API Gateway cannot reach: it must be public`;
  }
  if (/[?#\s\\]/.test(path) || path.split('/').some((segment) => segment === '.' || segment === '..')) {
    return 'forward is a host and a path: no query (the caller’s is passed on), no fragment, no dot segment';
  }
  const used = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
  const unknown = used.find((name) => !parameters.includes(name));
  if (unknown !== undefined) {
    const plus = unknown.endsWith('+') && parameters.includes(unknown.slice(0, -1)) ? '; leave out the +' : '';
    return `forward names {${unknown}}, which the route's path has not${plus}${didYouMean(unknown, parameters)}`;
  }
  return /[{}]/.test(path.replace(/\{[^{}]*\}/g, '')) ? 'forward has a brace that is not of a {parameter}' : undefined;
}

/** Names and addresses of this machine and of private networks. */
function isPrivate(hostname: string): boolean {
  return (
    !hostname.includes('.') ||
    /(^|\.)(localhost|local|internal)$/.test(hostname) ||
    /^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(hostname)
  );
}

function parametersOf(key: string): string[] {
  const parsed = parseRouteKey(key);
  return parsed.kind === 'path'
    ? parsed.segments.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]))
    : [];
}
