import { useLayoutEffect, useState } from 'preact/hooks';
import type { ShownAsk, ShownCaller, ShownState } from '../messages.ts';

/** Something that was chosen and that the program no longer declares. */
export interface Gone {
  /** In *Markdown*. */
  readonly caller: string;
  /** The name of the grant that is gone, where the caller is still there. */
  readonly ask: string | undefined;
}

/** Whom the page asks as, and by which grant. */
export interface Chosen {
  /** Those to choose from. */
  readonly callers: readonly ShownCaller[];
  readonly caller: ShownCaller | undefined;
  /** Absent for anyone. */
  readonly ask: ShownAsk | undefined;
  readonly gone: Gone | undefined;
  readonly chooseCaller: (heading: string) => void;
  readonly chooseAsk: (name: string) => void;
}

/**
 * Holds the caller and the grant by their names, since a reload of the program may move them; without the caller it is
 * anyone from then on.
 * @param changed is told when either is another one
 */
export function useChosen(state: ShownState, changed: () => void): Chosen {
  const callers = state.callers.filter(({ kind, asks }) => kind === 'anyone' || asks.length > 0);
  const [names, setNames] = useState(() => namesOf(callers[0]));
  const [gone, setGone] = useState<Gone>();
  const found = callers.find(({ heading }) => heading === names.caller);
  const caller = found ?? callers.find(({ kind }) => kind === 'anyone') ?? callers[0];
  const ask = caller?.asks.find(({ name }) => name === names.ask) ?? caller?.asks[0];
  const take = (next: typeof names): void => {
    setGone(undefined);
    if (next.caller === names.caller && next.ask === names.ask) return;
    setNames(next);
    changed();
  };

  useLayoutEffect(() => {
    const now = namesOf(caller, ask);
    if (now.caller === names.caller && now.ask === names.ask) return;
    take(now);
    setGone({ caller: names.caller, ask: found && names.ask });
  }, [state]);

  return {
    callers,
    caller,
    ask,
    gone,
    chooseCaller: (heading) => {
      const next = callers.find((one) => one.heading === heading);
      if (next !== undefined) take(next === caller ? names : namesOf(next));
    },
    chooseAsk: (name) => take({ ...names, ask: name }),
  };
}

function namesOf(
  caller: ShownCaller | undefined,
  ask = caller?.asks[0],
): { readonly caller: string; readonly ask: string } {
  return { caller: caller?.heading ?? '', ask: ask?.name ?? '' };
}
