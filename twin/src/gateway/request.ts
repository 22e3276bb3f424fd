/** A request exactly as it was sent. */
export interface GatewayRequest {
  readonly method: string;
  /** As sent: a WHATWG URL would fold `..` and re-encode quotes, and so check another path. */
  readonly target: string;
  /** Name and value in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  /** The HTTP version on the wire, like `1.1`. */
  readonly httpVersion: string;
}

/** The values of a header in order, whatever the case of its name. */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  const lowercase = name.toLowerCase();
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === lowercase) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}

/** A parsed request target. */
export type Target =
  | {
      readonly kind: 'path';
      /** Decoded, with the leading slash. */
      readonly path: string;
      readonly segments: readonly string[];
      /** As sent. */
      readonly rawSegments: readonly string[];
      /** As sent, without the question mark; empty if there is none. */
      readonly rawQuery: string;
    }
  | { readonly kind: 'malformed'; readonly path: string; readonly rawQuery: string; readonly reason: string };

/** Parses a request target. What AWS does with malformed ones is not known; the twin rejects them. */
export function parseTarget(target: string): Target {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const rawQuery = mark < 0 ? '' : target.slice(mark + 1);
  const malformed = (reason: string): Target => ({ kind: 'malformed', path, rawQuery, reason });
  // The target may be a whole URL with a password in it, so it is not shown.
  if (!path.startsWith('/'))
    return { kind: 'malformed', path: '(no path)', rawQuery, reason: 'the target is not a path' };
  if (target.includes('#') || path.includes('\\'))
    return malformed('the target has a character that is not allowed in a URL');
  const segments: string[] = [];
  const rawSegments = path === '/' ? [] : path.slice(1).split('/');
  for (const raw of rawSegments) {
    const segment = decoded(raw);
    if (segment === undefined) return malformed('the path is not valid percent-encoded UTF-8');
    if (segment === '.' || segment === '..') return malformed('the path has a dot segment');
    if (/\p{Cc}/u.test(segment)) return malformed('the path has a control character');
    segments.push(segment);
  }
  return { kind: 'path', path: `/${segments.join('/')}`, segments, rawSegments, rawQuery };
}

/** The decoded parameters of a query, in order; a name may repeat. */
export function queryParameters(rawQuery: string): [name: string, value: string][] {
  // The constructor strips one question mark; without this one it would strip the query's own.
  return [...new URLSearchParams(`?${rawQuery}`)];
}

/** Decodes a segment once. An encoded slash stays encoded, since the gateway does not split at it. */
export function decoded(raw: string): string | undefined {
  try {
    return raw
      .split(/(%2f)/i)
      .map((part) => (/^%2f$/i.test(part) ? part : decodeURIComponent(part)))
      .join('');
  } catch {
    return undefined;
  }
}

/**
 * Removes the base path from a path.
 * @returns undefined for a path outside of it, or below the base path of another API; no route matches these
 */
export function withinBasePath(
  target: Target,
  { basePath, otherBasePaths }: { readonly basePath: string; readonly otherBasePaths: readonly string[] },
): Target | undefined {
  if (target.kind === 'malformed') return target;
  const startsWith = (prefix: string): boolean =>
    prefix
      .slice(1)
      .split('/')
      .every((segment, at) => target.segments[at] === segment);
  if (otherBasePaths.some(startsWith)) return undefined;
  if (basePath === '') return target;
  if (!startsWith(basePath)) return undefined;
  const length = basePath.split('/').length - 1;
  const path = `/${target.segments.slice(length).join('/')}`;
  const within = (segments: readonly string[]): readonly string[] => (path === '/' ? [] : segments.slice(length));
  return { ...target, path, segments: within(target.segments), rawSegments: within(target.rawSegments) };
}
