import { isRecord, parsedJson } from '../common/shapes.ts';
import { refusals } from './errors.ts';

/** The parameters of a token request. */
export type Parameters = ReadonlyMap<string, string>;

/** Maximum bytes of a token request. */
export const BODY_LIMIT = 100_000;

/**
 * Parses a token request's body, JSON or a form. A parameter without a value counts as absent.
 * Source: RFC 6749, section 3.2
 * @throws TokenError for a body that is neither, and for a parameter that is a duplicate or not a string
 */
export function readParameters(contentType: string, body: string): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of entriesOf(contentType, body)) {
    const shown = name.slice(0, 40);
    if (parameters.has(name)) return refusals.malformed(`The parameter ${shown} comes more than once`);
    if (value === null) continue;
    if (typeof value !== 'string') return refusals.malformed(`The parameter ${shown} must be a string`);
    parameters.set(name, value);
  }
  return new Map([...parameters].filter(([, value]) => value !== ''));
}

/** @throws TokenError when it is absent */
export function required(parameters: Parameters, name: string): string {
  return parameters.get(name) ?? refusals.missingParameter(name);
}

function entriesOf(contentType: string, body: string): Iterable<[string, unknown]> {
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded') return new URLSearchParams(body);
  if (type !== 'application/json') {
    return refusals.malformed('The body must be application/json or application/x-www-form-urlencoded');
  }
  const value = parsedJson(body);
  if (value === undefined) return refusals.malformed('The body is not valid JSON');
  return isRecord(value) ? Object.entries(value) : refusals.malformed('The body must be a JSON object');
}

/** The distinct words of a `scope` parameter, in order. Source: RFC 6749, section 3.3 */
export function scopeWords(scope = ''): string[] {
  return [...new Set(scope.split(' ').filter((word) => word !== ''))];
}
