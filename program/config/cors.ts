import { parseIdentitySource } from '../../limits/http-api.ts';
import type { Contract } from '../contract/define-contract.ts';
import { problem, type Problem } from '../user-error.ts';
import type { CheckedKeys } from './keys.ts';

type Cors = NonNullable<CheckedKeys['api:cors']>;

/** Returns what the pages of the stack's SPAs need, where the stack file has no `api:cors`; undefined without any SPA. */
export function defaultCors(keys: CheckedKeys, { routes }: Contract): Cors | undefined {
  const allowOrigins = spaOrigins(keys).map(({ origin }) => origin);
  if (allowOrigins.length === 0) return undefined;
  const methods = [...new Set(Object.keys(routes).map((key) => key.split(' ')[0] ?? ''))] as Method[];
  return {
    allowOrigins: [...new Set(allowOrigins)],
    allowMethods: methods.some((method) => ['ANY', '$default'].includes(method)) ? ['*'] : methods,
    // The token's, and the type of a JSON body.
    allowHeaders: [tokenHeader(keys) ?? [], 'content-type'].flat(),
  };
}

type Method = NonNullable<Cors['allowMethods']>[number];

/** Returns what a written `api:cors` keeps the stack's own SPAs from. */
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
  // A browser takes * for every header but authorization. Source: the Fetch standard, CORS-preflight fetch.
  if (allowed.includes(header) || (allowed.includes('*') && header !== 'authorization')) return;
  const message = `the pages of ${origins[0]?.origin} send ${header}, which their browser would hold back; add it here`;
  yield problem('conflict', 'api:cors.allowHeaders', message);
}

function spaOrigins({ 'api:clients': clients = [] }: CheckedKeys): { client: string; origin: string }[] {
  return clients.flatMap(({ name, origins }) => origins.map((origin) => ({ client: name, origin })));
}

/** The header that carries the token, where a header does. */
function tokenHeader({ 'api:identitySource': source = '' }: CheckedKeys): string | undefined {
  const { from, name } = parseIdentitySource(source) ?? {};
  return from === 'header' ? name?.toLowerCase() : undefined;
}
