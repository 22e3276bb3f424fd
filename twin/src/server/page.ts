import type { Hono } from 'hono';
import type { Model } from '../model/model.ts';
import type { Watch } from './serve.ts';
import type { SigningKeys } from '../tenant/signing-key.ts';

/** What the page sees of the twin that it is a page of. */
export interface Inside {
  readonly model: () => Model;
  readonly signing: () => SigningKeys;
  /** Where the API is, once the twin serves. */
  readonly apiUrl: () => string;
  /** Shows a defect of ours. */
  readonly failed: (error: unknown) => void;
  /** Answers as the tenant's port would, without a socket. */
  readonly tenant: (request: Request) => Promise<Response>;
}

/** A page at the tenant's root, told of what happens. */
export interface Page extends Pick<Watch, 'exchanged' | 'turnedAway' | 'tokenAsked' | 'tenantAsked'> {
  readonly app: Hono;
  /** The program was evaluated again and is served now, or was refused with this message. */
  readonly evaluated: (refusal: string | undefined) => void;
  /** Ends what is sent for as long as somebody looks. */
  readonly close: () => void;
}

/** Tells the page too, after the log. */
export function watchedBy(watch: Watch, page: Page): Watch {
  return {
    ...watch,
    exchanged: (exchange, milliseconds) => {
      watch.exchanged(exchange, milliseconds);
      page.exchanged(exchange, milliseconds);
    },
    turnedAway: (status, reason) => {
      watch.turnedAway(status, reason);
      page.turnedAway(status, reason);
    },
    tokenAsked: (exchange) => {
      watch.tokenAsked(exchange);
      page.tokenAsked(exchange);
    },
    tenantAsked: (request) => {
      watch.tenantAsked(request);
      page.tenantAsked(request);
    },
  };
}
