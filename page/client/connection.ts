import type { Said } from '../messages.ts';

/** Milliseconds before the next try. */
const PAUSE = 1000;

/** Whether the twin is there. */
export type Link = 'connecting' | 'live' | 'lost';

export interface Listener {
  readonly link: (link: Link) => void;
  readonly state: (said: Said['state']) => void;
  readonly entries: (said: Said['entries']) => void;
  readonly problem: (said: Said['problem']) => void;
}

/**
 * Listens to the twin, and goes on trying when it is away; what came meanwhile is asked for then. While nobody looks it
 * lets go: a browser opens six connections to a server, for all of its tabs, and the seventh tab would wait for ever.
 */
export function connect(listener: Listener): void {
  let twin = '';
  let last = 0;
  let leave = (): void => undefined;

  const open = (): void => {
    const source = new EventSource(`/_twin/live?${new URLSearchParams({ after: `${twin} ${last}` }).toString()}`);
    const on = <K extends keyof Said>(name: K, take: (said: Said[K]) => void): void => {
      source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as Said[K]));
    };
    leave = () => source.close();
    const again = (): void => {
      source.close();
      listener.link('lost');
      const timer = setTimeout(open, PAUSE);
      leave = () => clearTimeout(timer);
    };
    on('state', (said) => {
      if (said.twin !== twin) last = 0;
      twin = said.twin;
      listener.state(said);
      listener.link('live');
    });
    on('entries', (said) => {
      ({ last } = said);
      listener.entries(said);
    });
    on('problem', listener.problem);
    on('bye', again);
    // The browser's own tries end for good at the first answer that is none of ours.
    source.addEventListener('error', again);
  };
  const look = (): void => {
    leave();
    if (!document.hidden) open();
  };
  document.addEventListener('visibilitychange', look);
  look();
}
