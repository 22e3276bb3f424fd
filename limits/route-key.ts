/**
 * Route keys of an HTTP API: `$default`, or `METHOD /path` with `{name}` for one segment and, as the last one,
 * `{name+}` for all that follow.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export const METHODS = ['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;
/** A route key's method; `ANY` stands for all methods. */
export type Method = (typeof METHODS)[number];

/** The methods that OpenAPI and route keys share. */
export const OPENAPI_METHODS = ['get', 'head', 'options', 'post', 'put', 'patch', 'delete'] as const;

/** A route key with a path, as precise as a type can be; `parseRouteKey` checks the rest. */
export type PathRouteKey = `${Method} /${string}`;

/** A path segment: a literal, `{name}`, or at the end `{name+}`. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'greedy'; readonly name: string };

/** A parsed route key; an invalid key has a `reason`, which says what to write instead. */
type ParsedRouteKey =
  | { readonly kind: 'default' }
  | { readonly kind: 'path'; readonly method: Method; readonly segments: readonly Segment[] }
  | { readonly kind: 'invalid'; readonly reason: string };

const invalid = (reason: string): ParsedRouteKey => ({ kind: 'invalid', reason });

/** Parses a route key; returns the reason for a key that API Gateway rejects. */
export function parseRouteKey(key: string): ParsedRouteKey {
  if (key === '$default') return { kind: 'default' };
  const [method, path, ...rest] = key.split(' ');
  if (path === undefined || rest.length > 0) return invalid('write `METHOD /path`, with one space, or `$default`');
  if (!isMethod(method)) return invalid(`the method must be one of ${METHODS.join(', ')}`);
  if (!path.startsWith('/')) return invalid('the path must begin with /');
  const texts = path === '/' ? [] : path.slice(1).split('/');
  const segments = texts.map(parseSegment);
  const bad = segments.findIndex((segment) => segment === undefined);
  if (bad >= 0) {
    return invalid(
      `the segment ${JSON.stringify(texts[bad])} is neither text, {name} nor {name+} (letters, digits and ._-~ only)`,
    );
  }
  const known = segments.filter((segment) => segment !== undefined);
  if (known.slice(0, -1).some(({ kind }) => kind === 'greedy')) return invalid('{name+} may only be the last segment');
  const names = known.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]));
  if (new Set(names).size < names.length) return invalid('a path parameter is named twice');
  return { kind: 'path', method, segments: known };
}

/** Returns the key without parameter names: two keys with the same shape match the same requests. */
export function routeShape(key: string): string {
  return key.replace(/\{[^}+]*(\+?)\}/g, '{$1}');
}

/** Two routes that name a parameter at the same position differently. */
interface VariableConflict {
  readonly key: string;
  readonly other: string;
  readonly names: readonly [string, string];
}

/**
 * Returns the pairs of keys that API Gateway rejects with ConflictException, "has a conflicting variable on the same
 * hierarchical level as": `GET /orders/{id}` and `GET /orders/{orderId}/items`. Different methods, or `{name}` and
 * `{name+}`, do not conflict here, because no source reports the error for them.
 * Source: https://github.com/plutomi/plutomi/issues/271
 */
export function variableConflicts(keys: readonly string[]): VariableConflict[] {
  const seen = new Map<string, { readonly key: string; readonly name: string }>();
  return keys.flatMap((key) => {
    const parsed = parseRouteKey(key);
    if (parsed.kind !== 'path') return [];
    let level: string = parsed.method;
    for (const segment of parsed.segments) {
      if (segment.kind === 'variable') {
        const { key: other, name } = seen.get(level) ?? { key, name: segment.name };
        if (name !== segment.name) return [{ key, other, names: [segment.name, name] as const }];
        seen.set(level, { key: other, name });
      }
      level += `/${segment.kind === 'literal' ? segment.text : `{${segment.name}}`}`;
    }
    return [];
  });
}

/** Methods that do not change state. Source: RFC 9110, section 9.2.1 */
export const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Returns whether a route accepts a method that may change state. */
export function changesState(key: ParsedRouteKey): boolean {
  if (key.kind === 'path') return !SAFE_METHODS.includes(key.method);
  return key.kind === 'default';
}

/**
 * Returns whether a route takes requests for another route's path that the other does not: other methods, or a trailing
 * slash. Backends often treat both the same.
 */
export function coversPathOf(route: ParsedRouteKey, other: ParsedRouteKey): boolean {
  if (route.kind === 'default') return true;
  if (route.kind !== 'path' || other.kind !== 'path') return false;
  const isGreedy = route.segments.at(-1)?.kind === 'greedy';
  if (route.method !== 'ANY' && !(isGreedy && route.method === other.method)) return false;
  const fixed = isGreedy ? route.segments.slice(0, -1) : route.segments;
  const reaches = isGreedy
    ? other.segments.length > fixed.length
    : other.segments.length === fixed.length && other.segments.at(-1)?.kind !== 'greedy';
  return (
    reaches &&
    fixed.every((segment, index) => {
      const theirs = other.segments[index];
      return segment.kind !== 'literal' || theirs?.kind !== 'literal' || segment.text === theirs.text;
    })
  );
}

function isMethod(text: string | undefined): text is Method {
  return METHODS.some((method) => method === text);
}

function parseSegment(text: string): Segment | undefined {
  const parameter = /^\{([A-Za-z0-9._-]+)(\+?)\}$/.exec(text);
  if (parameter) return { kind: parameter[2] === '+' ? 'greedy' : 'variable', name: parameter[1] ?? '' };
  return /^[A-Za-z0-9._~$:@!*,;=&'()-]+$/.test(text) ? { kind: 'literal', text } : undefined;
}
