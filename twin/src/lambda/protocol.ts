/**
 * What the twin and a function's process say to each other: a line of JSON for each message, over a socket that the
 * process has at this file descriptor. Node's own channel would not do: a handler that writes to it what is no message
 * makes Node throw in the twin.
 */
export const CHANNEL = 3;

/** A pipe that nothing is written to: its end says that the twin is gone. */
export const LIFELINE = 4;

/** Characters of a message at most: a response of 6 MB, each character of it escaped. */
export const LONGEST_MESSAGE = 16 * 1024 * 1024;

/** What the twin says. The process runs one event at a time; the others wait inside it. */
export type ToFunction =
  | {
      readonly kind: 'invoke';
      readonly requestId: string;
      readonly functionArn: string;
      readonly event: unknown;
      /** Milliseconds that the function has from the moment it begins. */
      readonly limit: number;
    }
  /** Asks for an event back that has not begun. */
  | { readonly kind: 'recall'; readonly requestId: string };

/** An event for the handler; the process answers them in the order in which they came. */
export type Invocation = Extract<ToFunction, { kind: 'invoke' }>;

/** What the process says; a `requestId` is that of the event which it is about. */
export type FromFunction =
  | { readonly kind: 'ready' }
  /** The handler's module could not be loaded, or has no such export. */
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'result'; readonly requestId: string; readonly json: string }
  | { readonly kind: 'error'; readonly requestId: string; readonly reason: string }
  /** The event that was asked back; its handler has not seen it. */
  | { readonly kind: 'recalled'; readonly requestId: string }
  /** The last words of a process that ends by itself: whether an event had begun that it has not answered. */
  | { readonly kind: 'ending'; readonly running: boolean };
