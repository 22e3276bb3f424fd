import { computed, effect, signal } from '@preact/signals';
import type { Entry, ShownApi, ShownCaller, ShownRow, ShownState, StreamEvents } from '../messages.ts';
import { keyOf, NO_HISTORY, withEntries, type Kept } from './history.ts';

const NO_STATE: ShownState = {
  stack: '',
  issuers: [],
  startCommand: 'the start command',
  caFile: '',
  kid: '',
  apis: [],
  callers: [],
  clients: [],
  users: [],
};

// What the page knows. A component that reads one of these signals is drawn again when it changes.

export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');
/** Identifies this run of the twin; empty until the first state arrives. */
export const twin = signal('');
export const isRestarted = signal(false);
export const state = signal(NO_STATE);
export const history = signal(NO_HISTORY);
/** Whether this browser may see secrets; undefined until the twin says so. */
export const secrets = signal<boolean>();
/** Why the last reload failed; empty if it succeeded. */
export const problem = signal('');
/** The address's fragment: the link to a cell or to a request; empty without one. */
export const address = signal('');

/** What each event of the twin's stream changes. */
export const received: { readonly [K in keyof StreamEvents]: (data: StreamEvents[K]) => void } = {
  state: ({ twin: id, state: next }) => {
    isRestarted.value = twin.value !== '' && twin.value !== id;
    twin.value = id;
    connection.value = 'live';
    state.value = next;
  },
  entries: (batch) => (history.value = withEntries(history.value, batch, twin.value)),
  access: (access) => (secrets.value = access.secrets),
  problem: ({ message }) => (problem.value = message),
};

/** A cell of the matrix: a route of an API, and a caller with its place in the row. */
export interface Cell {
  readonly api: ShownApi;
  readonly row: ShownRow;
  readonly caller: ShownCaller;
  readonly column: number;
}

export function linkTo(api: string, route: string, caller: string): string {
  return new URLSearchParams({ api, route, caller }).toString();
}

/** Returns the cell of a link, if the program still has it. */
export function cellOf(link: string): Cell | undefined {
  const { api: name, route, caller: heading } = Object.fromEntries(new URLSearchParams(link));
  const { apis, callers } = state.value;
  const api = apis.find((one) => one.name === name);
  const row = api?.rows.find(({ routeKey }) => routeKey === route);
  const column = callers.findIndex((caller) => caller.heading === heading);
  const caller = callers[column];
  return api && row && caller && { api, row, caller, column };
}

/** The cell that the address links to. */
export const chosen = computed(() => cellOf(address.value));

/** The latest open request, also after the list dropped it. */
const opened = signal<Kept>();

effect(() => {
  const found = history.value.kept.find(({ key }) => key === address.value);
  if (found !== undefined) opened.value = found;
});

/** The request that the address links to. */
export const shown = computed(() => {
  const latest = opened.value;
  return latest?.key === address.value ? latest.entry : undefined;
});

export function openEntry(entry: Entry): void {
  const key = keyOf(twin.value, entry);
  opened.value = { key, entry };
  address.value = key;
}
