import type { TwinEvent } from '../server/events.ts';

/** When it happened, in milliseconds since 1970, and its place in the order of all events. */
interface Recorded {
  readonly id: number;
  readonly at: number;
}

type Event<Kind extends TwinEvent['kind']> = Extract<TwinEvent, { readonly kind: Kind }>;

/** A request to the API; what is large in it may have been left out. */
export type ApiHappening = Event<'api'> &
  Recorded & {
    /** Bytes of both bodies before anything was left out. */
    readonly requestLength: number;
    readonly responseLength: number;
  };

/** What came to the API's port and never became a request. */
export type UnreadHappening = Event<'unread'> & Recorded;

/** An event as it was emitted; making it presentable costs time, and most of it is never looked at. */
export type Happening = ApiHappening | UnreadHappening | (Event<'token'> & Recorded) | (Event<'tenant'> & Recorded);
