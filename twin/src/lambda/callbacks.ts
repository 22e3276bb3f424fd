interface Ends {
  readonly succeed: (result?: unknown) => void;
  readonly fail: (error?: unknown) => void;
  readonly done: (error?: unknown, result?: unknown) => void;
}

/**
 * Calls a handler as the runtimes before nodejs24 do, and settles with the first result: of the returned promise, the
 * callback, or a method of the context. A callback's result waits for an empty event loop unless the context says
 * otherwise. Without any result, the answer is null.
 * Source: aws-lambda-ric 3.3.0, CallbackContext and Runtime.handleOnceNonStreaming
 * @param fields the context without its callback fields
 * @param whenIdle calls back once the event loop is empty; returns a function that cancels this
 */
export function callWithCallback(
  handler: (event: unknown, context: object, callback: unknown) => unknown,
  event: unknown,
  fields: object,
  whenIdle: (idle: () => void) => () => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let waits = true;
    let isEnded = false;
    let stopWaiting = whenIdle(() => resolve(null));
    const once =
      <Args extends readonly unknown[]>(end: (...args: Args) => void) =>
      (...args: Args): void => {
        if (isEnded) return;
        isEnded = true;
        stopWaiting();
        end(...args);
      };
    const done = (error?: unknown, result?: unknown): void => {
      if (error === undefined || error === null) resolve(result);
      // As on Lambda, a rejection may have any value.
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      else reject(error);
    };
    const ends: Ends = {
      succeed: once((result) => resolve(result)),
      fail: once((error) => done(error ?? 'handled')),
      done: once(done),
    };
    const callback = once((error?: unknown, result?: unknown) => {
      if (!waits || (error !== undefined && error !== null)) done(error, result);
      else stopWaiting = whenIdle(() => resolve(result));
    });
    const context = {
      get callbackWaitsForEmptyEventLoop() {
        return waits;
      },
      set callbackWaitsForEmptyEventLoop(value: boolean) {
        waits = value;
      },
      ...ends,
    };
    try {
      const result = handler(event, Object.assign(context, fields), callback);
      if (isThenable(result)) result.then(ends.succeed, ends.fail);
    } catch (error) {
      callback(error);
    }
  });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
