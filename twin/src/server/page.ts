import type { Hono } from 'hono';
import type { Model } from '../model/model.ts';
import type { SigningKeys } from '../tenant/signing-key.ts';
import type { OnEvent } from './events.ts';

export interface Inside {
  readonly model: () => Model;
  readonly signing: () => SigningKeys;
  /** The URLs of the APIs in the model's order, available once the twin serves. */
  readonly apiUrls: () => readonly string[];
  readonly startCommand: string;
  readonly onEvent: OnEvent;
  readonly caFile: () => string | undefined;
  /** The page's keys are derived from it, so that a cookie stays valid after a restart. */
  readonly seed: string;
  readonly tenant: (request: Request) => Promise<Response>;
}

export interface Page {
  readonly app: Hono;
  /** The `?key=` of the page's address. It allows a browser to see secrets. */
  readonly key: string;
  readonly onEvent: OnEvent;
  readonly close: () => void;
}
