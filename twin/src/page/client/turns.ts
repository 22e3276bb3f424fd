import { useRef, useState } from 'preact/hooks';
import { messageOf } from './ask.ts';

/** Sees to it that the last thing that was chosen or asked for wins, whichever answer comes last. */
export interface Turns {
  /** Counts them, as of what is drawn. */
  readonly count: number;
  /** Something was chosen, or is asked for: answers to what was asked before are ignored. */
  readonly raise: () => number;
  /** The count at this very moment, drawn or not. */
  readonly now: () => number;
  /** Asks for something that changes the token, and takes the answer unless another turn has begun. */
  readonly attempt: <T>(work: () => Promise<T>, take: (answer: T) => void, fail: (message: string) => void) => void;
  /** Waits for what `attempt` is at; false where that failed or was ignored. */
  readonly settled: () => Promise<boolean>;
}

export function useTurns(): Turns {
  const [count, setCount] = useState(0);
  const last = useRef(0);
  const underWay = useRef(Promise.resolve(true));
  const raise = (): number => {
    last.current += 1;
    underWay.current = Promise.resolve(true);
    setCount(last.current);
    return last.current;
  };
  const attempt: Turns['attempt'] = (work, take, fail) => {
    const mine = raise();
    const ifLast = (act: () => void): boolean => {
      const still = mine === last.current;
      if (still) act();
      return still;
    };
    underWay.current = work().then(
      (answer) => ifLast(() => take(answer)),
      (error: unknown) => {
        ifLast(() => fail(messageOf(error)));
        return false;
      },
    );
  };
  return { count, raise, now: () => last.current, attempt, settled: () => underWay.current };
}
