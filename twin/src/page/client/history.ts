import { KEPT, type Entry, type StreamEvents } from '../messages.ts';

/** An entry with the key of its link. Ids restart with the twin, so the key contains both. */
export interface Kept {
  readonly key: string;
  readonly entry: Entry;
}

/** The entries that the page received, newest first. */
export interface History {
  readonly kept: readonly Kept[];
  /** Entries that were dropped at the end. */
  readonly dropped: number;
  /** Requests that the twin did not send. */
  readonly skipped: number;
}

export const NO_HISTORY: History = { kept: [], dropped: 0, skipped: 0 };

export function keyOf(twin: string, { id }: Pick<Entry, 'id'>): string {
  return `${twin.slice(0, 8)}.${id}`;
}

/** Returns the history with new entries, which arrive oldest first. */
export function withEntries(history: History, { entries, skipped }: StreamEvents['entries'], twin: string): History {
  const fresh = entries.map((entry) => ({ key: keyOf(twin, entry), entry }));
  const all = [...fresh.toReversed(), ...history.kept];
  const kept = all.slice(0, KEPT);
  return { kept, dropped: history.dropped + all.length - kept.length, skipped: history.skipped + skipped };
}

export function titleOf(entry: Entry): string {
  if (entry.kind === 'token') return 'POST /oauth/token';
  if (entry.kind === 'unread') return 'not a request';
  return `${entry.method} ${entry.path}${entry.kind === 'api' ? entry.request.query : ''}`;
}

/** Returns the caller: the client as the terminal names it, and the user. */
export function callerOf(entry: Entry): { readonly client: string; readonly user: string } {
  return 'client' in entry ? entry : { client: '', user: '' };
}
