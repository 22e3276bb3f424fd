import type { Refused, Said } from '../messages.ts';
import { parsed } from './json-text.ts';

/** Milliseconds before the next try. */
const PAUSE = 1000;

/** Milliseconds that the twin has to say why it does not let the page listen. */
const PATIENCE = 2000;

/** Whether the twin is there. */
export type Link = 'connecting' | 'live' | 'lost';

export interface Listener {
  /** @param why in the twin's words; empty where it does not answer */
  readonly link: (link: Link, why?: string) => void;
  readonly state: (said: Said['state']) => void;
  readonly access: (said: Said['access']) => void;
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
    const url = `/_twin/live?${new URLSearchParams({ after: `${twin} ${last}` }).toString()}`;
    const source = new EventSource(url);
    const on = <K extends keyof Said>(name: K, take: (said: Said[K]) => void): void => {
      source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as Said[K]));
    };
    leave = () => source.close();
    const again = (why = ''): void => {
      source.close();
      listener.link('lost', why);
      const timer = setTimeout(open, PAUSE);
      leave = () => clearTimeout(timer);
    };
    // An event source does not tell an answer that refuses it from none.
    const askWhy = async (): Promise<void> => {
      const leaving = new AbortController();
      source.close();
      leave = () => leaving.abort();
      const why = await refusalAt(url, AbortSignal.any([leaving.signal, AbortSignal.timeout(PATIENCE)]));
      if (!leaving.signal.aborted) again(why);
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
    on('access', listener.access);
    on('problem', listener.problem);
    on('bye', () => again());
    // The browser's own tries end for good at the first answer that is none of ours.
    source.addEventListener('error', () => void askWhy());
  };
  const look = (): void => {
    leave();
    if (!document.hidden) open();
  };
  document.addEventListener('visibilitychange', look);
  look();
}

/** What the twin says against the page's listening; empty where it has nothing against it, or does not answer. */
async function refusalAt(url: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { signal });
    if (response.ok) {
      await response.body?.cancel();
      return '';
    }
    const refused = parsed(await response.text()) as Refused | undefined;
    return refused?.error ?? `it answers ${response.status}; its terminal says why`;
  } catch {
    return '';
  }
}
