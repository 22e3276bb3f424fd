import type { Context, Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { LOCAL_HOSTS } from '../tenant/app.ts';
import { PAGE_HEADER, type Endpoints } from './messages.ts';

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

/**
 * Accepts only requests that a browser on this machine sends from the page itself. Rejects other host names
 * (DNS rebinding) and other origins, even another port of this machine.
 */
export const samePage: MiddlewareHandler = async (c, next) => {
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  const { hostname, origin, pathname } = new URL(c.req.url);
  if (!LOCAL_HOSTS.includes(hostname)) return refuse(c, 421, 'The page is served to this machine alone');
  // A link from another site may open the document, but may not call its endpoints.
  if (pathname === '/') return next();
  const from = c.req.header('origin') ?? origin;
  const site = c.req.header('sec-fetch-site') ?? 'same-origin';
  if (from !== origin || site !== 'same-origin') return refuse(c, 403, 'Only the page itself may ask this');
  if (c.req.method !== 'GET' && c.req.header(PAGE_HEADER) !== '1') {
    return refuse(c, 403, `Only the page itself may ask this (it sends ${PAGE_HEADER})`);
  }
  return next();
};

export class QuestionError extends Error {}

/** Serves an endpoint, and rejects an invalid question with 400. */
export function onQuestion<K extends keyof Endpoints>(
  app: Hono,
  name: K,
  schema: z.ZodType<Endpoints[K]['question']>,
  answer: (question: Endpoints[K]['question'], c: Context) => Endpoints[K]['answer'] | Promise<Endpoints[K]['answer']>,
): void {
  const onError = (c: Context): Response => refuse(c, 400, 'The question is too long');
  app.post(`/_twin/${name}`, bodyLimit({ maxSize: LIMIT, onError }), async (c) => {
    // A body that is incomplete or not JSON becomes undefined, which every schema rejects.
    const question = schema.safeParse(await c.req.json().catch(() => undefined));
    if (!question.success) return refuse(c, 400, `The question is invalid: ${z.prettifyError(question.error)}`);
    try {
      return c.json(await answer(question.data, c));
    } catch (error) {
      if (error instanceof QuestionError) return refuse(c, 400, error.message);
      throw error;
    }
  });
}

export function refuse(c: Context, status: ContentfulStatusCode, error: string): Response {
  return c.json({ error }, status);
}
