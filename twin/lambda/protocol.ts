/** What the twin and a function's process say to each other. */
export interface ToFunction {
  readonly requestId: string;
  readonly functionArn: string;
  readonly event: unknown;
  /** Milliseconds since 1970 at which the function's time is up. */
  readonly deadline: number;
}

export type FromFunction =
  | { readonly kind: 'ready' }
  /** The handler's module could not be loaded, or has no such export. */
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'result'; readonly requestId: string; readonly json: string }
  | { readonly kind: 'error'; readonly requestId: string; readonly reason: string };
