import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { PayloadFormat } from '../model/integrations.ts';

/** What the caller is sent, but for the headers of the connection, which Node writes. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** A text stays one: Node then sends it in one piece with the headers. */
  readonly body: string | Buffer;
}

/** The connection is the gateway's own affair. */
export const OWN_HEADERS: readonly string[] = [
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'apigw-requestid',
];

/**
 * Makes a response of what a function returned: an object with a `statusCode` is one. In format 2.0, anything else is
 * the body of a 200: a string as it is (captured), the rest in JSON.
 * Source: http-api-develop-integrations-lambda ("Lambda function response format")
 * @returns for a response that cannot be sent, which the gateway answers 500 to, what is wrong with it
 */
export function functionResponse(json: string, payload: PayloadFormat): GatewayResponse | string {
  const value = parsed(json);
  if (value === undefined) return 'it is no JSON';
  if (!isRecord(value) || !('statusCode' in value)) {
    if (payload === '1.0') return 'it has no statusCode, which payload format 1.0 requires; return one, or write "2.0"';
    return {
      status: 200,
      headers: [['content-type', 'application/json']],
      body: typeof value === 'string' ? value : json,
    };
  }
  const { statusCode, headers = {}, body = '', isBase64Encoded = false } = value;
  // Format 1.0 has no cookies, and 2.0 no multiValueHeaders: AWS does not read the other format's.
  const { cookies = [], multiValueHeaders = {} } =
    payload === '1.0' ? { multiValueHeaders: value['multiValueHeaders'] ?? {} } : { cookies: value['cookies'] };
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599)
    return 'its statusCode is no whole number from 200 to 599';
  if (!isRecord(headers)) return 'its headers are no map';
  if (!isTextList(cookies)) return 'its cookies are no list of texts';
  if (!isMapOfLists(multiValueHeaders)) return 'its multiValueHeaders are no map of lists of texts';
  if (typeof (body ?? '') !== 'string') return 'its body is no text; JSON.stringify it';
  if (typeof isBase64Encoded !== 'boolean') return 'its isBase64Encoded is neither true nor false';
  const pairs = Object.entries(multiValueHeaders)
    .flatMap(([name, values]) => values.map((value) => [name.toLowerCase(), value] as const))
    .filter(([name]) => !OWN_HEADERS.includes(name));
  for (const [name, given] of Object.entries(headers)) {
    if (Array.isArray(given) && name.toLowerCase() === 'set-cookie') {
      const field =
        payload === '1.0' ? 'multiValueHeaders: { "set-cookie": ["a=1", "b=2"] }' : 'cookies: ["a=1", "b=2"]';
      return `its header set-cookie is a list; return them as ${field}`;
    }
    if (!['string', 'number', 'boolean'].includes(typeof given)) return `its header ${name} is no text`;
    const pair = [name.toLowerCase(), String(given)] as const;
    // The same value in both fields is one.
    const isNew = !pairs.some(([known, value]) => known === pair[0] && value === pair[1]);
    if (isNew && !OWN_HEADERS.includes(pair[0])) pairs.push(pair);
  }
  if (!pairs.some(([name]) => name === 'content-type')) pairs.push(['content-type', 'text/plain; charset=utf-8']);
  pairs.push(...cookies.map((cookie) => ['set-cookie', cookie] as const));
  const unsendable = pairs.find((pair) => !isSendable(pair));
  if (unsendable !== undefined) return `its header ${unsendable[0]} has characters that no header may have`;
  const text = typeof body === 'string' ? body : '';
  return { status: statusCode, headers: pairs, body: isBase64Encoded ? Buffer.from(text, 'base64') : text };
}

/** What a function says through a broken runtime may be anything. */
function parsed(json: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return value;
  } catch {
    return undefined;
  }
}

function isSendable([name, value]: readonly [string, string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isMapOfLists(value: unknown): value is Readonly<Record<string, readonly string[]>> {
  return isRecord(value) && Object.values(value).every(isTextList);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
