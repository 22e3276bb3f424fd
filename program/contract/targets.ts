import { parseFunctionArn } from '../../limits/function-arn.ts';
import { INTEGRATION_URL_LENGTH } from '../../limits/http-api.ts';
import { didYouMean } from '../../limits/nearest.ts';

/** Returns why the ARN of an existing function is invalid, or undefined. */
export function arnProblem(arn: string): string | undefined {
  const parsed = parseFunctionArn(arn);
  if (parsed === undefined) {
    return `${JSON.stringify(arn)} is not the ARN of a function; write arn:aws:lambda:<region>:<account>:function:<name>`;
  }
  // Lambda has no permissions for $LATEST; without a qualifier, the ARN refers to the same code.
  if (parsed.qualifier === '$LATEST') return 'leave out :$LATEST, which API Gateway cannot get permission to invoke';
  return parsed.name.length + (parsed.qualifier?.length ?? 0) > 80
    ? 'its name and alias have more than 80 characters together, which the name of the permission has no room for'
    : undefined;
}

/** Parses `vpc://name/path` into a private backend's name and the path. */
export function parsePrivate(url: string): { readonly name: string; readonly path: string } | undefined {
  const [, name, path = ''] = /^vpc:\/\/([^/]*)(.*)$/s.exec(url) ?? [];
  return name === undefined ? undefined : { name, path: path === '' ? '/' : path };
}

/** Returns why a `forward` URL is invalid, or undefined. */
export function forwardProblem(url: string, parameters: readonly string[]): string | undefined {
  const found = parsePrivate(url);
  if (found === undefined) return urlProblem(url, parameters);
  return BACKEND_NAME.test(found.name)
    ? pathProblem(found.path, parameters)
    : `has the name ${JSON.stringify(found.name)}; write one of api:privateBackends, like vpc://orders/v1/{id}`;
}

export const BACKEND_NAME = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * Returns why the URL of an HTTP endpoint is invalid, or undefined.
 * @param parameters the names of the route's path parameters
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-http.html
 */
function urlProblem(url: string, parameters: readonly string[]): string | undefined {
  if (!url.startsWith('https://')) {
    return `must be an https:// URL, or vpc:// and a private backend, not ${JSON.stringify(url)}: the request carries the caller's token`;
  }
  const [, host = '', path = ''] = /^https:\/\/([^/]*)(.*)$/.exec(url) ?? [];
  if (/[{}@\s]/.test(host) || !URL.canParse(`https://${host}`)) {
    return `has the host ${JSON.stringify(host)}; write a public host name without user, password or parameter`;
  }
  if (url.length > INTEGRATION_URL_LENGTH) {
    return `has ${url.length} characters; API Gateway accepts at most ${INTEGRATION_URL_LENGTH}`;
  }
  if (new URL(`https://${host}`).port === '0') return 'has the port 0, which no server can listen on';
  if (isPrivate(new URL(url).hostname))
    return `has the host ${host}, which API Gateway cannot reach: it must be public, or a private backend (vpc://)`;
  return pathProblem(path, parameters);
}

function pathProblem(path: string, parameters: readonly string[]): string | undefined {
  if (/[?#\s\\]/.test(path) || path.split('/').some((segment) => segment === '.' || segment === '..')) {
    return 'must be a host and a path: no query (the caller’s is passed on), no fragment, no dot segment';
  }
  const used = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
  const unknown = used.find((name) => !parameters.includes(name));
  if (unknown !== undefined) {
    const plus = unknown.endsWith('+') && parameters.includes(unknown.slice(0, -1)) ? '; leave out the +' : '';
    return `the path of the route has no {${unknown}}${plus || didYouMean(unknown, parameters)}`;
  }
  return /[{}]/.test(path.replace(/\{[^{}]*\}/g, '')) ? 'has a brace outside a {parameter}' : undefined;
}

/** Returns whether a host is on this machine or in a private network. */
function isPrivate(hostname: string): boolean {
  return (
    !hostname.includes('.') ||
    /(^|\.)(localhost|local|internal)$/.test(hostname) ||
    /^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(hostname)
  );
}
