/** A request as it came over the socket, before anybody rewrote any of it. */
export interface GatewayRequest {
  readonly method: string;
  /** The request target as sent: a WHATWG URL would fold `..` and rewrite quotes, and so check another path. */
  readonly target: string;
  /** Name and value in turn, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  /** The HTTP version on the wire, like `1.1`. */
  readonly httpVersion: string;
}

/** The values of a header, in the order they came, whatever the case of its name. */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === wanted) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}

/** A request target taken apart; the query stays as it was sent. */
export type Target =
  | {
      readonly kind: 'path';
      /** Decoded, with the leading slash. */
      readonly path: string;
      /** Decoded, one by one. */
      readonly segments: readonly string[];
      /** As sent, one by one. */
      readonly rawSegments: readonly string[];
      /** Without the question mark; empty when there is none. */
      readonly rawQuery: string;
    }
  | { readonly kind: 'malformed'; readonly path: string; readonly rawQuery: string; readonly reason: string };

/** Takes a request target apart. What AWS does with the malformed ones is not known; the twin refuses them. */
export function parseTarget(target: string): Target {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const rawQuery = mark < 0 ? '' : target.slice(mark + 1);
  const malformed = (reason: string): Target => ({ kind: 'malformed', path, rawQuery, reason });
  // It may be a whole URL, with a password in it.
  if (!path.startsWith('/'))
    return { kind: 'malformed', path: '(no path)', rawQuery, reason: 'the target is not a path' };
  if (target.includes('#') || path.includes('\\')) return malformed('the target has a character that no URL has');
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

/** The parameters of a query, decoded, in order; a name may come more than once. */
export function queryParameters(rawQuery: string): [name: string, value: string][] {
  // With a question mark in front, of which the constructor takes one away: one of the query's own must stay.
  return [...new URLSearchParams(`?${rawQuery}`)];
}

/** Decodes a segment once. An encoded slash stays encoded: the gateway does not split a segment at it. */
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
 * Takes the name of a named stage off a path.
 * @param basePath like `/dev`; empty for the stage `$default`
 * @returns undefined for a path outside of the stage, which no route takes
 */
export function withinStage(target: Target, basePath: string): Target | undefined {
  if (basePath === '' || target.kind === 'malformed') return target;
  const [stage = '', ...segments] = target.segments;
  if (`/${stage}` !== basePath) return undefined;
  const path = `/${segments.join('/')}`;
  return { ...target, path, segments: path === '/' ? [] : segments };
}
