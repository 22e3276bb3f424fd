import { validateHeaderValue } from 'node:http';
import type { HttpIntegration } from '../../graph/integrations.ts';
import type { BackendAnswer, BackendRequest } from './backend.ts';
import type { Claims, Decision } from './decision.ts';
import { claimText } from './event.ts';
import { headerValues, parseTarget, type GatewayRequest } from './request.ts';
import { OWN_HEADERS, type GatewayResponse } from './response.ts';

interface Circumstances {
  /** The API's own host. */
  readonly host: string;
  readonly traceId: string;
}

/** They belong to the connection, or the gateway sets them itself. */
const NOT_PASSED_ON: readonly string[] = [
  'connection',
  'content-length',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
];

/**
 * The request that an HTTP endpoint gets: the caller's own, with the headers that the program maps.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-http.html
 * @returns undefined where a claim that is mapped is no value of a header
 */
export function forwardedRequest(
  { method, target, rawHeaders, body, sourceIp }: GatewayRequest,
  { claims, pathParameters }: Decision,
  { url, headers }: HttpIntegration,
  { host, traceId }: Circumstances,
): BackendRequest | undefined {
  const mapped = headers.flatMap(({ name, claim }) => mappedHeader(name, claim, claims));
  if (!mapped.every(isSendable)) return undefined;
  const dropped = [
    ...NOT_PASSED_ON,
    ...headers.map(({ name }) => name),
    ...headerValues(rawHeaders, 'connection').flatMap((value) => value.toLowerCase().split(/\s*,\s*/)),
  ];
  const passed: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!dropped.includes(name.toLowerCase())) passed.push(name, rawHeaders[at + 1] ?? '');
  }
  const parsed = parseTarget(target);
  const query = parsed.kind === 'path' && parsed.rawQuery !== '' ? `?${parsed.rawQuery}` : '';
  const hasTrace = headerValues(rawHeaders, 'x-amzn-trace-id').length > 0;
  const sized = body.length > 0 || !['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(method);
  return {
    method,
    target: pathOf(url, pathParameters) + query,
    rawHeaders: [
      ...passed,
      ...mapped.flat(),
      ...(hasTrace ? [] : ['x-amzn-trace-id', `Root=${traceId}`]),
      'forwarded',
      `by=${host};for=${sourceIp};host=${host};proto=https`,
      'via',
      'HTTP/1.1 AmazonAPIGateway',
      ...(sized ? ['content-length', String(body.length)] : []),
    ],
    body,
  };
}

type Header = readonly [name: string, value: string];

/** A header that is mapped from a claim which the token has not is left out; the caller's own is gone anyway. */
function mappedHeader(name: string, claim: string | undefined, claims: Claims | undefined): Header[] {
  const value =
    claim === undefined || claims === undefined || !Object.hasOwn(claims, claim) ? undefined : claims[claim];
  // Node writes a header's characters as single bytes.
  return (value ?? null) === null ? [] : [[name, Buffer.from(claimText(value)).toString('latin1')]];
}

function isSendable([name, value]: Header): boolean {
  try {
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

/** The endpoint's path with the route's parameters, encoded again; a slash that came encoded stays so. */
function pathOf(url: string, parameters: Decision['pathParameters']): string {
  const template = url.replace(/^https:\/\/[^/]*/, '');
  const path = template.replace(/\{([^}]*)\}/g, (_whole, name: string) =>
    (parameters[name] ?? '').split('/').map(encoded).join('/'),
  );
  return path === '' ? '/' : path;
}

function encoded(segment: string): string {
  return segment
    .split(/(%2f)/i)
    .map((part) => (/^%2f$/i.test(part) ? part : encodeURIComponent(part)))
    .join('');
}

/** The response of an HTTP endpoint as the caller gets it. */
export function forwardedResponse({
  status,
  rawHeaders,
  body,
}: Extract<BackendAnswer, { kind: 'answered' }>): GatewayResponse {
  const headers: Header[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (!OWN_HEADERS.includes(name)) headers.push([name, rawHeaders[at + 1] ?? '']);
  }
  return { status, headers, body };
}
