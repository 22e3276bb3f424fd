import { didYouMean } from '../../../limits/nearest.ts';
import { LOCAL_HOSTS } from '../common/local-hosts.ts';
import { UserError } from '../common/user-error.ts';
import type { Forwards } from '../gateway/integrate.ts';
import type { Route } from '../model/http-api.ts';

const EXAMPLE = '--forward "GET /orders=http://127.0.0.1:4000"';

/**
 * Parses the values of `--forward "GET /orders=http://127.0.0.1:4000"`.
 * @throws UserError for a malformed value, an address outside this machine, or a route that is named twice
 */
export function parseForwards(texts: readonly string[]): Forwards {
  const forwards = new Map<string, URL>();
  for (const text of texts) {
    // A route key may contain an equals sign.
    const [, key = '', address = ''] = /^(.+)=(http:\/\/[^/?#@\\]+\/?)$/.exec(text) ?? [];
    if (!URL.canParse(address) || !LOCAL_HOSTS.includes(new URL(address).hostname) || forwards.has(key)) {
      throw new UserError(
        `--forward must be like ${EXAMPLE}, with a host of this machine, once for each route; not ${JSON.stringify(text)}.`,
      );
    }
    forwards.set(key, new URL(address));
  }
  return forwards;
}

/** @throws UserError for a route that does not exist, or that a handler of the program serves */
export function checkForwards(forwards: Forwards, routes: readonly Route[]): void {
  const keys = routes.filter(({ integration }) => integration.kind !== 'function').map(({ routeKey }) => routeKey);
  for (const key of forwards.keys()) {
    if (keys.includes(key)) continue;
    throw new UserError(
      `--forward names ${JSON.stringify(key)}, which is no route to an endpoint or an existing function${didYouMean(key, keys) || '.'}`,
    );
  }
}
