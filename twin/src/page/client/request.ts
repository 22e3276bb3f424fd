import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Called, Endpoints, ShownAsk, ShownCaller, ShownState } from '../messages.ts';
import { ask, messageOf } from './ask.ts';
import type { Cell } from './matrix.tsx';

/** What a person has chosen and typed. Callers and grants are held by their names, since a reload may move them. */
interface Draft {
  readonly caller: string;
  /** The name of the way to request a token; empty without one. */
  readonly ask: string;
  /** The declared scopes that are requested. */
  readonly scopes: readonly string[];
  /** Other scopes, with spaces between. */
  readonly others: string;
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** The tenant's answer to a token request, with what was requested. */
export interface Issued {
  readonly answer: Endpoints['token']['answer'];
  readonly requested: readonly string[];
  readonly permitted: readonly string[];
  /** Empty where there is none. */
  readonly token: string;
}

interface Tried {
  readonly draft: Draft;
  /** The token that a call uses: the issued one, or one that was changed or pasted. */
  readonly token: string;
  /** The changed token that is being signed. A call waits for it, and is not made where that failed. */
  readonly pending: Promise<string> | undefined;
  readonly issued: Issued | undefined;
  readonly called: Called | undefined;
  readonly busy: boolean;
  /** What went wrong, or what to do first. */
  readonly problem: string;
}

export interface Request extends Tried {
  readonly callers: readonly ShownCaller[];
  readonly caller: ShownCaller | undefined;
  readonly ask: ShownAsk | undefined;
  /** The scopes of the next token request. */
  readonly requested: readonly string[];
  readonly set: (change: Partial<Draft>) => void;
  readonly setToken: (token: string) => void;
  /** Sets a token that is being signed, unless another one or another request comes first. @throws what signing throws */
  readonly changeToken: (pending: Promise<string>) => Promise<void>;
  /** Requests a token unless there is one, and calls; with `isHeld` it stops before the call. */
  readonly run: (change?: Partial<Draft>, isHeld?: boolean) => Promise<void>;
  /** Calls a cell's route as its caller, by default with the route's own path and no body. */
  readonly choose: (cell: Cell, sent?: Partial<Pick<Draft, 'method' | 'path' | 'body'>>) => void;
}

const READING: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

export function hasBody(method: string): boolean {
  return !READING.includes(method);
}

/** Holds the request and its result. The latest choice or request wins, in whatever order responses arrive. */
export function useRequest(state: ShownState): Request {
  const callers = state.callers.filter(({ kind, asks }) => kind === 'anyone' || asks.length > 0);
  // A response that arrives between two renders must see the newest.
  const now = useRef<Tried>(undefined);
  const turn = useRef(0);
  const [, redraw] = useState(0);
  now.current ??= {
    draft: firstDraft(state, callers[0]),
    token: '',
    pending: undefined,
    issued: undefined,
    called: undefined,
    busy: false,
    problem: '',
  };
  const tried = now.current;
  const { draft } = tried;
  const update = (change: Partial<Tried>): void => {
    now.current = { ...(now.current ?? tried), ...change };
    redraw((count) => count + 1);
  };
  const callerOf = ({ caller }: Draft): ShownCaller | undefined => callers.find(({ heading }) => heading === caller);
  const askOf = (of: Draft): ShownAsk | undefined => callerOf(of)?.asks.find(({ name }) => name === of.ask);

  const set = (change: Partial<Draft>): void => {
    const before = (now.current ?? tried).draft;
    const next = { ...before, ...change };
    // The token belongs to another caller or issuer, or to other scopes.
    const isOther = (['api', 'caller', 'ask', 'scopes', 'others'] as const).some(
      (key) => String(next[key]) !== String(before[key]),
    );
    if (isOther) turn.current += 1;
    update({
      draft: next,
      problem: '',
      ...(isOther && { token: '', pending: undefined, issued: undefined, called: undefined, busy: false }),
    });
  };

  const run: Request['run'] = async (change = {}, isHeld = false) => {
    if (now.current?.busy === true && Object.keys(change).length === 0) return;
    set(change);
    const mine = (turn.current += 1);
    const isLast = (): boolean => mine === turn.current;
    const of = (now.current ?? tried).draft;
    update({ busy: true, called: undefined, problem: '' });
    try {
      await now.current?.pending;
      if (!isLast()) return;
      const by = askOf(of);
      if (by !== undefined && now.current?.token === '') {
        const issued = await issue(of, by);
        if (!isLast()) return;
        update({ issued, token: issued.token, busy: issued.token !== '' && !isHeld });
        if (issued.token === '') return;
      }
      if (isHeld) return update({ busy: false });
      const { api, method, path, body } = of;
      const token = now.current?.token ?? '';
      const called = await ask('call', { api, method, path, token, body: hasBody(method) ? body : '' });
      if (isLast()) update({ called, busy: false });
    } catch (error) {
      if (isLast()) update({ problem: messageOf(error), busy: false });
    }
  };

  // A reload may have taken the caller or its grant away.
  useLayoutEffect(() => {
    const caller = callerOf(draft);
    if (caller !== undefined && (draft.ask === '' || askOf(draft) !== undefined)) return;
    const next = caller ?? callers.find(({ kind }) => kind === 'anyone');
    const gone = caller === undefined ? draft.caller : `${draft.caller} by ${draft.ask}`;
    set({ caller: next?.heading ?? '', ask: next?.asks[0]?.name ?? '' });
    update({ problem: `The program no longer has ${gone.replaceAll('`', '')}. Its token is forgotten.` });
  }, [state]);

  return {
    ...tried,
    callers,
    caller: callerOf(draft),
    ask: askOf(draft),
    requested: requestedOf(draft, askOf(draft)),
    set,
    setToken: (token) => {
      turn.current += 1;
      update({ token, pending: undefined, called: undefined, busy: false, problem: '' });
    },
    changeToken: async (pending) => {
      turn.current += 1;
      update({ pending, called: undefined, busy: false, problem: '' });
      const isNewest = (): boolean => now.current?.pending === pending;
      try {
        const token = await pending;
        if (isNewest()) update({ token, pending: undefined });
      } catch (error) {
        if (isNewest()) throw error;
      }
    },
    run,
    choose: ({ caller, api, row, column }, sent = {}) => {
      const to = { api: api.name, method: methodOf(row.routeKey), path: row.path, ...sent };
      if (!callers.includes(caller)) {
        set(to);
        update({ called: undefined, problem: whyNoCaller(caller) });
        return;
      }
      const opens = row.opens[column] ?? [];
      const by =
        caller.asks.find(({ permitted }) => opens.some((scope) => permitted.includes(scope))) ?? caller.asks[0];
      // Another caller may not have what this one requests.
      const kept = caller.heading === draft.caller ? draft : { scopes: [], others: '' };
      const scopes =
        opens.length > 0 ? [...new Set([...kept.scopes, ...opens.slice(0, 1)])] : asMuchAsPossible(by, row.needs);
      const next = { ...to, caller: caller.heading, ask: by?.name ?? '', scopes, others: kept.others };
      // A cell is called with a token as it was issued.
      if (tried.pending !== undefined || tried.token !== tried.issued?.token) {
        update({ token: '', pending: undefined, issued: undefined });
      }
      // A person must have pressed the button that deletes something.
      const isHeld = to.method === 'DELETE' && row.cells[column]?.startsWith('allowed') === true;
      void run(next, isHeld).then(() => isHeld && document.getElementById('call')?.focus());
    },
  };
}

async function issue(draft: Draft, by: ShownAsk): Promise<Issued> {
  const requested = requestedOf(draft, by);
  const parameters = parametersOf(by, requested);
  const answer = await ask('token', { api: draft.api, caller: draft.caller, ask: by.name, parameters });
  const { access_token: token } = answer.body;
  // OpenID Connect's scopes are permitted to every user: they matter where one is requested.
  const permitted = by.permitted.filter((one) => by.declared.includes(one) || requested.includes(one));
  return { answer, requested, permitted, token: typeof token === 'string' ? token : '' };
}

/** The parameters of a token request for these scopes. */
export function parametersOf(by: ShownAsk, scopes: readonly string[]): Record<string, string> {
  return { ...by.parameters, ...(scopes.length > 0 && { scope: scopes.join(' ') }) };
}

/** The ticked in the order of the API, then the typed. */
function requestedOf({ scopes, others }: Draft, by: ShownAsk | undefined): readonly string[] {
  const declared = by?.declared.filter((scope) => scopes.includes(scope)) ?? [];
  return [...declared, ...others.split(/\s+/).filter((word) => word !== '')];
}

/** The scopes to request for a route that the caller may not call: for a user also the one that the user will not get. */
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

function firstDraft({ apis }: ShownState, caller: ShownCaller | undefined): Draft {
  const [api] = apis;
  const row = api?.rows.find(({ routeKey }) => routeKey.startsWith('GET ')) ?? api?.rows[0];
  return {
    caller: caller?.heading ?? '',
    ask: caller?.asks[0]?.name ?? '',
    scopes: [],
    others: '',
    api: api?.name ?? '',
    method: methodOf(row?.routeKey ?? ''),
    path: row?.path ?? '/',
    body: '',
  };
}

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

function methodOf(routeKey: string): string {
  const [method = ''] = routeKey.split(' ');
  return METHODS.find((one) => one === method) ?? 'GET';
}
