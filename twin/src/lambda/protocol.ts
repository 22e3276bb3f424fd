/**
 * The file descriptor of the socket between the twin and a function's process, which carries lines of JSON. Node's own
 * channel throws in the twin if a handler writes an invalid message to it.
 */
export const CHANNEL = 3;

/** A pipe without data. It closes when the twin exits. */
export const LIFELINE = 4;

/** Maximum characters of a message: a response of 6 MB with each character escaped. */
export const LONGEST_MESSAGE = 16 * 1024 * 1024;

export type ToFunction =
  | {
      readonly kind: 'invoke';
      readonly requestId: string;
      readonly functionArn: string;
      readonly event: unknown;
      readonly limit: number;
    }
  | { readonly kind: 'recall'; readonly requestId: string };

export type Invocation = Extract<ToFunction, { kind: 'invoke' }>;

export type FromFunction =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'result'; readonly requestId: string; readonly json: string }
  | { readonly kind: 'error'; readonly requestId: string; readonly reason: string }
  /** The handler has not seen the recalled event. */
  | { readonly kind: 'recalled'; readonly requestId: string }
  /** The process is exiting by itself; `running` if an unanswered event had begun. */
  | { readonly kind: 'ending'; readonly running: boolean };
