import { withoutTokens } from '../common/token-text.ts';
import type { GatewayRequest } from '../gateway/request.ts';
import type { Route } from '../model/http-api.ts';
import { MASK } from './messages.ts';

/** Returns which headers of a route's requests are secret, and the query parameter that is, if the token is in one. */
function secretsOf(route: Route | undefined): { isSecret: (header: string) => boolean; parameter: string | undefined } {
  const source = route?.authorizer?.identitySource;
  const names = ['authorization', 'cookie', ...(source?.from === 'header' ? [source.name.toLowerCase()] : [])];
  return {
    isSecret: (header) => names.includes(header.toLowerCase()),
    parameter: source?.from === 'querystring' ? source.name : undefined,
  };
}

/** A request without its caller's credentials, and without anything that looks like a token. */
export function maskedRequest(
  { method, target, rawHeaders, body }: Pick<GatewayRequest, 'method' | 'target' | 'rawHeaders' | 'body'>,
  route: Route | undefined,
): Pick<GatewayRequest, 'method' | 'target' | 'rawHeaders' | 'body'> {
  const { isSecret, parameter } = secretsOf(route);
  const [path = '', ...query] = target.split('?');
  const masked = parameter === undefined ? maskedText(query.join('?')) : maskedQuery(query.join('?'), parameter);
  return {
    method,
    target: maskedText(path) + (query.length > 0 ? `?${masked}` : ''),
    rawHeaders: rawHeaders.map((text, at) => {
      if (at % 2 === 0) return text;
      return isSecret(rawHeaders[at - 1] ?? '') ? MASK : maskedText(text);
    }),
    body: Buffer.from(maskedBytes(body.toString('base64')), 'base64'),
  };
}

/**
 * An event without its caller's credentials: the Authorization header, the route's identity source, and anything else that
 * looks like a token.
 */
export function maskedEvent(event: Readonly<Record<string, unknown>>, route: Route | undefined): object {
  const { isSecret, parameter } = secretsOf(route);
  const masked = Object.entries(event).map(([name, value]): [string, unknown] => {
    // Payload format 1.0 has each of them twice.
    if (name === 'headers' || name === 'multiValueHeaders') return [name, maskedFields(value, isSecret)];
    if (name === 'queryStringParameters' || name === 'multiValueQueryStringParameters')
      return [name, maskedFields(value, (key) => key === parameter)];
    // An application's session is in its cookies, and the browser sends those of other ports of the host too.
    if (name === 'cookies') return [name, [MASK]];
    if (name === 'rawQueryString' && parameter !== undefined) return [name, maskedQuery(String(value), parameter)];
    if (name === 'body' && event['isBase64Encoded'] === true) return [name, maskedBytes(String(value))];
    return [name, maskedValue(value)];
  });
  return Object.fromEntries(masked);
}

/** A text with each token in it masked. */
export function maskedText(text: string): string {
  return withoutTokens(text, MASK);
}

/** Any value with each token in its texts masked. */
function maskedValue(value: unknown): unknown {
  if (typeof value === 'string') return maskedText(value);
  if (Array.isArray(value)) return value.map(maskedValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, maskedValue(one)]));
}

/** Bytes in base64, which stay as they are where there is no token in them. */
function maskedBytes(base64: string): string {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const masked = maskedText(text);
  return masked === text ? base64 : Buffer.from(masked).toString('base64');
}

function maskedFields(fields: unknown, isSecret: (name: string) => boolean): unknown {
  if (typeof fields !== 'object' || fields === null) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isSecret(name) ? MASK : maskedValue(value)]),
  );
}

function maskedQuery(query: string, parameter: string): string {
  return query
    .split('&')
    .map((pair) => {
      const [name = ''] = pair.split('=');
      const [decoded] = [...new URLSearchParams(name).keys()];
      return decoded === parameter ? `${name}=${MASK}` : maskedText(pair);
    })
    .join('&');
}
