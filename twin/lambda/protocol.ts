/** What the twin and a function's process say to each other. */
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

export type Invocation = Extract<ToFunction, { kind: 'invoke' }>;

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
