import type { Hono } from 'hono';
import type { Model } from '../model/model.ts';
import type { SigningKeys } from '../tenant/signing-key.ts';
import type { OnEvent } from './events.ts';

/** What the page sees of its twin. */
export interface Inside {
  readonly model: () => Model;
  readonly signing: () => SigningKeys;
  /** Where the APIs are, in the model's order, once the twin serves. */
  readonly apiUrls: () => readonly string[];
  /** What a person types to start this twin. */
  readonly startCommand: string;
  /** Takes the page's own defects. */
  readonly onEvent: OnEvent;
  /** The file of the authority to trust, where the tenant is served over https. */
  readonly caFile: () => string | undefined;
  /** What the page's keys are derived from: a cookie is to outlive a restart of the twin. */
  readonly seed: string;
  /** Answers as the tenant's port would, without a socket. */
  readonly tenant: (request: Request) => Promise<Response>;
}

/** A page at the tenant's root. */
export interface Page {
  readonly app: Hono;
  /** The value of `?key=` in the page's address, with which a browser is shown secrets. */
  readonly key: string;
  readonly onEvent: OnEvent;
  /** Closes the open streams. */
  readonly close: () => void;
}
