/**
 * The messages between the twin and a function's process: lines of JSON over a socket at this file descriptor. Node's own
 * channel throws in the twin if a handler writes an invalid message to it.
 */
export const CHANNEL = 3;

/** A pipe without data: its end means that the twin has exited. */
export const LIFELINE = 4;

/** Maximum characters of a message: a response of 6 MB with each character escaped. */
export const LONGEST_MESSAGE = 16 * 1024 * 1024;

/** A message of the twin. */
export type ToFunction =
  | {
      readonly kind: 'invoke';
      readonly requestId: string;
      readonly functionArn: string;
      readonly event: unknown;
      /** The function's timeout in milliseconds, from the start of the event. */
      readonly limit: number;
    }
  /** Requests an event back that has not begun. */
  | { readonly kind: 'recall'; readonly requestId: string };

/** An event. The process answers events in order. */
export type Invocation = Extract<ToFunction, { kind: 'invoke' }>;

/** A message of the process; `requestId` names the event. */
export type FromFunction =
  | { readonly kind: 'ready' }
  /** The handler could not be loaded. */
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'result'; readonly requestId: string; readonly json: string }
  | { readonly kind: 'error'; readonly requestId: string; readonly reason: string }
  /** The recalled event; the handler has not seen it. */
  | { readonly kind: 'recalled'; readonly requestId: string }
  /** Sent when the process exits by itself: whether an unanswered event had begun. */
  | { readonly kind: 'ending'; readonly running: boolean };
