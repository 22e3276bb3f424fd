import type { Route } from '../graph/http-api.ts';
import { MASK } from './messages.ts';

/** Anything that has the form of a token, wherever it stands. */
const TOKEN = /eyJ[\w-]*\.[\w-]*(?:\.[\w-]*)?/g;

/**
 * An event without what its caller proved itself with: the Authorization header, what stood where the route's authorizer
 * looks, and whatever looks like a token anywhere else.
 */
export function maskedEvent(event: Readonly<Record<string, unknown>>, route: Route | undefined): object {
  const source = route?.authorizer?.identitySource;
  const secretHeaders = ['authorization', ...(source?.from === 'header' ? [source.name.toLowerCase()] : [])];
  const parameter = source?.from === 'querystring' ? source.name : undefined;
  const masked = Object.entries(event).map(([name, value]): [string, unknown] => {
    if (name === 'headers') return [name, maskedFields(value, secretHeaders)];
    if (name === 'queryStringParameters')
      return [name, maskedFields(value, parameter === undefined ? [] : [parameter])];
    if (name === 'rawQueryString' && parameter !== undefined) return [name, maskedQuery(String(value), parameter)];
    return [name, withoutTokens(value)];
  });
  return Object.fromEntries(masked);
}

/** Any value with each token in its texts masked. */
function withoutTokens(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(TOKEN, MASK);
  if (Array.isArray(value)) return value.map(withoutTokens);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutTokens(one)]));
}

function maskedFields(fields: unknown, secret: readonly string[]): unknown {
  if (typeof fields !== 'object' || fields === null) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, secret.includes(name) ? MASK : withoutTokens(value)]),
  );
}

function maskedQuery(query: string, parameter: string): string {
  return query
    .split('&')
    .map((pair) => {
      const [name = ''] = pair.split('=');
      const [decoded] = [...new URLSearchParams(name).keys()];
      return decoded === parameter ? `${name}=${MASK}` : withoutTokens(pair);
    })
    .join('&');
}
