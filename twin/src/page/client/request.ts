import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Called, Endpoints, ShownApi, ShownAsk, ShownCaller, ShownRow, ShownState } from '../messages.ts';
import { ask, messageOf } from './twin.ts';
import { plain } from './words.ts';

/** A cell of the matrix: a route of an API, and a caller with its place in the row. */
export interface Cell {
  readonly api: ShownApi;
  readonly row: ShownRow;
  readonly caller: ShownCaller;
  readonly column: number;
}

/** The chosen and typed values. Callers and grants are stored by name, because a reload may reorder them. */
interface Draft {
  readonly caller: string;
  /** The name of the way to request a token; empty without one. */
  readonly ask: string;
  /** The requested scopes among the declared ones. */
  readonly scopes: readonly string[];
  /** Other requested scopes, separated by spaces. */
  readonly others: string;
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** A token request, and the tenant's response to it. */
export interface Issued {
  readonly answer: Endpoints['token']['answer'];
  readonly requested: readonly string[];
  readonly permitted: readonly string[];
  /** Empty where there is none. */
  readonly token: string;
}

interface Tried {
  readonly draft: Draft;
  /** The token for a call: issued, changed or pasted. */
  readonly token: string;
  /** The changed token that is being signed. A call waits for it, and is not made if signing fails. */
  readonly pending?: Promise<string> | undefined;
  readonly issued?: Issued | undefined;
  readonly called?: Called | undefined;
  readonly busy: boolean;
  /** What went wrong, or what to do first. */
  readonly problem: string;
}

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

export function hasBody(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}

export type Request = ReturnType<typeof useRequest>;

/**
 * Holds the request and its result. The latest choice or request wins, in whatever order responses arrive.
 * @param first the cell to begin with
 */
export function useRequest(state: ShownState, first: Cell | undefined) {
  const callers = state.callers.filter(({ kind, asks }) => kind === 'anyone' || asks.length > 0);
  const [, redraw] = useState({});
  // A response that arrives between two renders must see the latest state.
  const tried = useRef<Tried>(undefined);
  const turn = useRef(0);
  const now = (): Tried => (tried.current ??= { draft: firstDraft(state, callers, first), token: '', ...IDLE });
  const update = (change: Partial<Tried>): void => {
    tried.current = { ...now(), ...change };
    redraw({});
  };
  const callerOf = ({ caller }: Draft): ShownCaller | undefined => callers.find(({ heading }) => heading === caller);
  const askOf = (of: Draft): ShownAsk | undefined => callerOf(of)?.asks.find(({ name }) => name === of.ask);

  const set = (change: Partial<Draft>): void => {
    const before = now().draft;
    const draft = { ...before, ...change };
    // The token belongs to another caller or issuer, or to other scopes.
    const isOther = (['api', 'caller', 'ask', 'scopes', 'others'] as const).some(
      (key) => String(draft[key]) !== String(before[key]),
    );
    if (isOther) turn.current += 1;
    update({ draft, problem: '', ...(isOther && { ...NO_TOKEN, ...IDLE }) });
  };

  /** Requests a token if there is none, and makes the call, unless `isHeld`. */
  const run = async (change: Partial<Draft> = {}, isHeld = false): Promise<void> => {
    if (now().busy && Object.keys(change).length === 0) return;
    set(change);
    const mine = (turn.current += 1);
    const isLast = (): boolean => mine === turn.current;
    const { draft } = now();
    update({ ...IDLE, busy: true });
    try {
      await now().pending;
      if (!isLast()) return;
      const by = askOf(draft);
      if (by !== undefined && now().token === '') {
        const issued = await issue(draft, by);
        if (!isLast()) return;
        update({ issued, token: issued.token, busy: issued.token !== '' && !isHeld });
        if (issued.token === '') return;
      }
      if (isHeld) return update({ busy: false });
      const { api, method, path, body } = draft;
      const called = await ask('call', { api, method, path, token: now().token, body: hasBody(method) ? body : '' });
      if (isLast()) update({ called, busy: false });
    } catch (error) {
      if (isLast()) update({ problem: messageOf(error), busy: false });
    }
  };

  const setToken = (token: string): void => {
    turn.current += 1;
    update({ token, pending: undefined, ...IDLE });
  };

  /** Sets a token once it is signed, unless another token or request comes first. @throws the error of signing */
  const changeToken = async (pending: Promise<string>): Promise<void> => {
    turn.current += 1;
    update({ pending, ...IDLE });
    const isNewest = (): boolean => now().pending === pending;
    try {
      const token = await pending;
      if (isNewest()) update({ token, pending: undefined });
    } catch (error) {
      if (isNewest()) throw error;
    }
  };

  /** Calls a cell's route as its caller, unless `isHeld`; by default with the route's own path and no body. */
  const choose = (cell: Cell, sent: Partial<Draft> = {}, isHeld = false): void => {
    const { caller, row, column } = cell;
    if (!callers.includes(caller)) {
      set({ ...routeOf(cell), ...sent });
      update({ called: undefined, problem: whyNoCaller(caller) });
      return;
    }
    // A cell is always called with an unchanged token.
    const { pending, token, issued, draft } = now();
    if (pending !== undefined || token !== issued?.token) update(NO_TOKEN);
    const change = { ...routeOf(cell), ...sent, ...grantOf(cell, draft) };
    if (isHeld) return set(change);
    // Never make a call that deletes something without a click on its button.
    const isDeletion = change.method === 'DELETE' && row.cells[column]?.startsWith('allowed') === true;
    void run(change, isDeletion).then(() => isDeletion && document.getElementById('call')?.focus());
  };

  // A reload may have removed the caller or its grant.
  useLayoutEffect(() => {
    const { draft } = now();
    const caller = callerOf(draft);
    if (caller !== undefined && (draft.ask === '' || askOf(draft) !== undefined)) return;
    const next = caller ?? callers.find(({ kind }) => kind === 'anyone');
    const gone = caller === undefined ? draft.caller : `${draft.caller} by ${draft.ask}`;
    set({ caller: next?.heading ?? '', ask: next?.asks[0]?.name ?? '' });
    update({ problem: `The program no longer has ${plain(gone)}. Its token is forgotten.` });
  }, [state]);

  const { draft } = now();
  const by = askOf(draft);
  /** The scopes of the next token request. */
  const requested = requestedOf(draft, by);
  return { ...now(), callers, caller: callerOf(draft), by, requested, set, setToken, changeToken, run, choose };
}

const IDLE = { called: undefined, busy: false, problem: '' } as const;
const NO_TOKEN = { token: '', pending: undefined, issued: undefined } as const;

async function issue(draft: Draft, by: ShownAsk): Promise<Issued> {
  const requested = requestedOf(draft, by);
  const { api, caller } = draft;
  const answer = await ask('token', { api, caller, ask: by.name, parameters: parametersOf(by, requested) });
  const { access_token: token } = answer.body;
  // OpenID Connect's scopes are permitted to every user, so they are listed only if one is requested.
  const permitted = by.permitted.filter((one) => by.declared.includes(one) || requested.includes(one));
  return { answer, requested, permitted, token: typeof token === 'string' ? token : '' };
}

/** Returns the parameters of a token request for these scopes. */
export function parametersOf(by: ShownAsk, scopes: readonly string[]): Record<string, string> {
  return { ...by.parameters, ...(scopes.length > 0 && { scope: scopes.join(' ') }) };
}

/** Returns the selected scopes in the order of the API, then the typed ones. */
function requestedOf({ scopes, others }: Draft, by: ShownAsk | undefined): readonly string[] {
  const declared = by?.declared.filter((scope) => scopes.includes(scope)) ?? [];
  return [...declared, ...others.split(/\s+/).filter((word) => word !== '')];
}

/** Returns how a cell's caller requests a token for its route, and with which scopes. */
function grantOf({ caller, row, column }: Cell, draft: Draft): Pick<Draft, 'caller' | 'ask' | 'scopes' | 'others'> {
  const opens = row.opens[column] ?? [];
  const by = caller.asks.find(({ permitted }) => opens.some((scope) => permitted.includes(scope))) ?? caller.asks[0];
  // Another caller may lack the scopes that this one requests.
  const kept = caller.heading === draft.caller ? draft : { scopes: [], others: '' };
  const scopes =
    opens.length > 0 ? [...new Set([...kept.scopes, ...opens.slice(0, 1)])] : asMuchAsPossible(by, row.needs);
  return { caller: caller.heading, ask: by?.name ?? '', scopes, others: kept.others };
}

/** Returns the scopes to request for a denied route: for a user, also the scope that the user will not get. */
function asMuchAsPossible(by: ShownAsk | undefined, needs: string): readonly string[] {
  if (by === undefined) return [];
  const isService = by.parameters['grant_type'] === 'client_credentials';
  const lacking = isService ? [] : needs.split('`').filter((_, at) => at % 2 === 1);
  return by.declared.filter((scope) => by.permitted.includes(scope) || lacking.includes(scope));
}

function whyNoCaller({ kind, name }: ShownCaller): string {
  return kind === 'role'
    ? `A role requests no token itself. Choose a user who has the role ${name}; the route is filled in below.`
    : `${name} has no grant to request a token with. Choose another caller; the route is filled in below.`;
}

function routeOf({ api, row }: Pick<Cell, 'api' | 'row'>): Pick<Draft, 'api' | 'method' | 'path'> {
  const [method = ''] = row.routeKey.split(' ');
  return { api: api.name, method: METHODS.find((one) => one === method) ?? 'GET', path: row.path };
}

/** Returns a cell's request; without a cell, the first caller's request to the first read-only route. */
function firstDraft(state: ShownState, [caller]: readonly ShownCaller[], cell: Cell | undefined): Draft {
  const [api] = state.apis;
  const row = api?.rows.find(({ routeKey }) => routeKey.startsWith('GET ')) ?? api?.rows[0];
  const route = api && row ? routeOf({ api, row }) : { api: '', method: 'GET', path: '/' };
  const draft = { caller: caller?.heading ?? '', ask: caller?.asks[0]?.name ?? '', scopes: [], others: '', body: '' };
  return {
    ...draft,
    ...route,
    ...(cell && { ...routeOf(cell), ...(cell.caller.asks.length > 0 && grantOf(cell, { ...draft, ...route })) }),
  };
}
