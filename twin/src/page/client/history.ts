import type { Entry, Said } from '../messages.ts';

/** Entries that the list holds; then the oldest goes. */
export const MOST = 200;

/** An entry with a key that no other has, be it of another start of the twin. */
export interface Kept {
  readonly key: number;
  readonly entry: Entry;
}

/** What the page has heard of, newest first. */
export interface History {
  readonly kept: readonly Kept[];
  /** Entries that were dropped at the end. */
  readonly dropped: number;
  /** Requests that the twin did not list. */
  readonly skipped: number;
  readonly nextKey: number;
}

export const NO_HISTORY: History = { kept: [], dropped: 0, skipped: 0, nextKey: 1 };

/** The history with what has happened since, which comes oldest first. */
export function withEntries(history: History, { entries, skipped }: Said['entries']): History {
  const fresh = entries.map((entry, at) => ({ key: history.nextKey + at, entry }));
  const all = [...fresh.toReversed(), ...history.kept];
  const kept = all.slice(0, MOST);
  return {
    kept,
    dropped: history.dropped + all.length - kept.length,
    skipped: history.skipped + skipped,
    nextKey: history.nextKey + entries.length,
  };
}

export function titleOf(entry: Entry): string {
  if (entry.kind === 'token') return 'POST /oauth/token';
  return entry.kind === 'unread' ? 'not a request' : `${entry.method} ${entry.path}`;
}

/** The route that took it. */
export function routeOf(entry: Entry): string {
  if (entry.kind === 'token') return 'POST /oauth/token';
  return 'routeKey' in entry && entry.routeKey !== '' ? entry.routeKey : 'no route';
}

/** Who made it, as far as that is known. */
export function callerOf(entry: Entry): string {
  return 'caller' in entry && entry.caller !== '' ? entry.caller : 'unknown';
}
