import type { Hono } from 'hono';
import type { Model } from '../model/model.ts';
import type { SigningKeys } from '../tenant/signing-key.ts';
import type { OnEvent } from './events.ts';

/** What the page sees of its twin. */
export interface Inside {
  readonly model: () => Model;
  readonly signing: () => SigningKeys;
  /** Where the API is, once the twin serves. */
  readonly apiUrl: () => string;
  /** Takes the page's own defects. */
  readonly onEvent: OnEvent;
  /** Answers as the tenant's port would, without a socket. */
  readonly tenant: (request: Request) => Promise<Response>;
}

/** A page at the tenant's root. */
export interface Page {
  readonly app: Hono;
  readonly onEvent: OnEvent;
  /** Closes the open streams. */
  readonly close: () => void;
}
