import { parseIdentitySource } from '../../limits/http-api.ts';
import type { Contract } from '../contract/define-contract.ts';
import { problem, type Problem } from '../user-error.ts';
import type { CheckedKeys } from './keys.ts';

type Cors = NonNullable<CheckedKeys['api:cors']>;

/** Returns the default CORS settings for the stack's SPAs, or undefined without any. */
export function defaultCors(keys: CheckedKeys, { routes }: Contract): Cors | undefined {
  const allowOrigins = spaOrigins(keys).map(({ origin }) => origin);
  if (allowOrigins.length === 0) return undefined;
  const methods = [...new Set(Object.keys(routes).map((key) => key.split(' ')[0] ?? ''))] as Method[];
  return {
    allowOrigins: [...new Set(allowOrigins)],
    allowMethods: methods.some((method) => ['ANY', '$default'].includes(method)) ? ['*'] : methods,
    allowHeaders: [tokenHeader(keys) ?? [], 'content-type'].flat(),
  };
}

type Method = NonNullable<Cors['allowMethods']>[number];

/** Yields what the stack file's `api:cors` blocks for the stack's own SPAs. */
export function* corsContradictions(keys: CheckedKeys): Iterable<Problem> {
  const cors = keys['api:cors'];
  if (cors === undefined) return;
  const origins = spaOrigins(keys);
  for (const { origin, client } of origins) {
    if (cors.allowOrigins.some((allowed) => ['*', origin, `${origin.split('//')[0]}//*`].includes(allowed))) continue;
    const message = `${origin} is an origin of the client ${client}, and its pages could not call; add it here`;
    yield problem('conflict', 'api:cors.allowOrigins', message);
  }
  const header = tokenHeader(keys);
  if (origins.length === 0 || header === undefined) return;
  const allowed = (cors.allowHeaders ?? []).map((name) => name.toLowerCase());
  // For browsers, * covers every header except authorization. Source: the Fetch standard, CORS-preflight fetch.
  if (allowed.includes(header) || (allowed.includes('*') && header !== 'authorization')) return;
  const message = `the pages of ${origins[0]?.origin} send ${header}, which their browser would hold back; add it here`;
  yield problem('conflict', 'api:cors.allowHeaders', message);
}

function spaOrigins({ 'api:clients': clients = [] }: CheckedKeys): { client: string; origin: string }[] {
  return clients.flatMap(({ name, origins }) => origins.map((origin) => ({ client: name, origin })));
}

/** Returns the header that carries the token, or undefined if a query parameter does. */
function tokenHeader({ 'api:identitySource': source = '' }: CheckedKeys): string | undefined {
  const { from, name } = parseIdentitySource(source) ?? {};
  return from === 'header' ? name?.toLowerCase() : undefined;
}
