import { refusals } from './errors.ts';

/** The parameters of a token request. */
export type Parameters = ReadonlyMap<string, string>;

/** Maximum bytes of a token request. */
export const BODY_LIMIT = 100_000;

/**
 * Parses a token request's body, JSON or a form.
 * @throws TokenError for a body that is neither, and for a parameter that is a duplicate or not a string
 */
export function readParameters(contentType: string, body: string): Parameters {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json') return given(jsonParameters(body));
  if (type === 'application/x-www-form-urlencoded') return given(formParameters(body));
  return refusals.malformed('The body must be application/json or application/x-www-form-urlencoded');
}

/** @throws TokenError when it is absent */
export function required(parameters: Parameters, name: string): string {
  return parameters.get(name) ?? refusals.missingParameter(name);
}

function jsonParameters(body: string): Parameters {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return refusals.malformed('The body is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refusals.malformed('The body must be a JSON object');
  }
  const parameters = new Map<string, string>();
  for (const [name, parameter] of Object.entries(value)) {
    if (parameter === null || parameter === undefined) continue;
    if (typeof parameter !== 'string') return refusals.malformed(`The parameter ${name.slice(0, 40)} must be a text`);
    parameters.set(name, parameter);
  }
  return parameters;
}

/** RFC 6749, section 3.2: parameters must not be included more than once. */
function formParameters(body: string): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (parameters.has(name)) return refusals.malformed(`The parameter ${name.slice(0, 40)} comes more than once`);
    parameters.set(name, value);
  }
  return parameters;
}

/** RFC 6749, section 3.2: a parameter without a value counts as absent. */
function given(parameters: Parameters): Parameters {
  return new Map([...parameters].filter(([, value]) => value !== ''));
}
