import { computed, signal } from '@preact/signals';
import { MASK, type ApiEntry, type Called, type Endpoints, type ShownAsk, type ShownCaller } from '../messages.ts';
import { algorithmOf, tokenOf, type Edit, type Parts } from './jwt.ts';
import { address, cellOf, chosen, linkTo, openEntry, shown, state, type Cell } from './store.ts';
import { ask, messageOf } from './twin.ts';
import { plain } from './words.ts';

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
  /** The token for a call: issued, pasted or changed. */
  readonly token: string;
  /** The token before it was changed. */
  readonly original: string;
  /** How the token was changed. Its signature by the twin is made before the call. */
  readonly edit?: Edit | undefined;
  readonly issued?: Issued | undefined;
  readonly called?: Called | undefined;
  readonly busy: boolean;
  /** What went wrong, or what to do first. */
  readonly problem: string;
}

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
const IDLE = { called: undefined, busy: false, problem: '' } as const;
const NO_TOKEN = { token: '', original: '', edit: undefined, issued: undefined } as const;
const NO_DRAFT: Draft = { caller: '', ask: '', scopes: [], others: '', api: '', method: 'GET', path: '/', body: '' };

/** The request and its result. The latest choice or request wins, in whatever order responses arrive. */
export const tried = signal<Tried>({ draft: NO_DRAFT, ...NO_TOKEN, ...IDLE });
/** The callers that can be chosen. */
export const callers = computed(() =>
  state.value.callers.filter(({ kind, asks }) => kind === 'anyone' || asks.length > 0),
);
export const caller = computed(() => callers.value.find(({ heading }) => heading === tried.value.draft.caller));
export const by = computed(() => caller.value?.asks.find(({ name }) => name === tried.value.draft.ask));
/** The scopes of the next token request. */
export const requested = computed(() => requestedOf(tried.value.draft, by.value));

let turn = 0;

function update(change: Partial<Tried>): void {
  tried.value = { ...tried.value, ...change };
}

export function set(change: Partial<Draft>): void {
  const before = tried.value.draft;
  const draft = { ...before, ...change };
  // The token belongs to another caller or issuer, or to other scopes.
  const isOther = (['api', 'caller', 'ask', 'scopes', 'others'] as const).some(
    (key) => String(draft[key]) !== String(before[key]),
  );
  if (isOther) turn += 1;
  update({ draft, problem: '', ...(isOther && { ...NO_TOKEN, ...IDLE }) });
}

/** Requests a token if there is none, and makes the call, unless `isHeld`. */
export async function run(change: Partial<Draft> = {}, isHeld = false): Promise<void> {
  if (tried.value.busy && Object.keys(change).length === 0) return;
  set(change);
  const mine = (turn += 1);
  const isLast = (): boolean => mine === turn;
  const { draft } = tried.value;
  update({ ...IDLE, busy: true });
  try {
    if (by.value !== undefined && tried.value.token === '') {
      const issued = await issue(draft, by.value);
      if (!isLast()) return;
      update({ issued, ...unchanged(issued.token), busy: issued.token !== '' && !isHeld });
      if (issued.token === '') return;
    }
    if (isHeld) return update({ busy: false });
    const token = await signed(tried.value);
    if (!isLast()) return;
    update({ token });
    const { api, method, path, body } = draft;
    const called = await ask('call', { api, method, path, token, body: hasBody(method) ? body : '' });
    if (isLast()) update({ called, busy: false });
  } catch (error) {
    if (isLast()) update({ problem: messageOf(error), busy: false });
  }
}

/** Returns the token; signs it if it was changed and is to have a new signature. */
async function signed({ token, edit }: Tried): Promise<string> {
  if (edit?.signature !== 'twin' || !token.endsWith('.')) return token;
  const { signature } = await ask('signature', { signed: token.slice(0, -1), alg: algorithmOf(edit) });
  return token + signature;
}

const unchanged = (token: string) => ({ token, original: token, edit: undefined });

export function setToken(token: string): void {
  turn += 1;
  update({ ...unchanged(token), ...IDLE });
}

export function changeToken(edit: Edit, base: Parts): void {
  turn += 1;
  update({ token: tokenOf(edit, base), edit, ...IDLE });
}

/**
 * Calls a cell's route as its caller, unless `isHeld`; by default with the route's own path and no body. Returns whether the
 * call is ready and left to a click on its button: one that deletes something always is.
 */
export async function choose(cell: Cell, sent: Partial<Draft> = {}, isHeld = false): Promise<boolean> {
  if (!callers.value.includes(cell.caller)) {
    set({ ...routeOf(cell), ...sent });
    update({ called: undefined, problem: whyNoCaller(cell.caller) });
    return false;
  }
  // A cell is always called with an unchanged token.
  const { token, issued, draft } = tried.value;
  if (token !== issued?.token) update(NO_TOKEN);
  const change = { ...routeOf(cell), ...sent, ...grantOf(cell, draft) };
  if (isHeld) {
    set(change);
    return false;
  }
  const isDeletion = change.method === 'DELETE' && cell.row.cells[cell.column]?.startsWith('allowed') === true;
  await run(change, isDeletion);
  return isDeletion;
}

/** Calls the route of a rejected request again, as this caller. */
export function retry({ api, routeKey, method, path, request }: ApiEntry, heading: string): void {
  const cell = cellOf(linkTo(api, routeKey, heading));
  if (cell === undefined) return;
  const observed = { method, path: request.query.includes(MASK) ? path : path + request.query, body: request.body };
  void choose(cell, shown.value === undefined ? tried.value.draft : observed);
  address.value = linkTo(api, routeKey, heading);
}

export async function replay(requestId: string): Promise<string> {
  const { entry } = await ask('replay', { requestId });
  if (entry !== undefined) openEntry(entry);
  return 'Replayed';
}

/** Fills in the first call. After a reload of the program, forgets a caller or grant that is gone. */
export function follow(): void {
  const { draft } = tried.value;
  if (draft === NO_DRAFT) return update({ draft: firstDraft(chosen.value) });
  if (caller.value !== undefined && (draft.ask === '' || by.value !== undefined)) return;
  const next = caller.value ?? callers.value.find(({ kind }) => kind === 'anyone');
  const gone = caller.value === undefined ? draft.caller : `${draft.caller} by ${draft.ask}`;
  set({ caller: next?.heading ?? '', ask: next?.asks[0]?.name ?? '' });
  update({ problem: `The program no longer has ${plain(gone)}. Its token was discarded.` });
}

async function issue(draft: Draft, by: ShownAsk): Promise<Issued> {
  const requested = requestedOf(draft, by);
  const { api, caller } = draft;
  const answer = await ask('token', { api, caller, ask: by.name, parameters: parametersOf(by, requested) });
  const { access_token: token } = answer.body;
  // OpenID Connect's scopes are permitted to every user, so they are listed only if one is requested.
  const permitted = by.permitted.filter((one) => by.declared.includes(one) || requested.includes(one));
  return { answer, requested, permitted, token: typeof token === 'string' ? token : '' };
}

export function hasBody(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
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
  const kept = caller.heading === draft.caller ? draft : NO_DRAFT;
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
    ? `A role cannot request a token. Choose a user who has the role ${name}; the route is filled in below.`
    : `${name} has no grant type and cannot request a token. Choose another caller; the route is filled in below.`;
}

function routeOf({ api, row }: Pick<Cell, 'api' | 'row'>): Pick<Draft, 'api' | 'method' | 'path'> {
  const [method = ''] = row.routeKey.split(' ');
  return { api: api.name, method: METHODS.find((one) => one === method) ?? 'GET', path: row.path };
}

/** Returns a cell's request; without a cell, the first caller's request to the first read-only route. */
function firstDraft(cell: Cell | undefined): Draft {
  const [api] = state.value.apis;
  const row = api?.rows.find(({ routeKey }) => routeKey.startsWith('GET ')) ?? api?.rows[0];
  const [first] = callers.value;
  const route = cell ?? (api && row && { api, row });
  const draft = { ...NO_DRAFT, caller: first?.heading ?? '', ask: first?.asks[0]?.name ?? '' };
  return {
    ...draft,
    ...(route && routeOf(route)),
    ...(cell && callers.value.includes(cell.caller) && grantOf(cell, draft)),
  };
}
