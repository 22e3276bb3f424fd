import type { Context, Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { LOCAL_HOSTS } from '../common/local-hosts.ts';
import type { openKeys } from './keys.ts';
import { PAGE_HEADER, type Endpoints } from './messages.ts';
import { QUESTIONS } from './questions.ts';

/** The most bytes of a body. */
const LIMIT = 1_000_000;

/** Headers of every response of the page: it cannot be framed, run, sniffed, or opened with a window reference. */
const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Rejects requests to another host name (DNS rebinding), and to an endpoint those that the page itself does not send. */
export const samePage: MiddlewareHandler = async (c, next) => {
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  const { hostname, origin, pathname } = new URL(c.req.url);
  if (!LOCAL_HOSTS.includes(hostname)) return refuse(c, 421, 'The page is served only to this machine');
  // A link from another site may open the document, but may not call its endpoints.
  if (pathname === '/') return next();
  const isSame =
    (c.req.header('origin') ?? origin) === origin &&
    (c.req.header('sec-fetch-site') ?? 'same-origin') === 'same-origin' &&
    (c.req.method === 'GET' || c.req.header(PAGE_HEADER) === '1');
  return isSame ? next() : refuse(c, 403, `Only the page may send this request, with the header ${PAGE_HEADER}`);
};

export class QuestionError extends Error {}

/** Endpoints that need no key: they mask secrets, or receive them from the page. All others require it. */
const OPEN: readonly string[] = ['call', 'curl', 'event'] satisfies readonly (keyof Endpoints)[];

type Answers = {
  readonly [K in keyof Endpoints]: (
    question: Endpoints[K]['question'],
    isHolder: boolean,
  ) => Endpoints[K]['answer'] | Promise<Endpoints[K]['answer']>;
};

/** Serves the endpoints. Answers 403 to a browser without the key, and 400 to an invalid question. */
export function serveAnswers(app: Hono, keys: ReturnType<typeof openKeys>, answers: Answers): void {
  const onError = (c: Context): Response => refuse(c, 400, 'The request is too long');
  const serve = <K extends keyof Endpoints>(name: K, schema: z.ZodType<Endpoints[K]['question']>): void => {
    app.post(`/_twin/${name}`, bodyLimit({ maxSize: LIMIT, onError }), async (c) => {
      const isHolder = keys.isHolder(c);
      if (!isHolder && !OPEN.includes(name)) return refuse(c, 403, keys.howToGetSecrets);
      // A body that is incomplete or not JSON becomes undefined, which every schema rejects.
      const question = schema.safeParse(await c.req.json().catch(() => undefined));
      if (!question.success) return refuse(c, 400, `The request is invalid: ${z.prettifyError(question.error)}`);
      try {
        return c.json(await answers[name](question.data, isHolder));
      } catch (error) {
        if (error instanceof QuestionError) return refuse(c, 400, error.message);
        throw error;
      }
    });
  };
  for (const name of Object.keys(QUESTIONS) as (keyof Endpoints)[]) serve(name, QUESTIONS[name]);
}

function refuse(c: Context, status: ContentfulStatusCode, error: string): Response {
  return c.json({ error }, status);
}
