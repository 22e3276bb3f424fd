import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isRecord, isStringList, parsedJson } from '../common/shapes.ts';
import type { PayloadFormat } from '../model/integrations.ts';

/** A response without the headers of the connection, which Node writes. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** A string stays one: Node then sends it in one piece with the headers. */
  readonly body: string | Buffer;
}

/** Headers that only the gateway sets. */
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
 * Converts a function's result: an object with a `statusCode` is a response. In format 2.0 any other result becomes the
 * body of a 200, a string unchanged (captured), other values as JSON.
 * Source: http-api-develop-integrations-lambda ("Lambda function response format")
 * @returns a string that says what is wrong with a response that cannot be sent; the gateway then answers 500
 */
export function functionResponse(json: string, payload: PayloadFormat): GatewayResponse | string {
  const value = parsedJson(json);
  if (value === undefined) return 'it is not JSON';
  if (!isRecord(value) || !('statusCode' in value)) {
    if (payload === '1.0') return 'it has no statusCode, which payload format 1.0 requires; return one, or write "2.0"';
    return {
      status: 200,
      headers: [['content-type', 'application/json']],
      body: typeof value === 'string' ? value : json,
    };
  }
  const { statusCode, headers = {}, body = '', isBase64Encoded = false } = value;
  // Each format has one of these fields; AWS ignores the other.
  const { cookies = [], multiValueHeaders = {} } =
    payload === '1.0' ? { multiValueHeaders: value['multiValueHeaders'] ?? {} } : { cookies: value['cookies'] };
  if (typeof statusCode !== 'number' || !Number.isInteger(statusCode) || statusCode < 200 || statusCode > 599)
    return 'its statusCode is not a whole number from 200 to 599';
  if (!isRecord(headers)) return 'its headers are not an object';
  if (!isStringList(cookies)) return 'its cookies are not a list of strings';
  if (!isMapOfLists(multiValueHeaders)) return 'its multiValueHeaders are not an object of string lists';
  if (typeof (body ?? '') !== 'string') return 'its body is not a string; use JSON.stringify';
  if (typeof isBase64Encoded !== 'boolean') return 'its isBase64Encoded is not a boolean';
  const pairs = Object.entries(multiValueHeaders)
    .flatMap(([name, values]) => values.map((value) => [name.toLowerCase(), value] as const))
    .filter(([name]) => !OWN_HEADERS.includes(name));
  for (const [name, given] of Object.entries(headers)) {
    if (Array.isArray(given) && name.toLowerCase() === 'set-cookie') {
      const field =
        payload === '1.0' ? 'multiValueHeaders: { "set-cookie": ["a=1", "b=2"] }' : 'cookies: ["a=1", "b=2"]';
      return `its header set-cookie is a list; return them as ${field}`;
    }
    if (!['string', 'number', 'boolean'].includes(typeof given)) return `its header ${name} is not a string`;
    const pair = [name.toLowerCase(), String(given)] as const;
    // A value in both fields is sent once.
    const isNew = !pairs.some(([known, value]) => known === pair[0] && value === pair[1]);
    if (isNew && !OWN_HEADERS.includes(pair[0])) pairs.push(pair);
  }
  if (!pairs.some(([name]) => name === 'content-type')) pairs.push(['content-type', 'text/plain; charset=utf-8']);
  pairs.push(...cookies.map((cookie) => ['set-cookie', cookie] as const));
  const unsendable = pairs.find((pair) => !isSendable(pair));
  if (unsendable !== undefined) return `its header ${unsendable[0]} has invalid characters`;
  const text = typeof body === 'string' ? body : '';
  return { status: statusCode, headers: pairs, body: isBase64Encoded ? Buffer.from(text, 'base64') : text };
}

/** Returns whether HTTP allows the characters of a header. */
export function isSendable([name, value]: readonly [string, string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function isMapOfLists(value: unknown): value is Readonly<Record<string, readonly string[]>> {
  return isRecord(value) && Object.values(value).every(isStringList);
}
