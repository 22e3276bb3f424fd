import type { Route } from '../model/http-api.ts';
import type { Model } from '../model/model.ts';
import { judgeClaims } from '../gateway/judge.ts';
import { accessOf, answerTo, type Answer, type Cell } from '../report/cells.ts';
import type { Ask, Caller } from '../report/callers.ts';
import { sampleOf, type Sample } from './paths.ts';

type Expected =
  | 'allowed'
  | 401
  | 403
  /** The tenant issues no such token, so there is no call to make. */
  | 'no token';

export interface Probe {
  readonly how: string;
  readonly token: PlannedToken | undefined;
  /** Whether to write the route's scopes into the token and keep its signature, which makes it invalid. */
  readonly tampered: boolean;
  readonly expected: Expected;
}

export interface PlannedToken {
  readonly caller: Caller;
  readonly ask: Ask;
  readonly answer: Answer;
  readonly what: string;
}

export interface Play {
  readonly cell: Cell;
  readonly probes: readonly Probe[];
  readonly sample: Sample;
}

export interface Plan {
  readonly callers: readonly Caller[];
  readonly rows: readonly { readonly route: Route; readonly plays: readonly Play[] }[];
  /** Every token to request, the most telling first. */
  readonly tokens: readonly PlannedToken[];
}

/** Returns the requests that prove every cell of the access report. */
export function planOf(model: Model, allMethods: boolean): Plan {
  const { callers, rows } = accessOf(model);
  const tokens = new Tokens();
  const planned = rows.map(({ route, cells }) => {
    const sample = sampleOf(model, route, allMethods);
    const played = cells.map((cell) => {
      const by = playedBy(cell.caller, callers);
      const probes = by === undefined ? [] : probesOf(cells[callers.indexOf(by)] ?? cell, tokens);
      return { cell, sample, probes };
    });
    return { route, plays: played };
  });
  // Request permissions that no route needs as well: an extra permission is a difference.
  for (const caller of callers.filter(({ kind }) => kind !== 'role')) tokens.singles(caller);
  return { callers, rows: planned, tokens: tokens.all() };
}

/** Returns the caller that plays a cell: for a role, a user with only that role, through the same client. */
function playedBy(caller: Caller, callers: readonly Caller[]): Caller | undefined {
  if (caller.kind !== 'role') return caller;
  const { role, through, flow } = caller;
  return callers.find(
    (candidate) =>
      candidate.kind === 'user' &&
      candidate.asks.length > 0 &&
      String(candidate.user.roleIds) === String([role.id]) &&
      (flow === undefined || (candidate.through === through && candidate.flow === flow)),
  );
}

function probesOf(cell: Cell, tokens: Tokens): Probe[] {
  const { caller, route, reason } = cell;
  const { scopes, authorizer } = route;
  const probe = (how: string, token: PlannedToken, tampered = false): Probe => {
    return { how, token, tampered, expected: expectedOf(token.answer, route, tampered) };
  };
  if (caller.kind === 'anyone') {
    const expected = authorizer === undefined ? 'allowed' : 401;
    return [{ how: 'without a token', token: undefined, tampered: false, expected }];
  }
  const full = tokens.full(caller, cell.answer?.ask);
  if (full === undefined) return [];
  const least = reason.kind === 'scopes' ? reason.scopes[0] : undefined;
  const probes = [probe('with all its scopes', full), probe('with a tampered token', full, true)];
  if (authorizer === undefined) return probes;
  if (least !== undefined) probes.push(probe(`with only ${least}`, tokens.single(caller, full.ask, least)));
  for (const scope of scopes.filter((alternative) => alternative !== least)) {
    probes.push(probe(`with only ${scope}`, tokens.single(caller, full.ask, scope)));
  }
  probes.push(probe('without requesting a scope', tokens.single(caller, full.ask, undefined)));
  return probes;
}

function expectedOf(answer: Answer, { authorizer, scopes }: Route, tampered: boolean): Expected {
  if (answer.kind === 'refused') return 'no token';
  if (authorizer === undefined) return 'allowed';
  if (tampered) return 401;
  const { refusal } = judgeClaims(answer.claims, authorizer, scopes, 0);
  if (refusal === undefined) return 'allowed';
  return refusal.status === 403 ? 403 : 401;
}

class Tokens {
  readonly #known = new Map<string, PlannedToken>();

  /** Plans a token with every scope that the caller can get, of the API that decides. */
  full(caller: Caller, deciding: Ask | undefined): PlannedToken | undefined {
    const ask = deciding ?? caller.asks[0];
    return ask && this.#plan(caller, ask, 'every scope that it can get');
  }

  single(caller: Caller, { parameters, ...ask }: Ask, scope: string | undefined): PlannedToken {
    const rest = [...parameters].filter(([name]) => name !== 'scope');
    const all = new Map(scope === undefined ? rest : [...rest, ['scope', scope] as const]);
    return this.#plan(caller, { ...ask, parameters: all }, scope ?? 'no scope');
  }

  /** Plans a token for each declared scope alone, even if the caller may not have it. */
  singles(caller: Caller): void {
    const apis = new Set<string>();
    for (const ask of caller.asks) {
      this.#plan(caller, ask, 'every scope that it can get');
      // A user may have two ways to log in; one suffices for the single scopes.
      if (!apis.has(ask.api.identifier)) for (const scope of ask.api.scopes) this.single(caller, ask, scope);
      apis.add(ask.api.identifier);
    }
  }

  /** Returns all planned tokens, those with every scope first: they tell the most. */
  all(): PlannedToken[] {
    const worth = ({ what }: PlannedToken): number => (what === 'every scope that it can get' ? 0 : 1);
    return [...this.#known.values()].toSorted((a, b) => worth(a) - worth(b));
  }

  #plan(caller: Caller, ask: Ask, what: string): PlannedToken {
    const key = JSON.stringify([caller.kind, ask.client.clientId, caller.name, [...ask.parameters]]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const planned = { caller, ask, what, answer: answerTo(ask, 0) };
    this.#known.set(key, planned);
    return planned;
  }
}
