import { withoutTokens } from '../common/token-text.ts';
import type { GatewayRequest } from '../gateway/request.ts';
import type { Route } from '../model/http-api.ts';
import { MASK } from './messages.ts';

/** Returns a test for secret headers of a route's requests, and the query parameter with the token, if any. */
function secretsOf(route: Route | undefined): { isSecret: (header: string) => boolean; parameter: string | undefined } {
  const source = route?.authorizer?.identitySource;
  const names = ['authorization', 'cookie', ...(source?.from === 'header' ? [source.name.toLowerCase()] : [])];
  return {
    isSecret: (header) => names.includes(header.toLowerCase()),
    parameter: source?.from === 'querystring' ? source.name : undefined,
  };
}

/** A request to send. `rawHeaders` alternates names and values. */
export type Sent = Pick<GatewayRequest, 'method' | 'target' | 'rawHeaders' | 'body'>;

/** Returns a request without its caller's credentials and anything that looks like a token. */
export function maskedRequest({ method, target, rawHeaders, body }: Sent, route: Route | undefined): Sent {
  const { isSecret, parameter } = secretsOf(route);
  const [path = '', ...query] = target.split('?');
  return {
    method,
    target: maskedText(path) + (query.length > 0 ? `?${maskedQuery(query.join('?'), parameter)}` : ''),
    rawHeaders: rawHeaders.map((text, at) => {
      if (at % 2 === 0) return text;
      return isSecret(rawHeaders[at - 1] ?? '') ? MASK : maskedText(text);
    }),
    body: maskedBody(body),
  };
}

/** Masks an event's Authorization header, its identity source and anything that looks like a token. */
export function maskedEvent(event: Readonly<Record<string, unknown>>, route: Route | undefined): object {
  const { isSecret, parameter } = secretsOf(route);
  const encoding = event['isBase64Encoded'] === true ? 'base64' : 'utf8';
  const headers = (value: unknown): unknown => maskedValue(value, isSecret);
  const query = (value: unknown): unknown => maskedValue(value, (name) => name === parameter);
  // Payload format 1.0 has the fields of several values.
  const fields: Readonly<Record<string, (value: unknown) => unknown>> = {
    headers,
    multiValueHeaders: headers,
    queryStringParameters: query,
    multiValueQueryStringParameters: query,
    rawQueryString: (value) => maskedQuery(String(value), parameter),
    // Cookies contain an application's session, and the browser shares them among all ports of the host.
    cookies: () => [MASK],
    body: (value) =>
      typeof value === 'string' ? maskedBody(Buffer.from(value, encoding)).toString(encoding) : maskedValue(value),
  };
  const masked = Object.entries(event).map(([name, value]) => [name, (fields[name] ?? maskedValue)(value)]);
  return Object.fromEntries(masked) as object;
}

export function maskedText(text: string): string {
  return withoutTokens(text, MASK);
}

function maskedValue(value: unknown, isSecret: (name: string) => boolean = () => false): unknown {
  if (typeof value === 'string') return maskedText(value);
  if (Array.isArray(value)) return value.map((one) => maskedValue(one));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, isSecret(name) ? MASK : maskedValue(one)]);
  return Object.fromEntries(entries) as object;
}

/** A name of a body field that holds a credential in any form. */
const SECRET = /\b(?:\w*(?:password|secret|assertion|verifier|token)|code|otp|api_?key)s?\b/i;

/** Masks tokens in a body, and credentials: by their names in JSON; any other body with such a name as a whole. */
function maskedBody(body: Buffer): Buffer {
  const bytes = body.toString('latin1');
  if (namesSecret(bytes)) return Buffer.from(maskedText(maskedFields(body.toString())));
  return Buffer.from(withoutTokens(bytes, Buffer.from(MASK).toString('latin1')), 'latin1');
}

function namesSecret(text: string): boolean {
  return SECRET.test(text.replace(/%([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))));
}

function maskedFields(text: string): string {
  // A string may contain a form or JSON.
  const isSecret = (name: string, value: unknown): boolean =>
    namesSecret(name) || (typeof value === 'string' && /[=:]/.test(value) && namesSecret(value));
  try {
    return JSON.stringify(JSON.parse(text), (name, value: unknown) => (isSecret(name, value) ? MASK : value));
  } catch {
    return MASK;
  }
}

function maskedQuery(query: string, parameter: string | undefined): string {
  if (parameter === undefined) return maskedText(query);
  return query
    .split('&')
    .map((pair) => {
      const [name = ''] = pair.split('=');
      const [decoded] = [...new URLSearchParams(name).keys()];
      return decoded === parameter ? `${name}=${MASK}` : maskedText(pair);
    })
    .join('&');
}

/** Returns raw headers, which alternate names and values, as pairs. */
export function pairsOf(rawHeaders: readonly string[]): [name: string, value: string][] {
  return rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? '']] : []));
}
