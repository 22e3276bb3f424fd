import { METHODS, SAFE_METHODS } from '../../../limits/route-key.ts';
import type { Route } from '../model/http-api.ts';
import { ownValue, type Model } from '../model/model.ts';
import { matchRoute } from '../gateway/match.ts';

export type Sample =
  | { readonly kind: 'request'; readonly method: string; readonly path: string; readonly body: string | undefined }
  | { readonly kind: 'none'; readonly why: string };

const CHANGING = METHODS.filter((method) => method !== 'ANY' && !SAFE_METHODS.includes(method));

const DEFAULT_PATHS = ['/', '/verify', '/verify/verify/verify/verify'];

/** Returns a request that only this route takes. It changes nothing, unless `allMethods` permits that. */
export function sampleOf({ api: { routes }, ...model }: Model, route: Route, allMethods: boolean): Sample {
  const { match, routeKey } = route;
  const methods = match.kind === 'path' && match.method !== 'ANY' ? [match.method] : [...SAFE_METHODS, ...CHANGING];
  const allowed = methods.filter((method) => allMethods || SAFE_METHODS.includes(method));
  if (allowed.length === 0) return none(`${methods.join()} may change something; --all-methods calls it`);
  const path = match.kind === 'path' ? pathOf(route, model.examplePaths) : undefined;
  if (match.kind === 'path' && path === undefined) {
    return none(
      `its path has no example: add examples to the route in contract.ts, or examplePaths: { '${routeKey}': '/…' } to twin.config.ts`,
    );
  }
  for (const candidate of path === undefined ? DEFAULT_PATHS : [path]) {
    const segments = candidate === '/' ? [] : candidate.slice(1).split('/').map(decodeURIComponent);
    const method = allowed.find((one) => matchRoute(routes, one, segments)?.route === route);
    if (method === undefined) continue;
    const body = CHANGING.some((one) => one === method) ? ownValue(model.exampleBodies, routeKey) : undefined;
    return { kind: 'request', method, path: candidate, body };
  }
  return none('every request for it that changes nothing is taken by another route');
}

function pathOf({ routeKey, match }: Route, examples: Model['examplePaths']): string | undefined {
  const isPlain = match.kind === 'path' && match.segments.every(({ kind }) => kind === 'literal');
  return isPlain ? routeKey.replace(/^\S+ /, '') : ownValue(examples, routeKey);
}

function none(why: string): Sample {
  return { kind: 'none', why };
}
