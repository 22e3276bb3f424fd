import { didYouMean } from '../../../limits/nearest.ts';
import { UserError } from '../common/user-error.ts';
import type { Forwards } from '../gateway/integrate.ts';
import type { Route } from '../model/http-api.ts';

const EXAMPLE = '--forward "GET /orders=http://127.0.0.1:4000"';

/**
 * Parses the values of `--forward "GET /orders=http://127.0.0.1:4000"`.
 * @throws UserError for a malformed value or an address outside this machine
 */
export function parseForwards(texts: readonly string[]): Forwards {
  const forwards = new Map<string, URL>();
  for (const text of texts) {
    // A route key may contain an equals sign.
    const [, key, address] = /^(.+)=([a-z]+:\/\/.*)$/.exec(text) ?? [];
    if (key === undefined || address === undefined || !URL.canParse(address)) {
      throw new UserError(`--forward must be like ${EXAMPLE}, not ${JSON.stringify(text)}.`);
    }
    const url = new URL(address);
    if (url.protocol !== 'http:' || !isLoopback(url.hostname)) {
      throw new UserError(
        `--forward ${JSON.stringify(text)}: use an http:// address of this machine, like http://127.0.0.1:4000.`,
      );
    }
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
      throw new UserError(
        `--forward ${JSON.stringify(text)}: give only a host and a port; the path comes from the program.`,
      );
    }
    if (forwards.has(key)) throw new UserError(`--forward names ${JSON.stringify(key)} twice.`);
    forwards.set(key, url);
  }
  return forwards;
}

/** @throws UserError for an unknown route, or a route that a handler of the program serves */
export function checkForwards(forwards: Forwards, routes: readonly Route[]): void {
  for (const key of forwards.keys()) {
    const route = routes.find(({ routeKey }) => routeKey === key);
    const keys = routes.map(({ routeKey }) => routeKey);
    if (route === undefined) {
      throw new UserError(`--forward names ${JSON.stringify(key)}; the API has no such route${didYouMean(key, keys)}`);
    }
    if (route.integration.kind === 'function') {
      throw new UserError(`--forward names ${JSON.stringify(key)}, which a handler of the program serves.`);
    }
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
