import type { Permission, Report, ReportedCaller, ReportedRoute, Verdict } from './data.ts';
import { FACT_NAMES, FACTS, itemsOf, type FactChange } from './facts.ts';
import { code } from './markdown.ts';
import { inNewNames, newRenames } from './renames.ts';
import { heading, isAllowed, permissionText } from './texts.ts';

export interface StackChange {
  /** Compared with the other report, or listed completely because there is none, or removed. */
  readonly kind: 'changed' | Missing | 'gone';
  readonly stack: string;
  readonly callers: readonly CallerChange[];
  readonly facts: readonly FactChange[];
}

/** Why the other revision has no report: the stack is new, or its JSON is missing or of another version. */
export type Missing = 'new' | 'unreadable';

export interface CallerChange {
  readonly caller: ReportedCaller;
  readonly presence: 'new' | 'gone' | 'stays';
  readonly gains: readonly AccessChange[];
  readonly loses: readonly AccessChange[];
}

/** A change of a verdict, absent if the route or the caller is; or of a permission that no changed verdict names. */
export interface AccessChange {
  readonly kind: 'route' | 'permission';
  readonly name: string;
  readonly before?: Verdict | undefined;
  readonly after?: Verdict | undefined;
}

/** Returns what callers gain and lose between two reports, or their complete access if there is only one. */
export function compare(before: Report | Missing, after: Report): StackChange {
  if (typeof before === 'string') {
    const nothing = { ...after, callers: [], routes: [], permissions: [] };
    const callers = callerChanges(nothing, after).filter(({ gains }) => gains.length > 0);
    return { kind: before, stack: after.stack, callers, facts: [] };
  }
  const renames = newRenames(before, after);
  const old = inNewNames(before, renames);
  const now = { ...after, renamed: [...after.renamed, ...renames.filter(({ kind }) => kind === 'route')] };
  const callers = callerChanges(old, after)
    // A public route is a fact about the route, not a gain of each caller.
    .filter(({ caller }) => caller.kind !== 'anyone')
    .map((change) => ({ ...change, gains: change.gains.filter((gain) => gain.after?.kind !== 'public') }))
    .filter(({ presence, gains, loses }) => presence !== 'stays' || gains.length + loses.length > 0);
  return { kind: 'changed', stack: after.stack, callers, facts: factChanges(old, now, callers) };
}

export function gone(stack: string): StackChange {
  return { kind: 'gone', stack, callers: [], facts: [] };
}

export function isSame(change: StackChange): boolean {
  return change.kind === 'changed' && change.callers.length + change.facts.length === 0;
}

export function isDangerous(change: FactChange): boolean {
  return FACTS[change.fact].danger?.(change) ?? false;
}

function callerChanges(before: Report, after: Report): CallerChange[] {
  const now = after.callers.map(heading);
  const removed = before.callers.filter((caller) => !now.includes(heading(caller)));
  const routes = [...after.routes, ...before.routes.filter(({ route }) => routeOf(after, route) === undefined)];
  return [...after.callers, ...removed].map((caller) => callerChange(caller, routes, before, after));
}

function callerChange(
  caller: ReportedCaller,
  routes: readonly ReportedRoute[],
  before: Report,
  after: Report,
): CallerChange {
  const indexIn = ({ callers }: Report): number =>
    callers.findIndex((candidate) => heading(candidate) === heading(caller));
  const [was, is] = [indexIn(before), indexIn(after)];
  const changes = routes.map(({ route: name }) => {
    const [old, now] = [routeOf(before, name), routeOf(after, name)];
    return { kind: 'route', name, before: old?.cells[was], after: now?.cells[is] } as const;
  });
  const gains = changes.filter((route) => !allows(route.before) && allows(route.after));
  const loses = changes.filter((route) => allows(route.before) && !allows(route.after));
  const [had, has] = [before.permissions[was] ?? [], after.permissions[is] ?? []];
  return {
    caller,
    presence: was === -1 ? 'new' : is === -1 ? 'gone' : 'stays',
    gains: [...gains, ...lacking(has, had, gains)],
    loses: [...loses, ...(is === -1 ? [] : lacking(had, has, loses))],
  };
}

function allows(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && isAllowed(verdict);
}

/** Returns the permissions that are not among others. A verdict names scopes, but not their API. */
function lacking(
  all: readonly Permission[],
  others: readonly Permission[],
  routes: readonly AccessChange[],
): AccessChange[] {
  const texts = others.map(permissionText);
  const isNamed = ({ name, api }: Permission): boolean =>
    api === undefined && routes.some(({ after }) => after && 'scopes' in after && after.scopes.join() === name);
  return all
    .filter((permission) => !texts.includes(permissionText(permission)) && !isNamed(permission))
    .map((permission) => ({ kind: 'permission', name: permissionText(permission) }));
}

/** Returns the changed facts, except changes that follow from a removal. */
function factChanges(before: Report, after: Report, callers: readonly CallerChange[]): FactChange[] {
  const removed = (named: (report: Report) => readonly string[]): string[] => {
    const rest = named(after);
    return named(before).filter((name) => !rest.includes(name));
  };
  const functions = removed((report) => itemsOf('functions', report).map(({ is }) => is));
  const clients = removed(({ logins }) => logins.map(({ client }) => code(client)));
  const lost = callers.flatMap(({ loses }) =>
    loses.flatMap(({ kind, name }) => (kind === 'route' ? [code(name)] : [])),
  );
  // A role may share the name of a removed function.
  const leftOut = (change: FactChange): readonly string[] => {
    if (change.fact === 'needs') return lost;
    return isDangerous(change) ? [] : [...functions, ...clients];
  };
  const changes = FACT_NAMES.flatMap((fact): FactChange[] => {
    const [old, now] = [itemsOf(fact, before), itemsOf(fact, after)];
    const { says, when = () => true } = FACTS[fact];
    if (says === undefined) return [];
    const things = [...new Set([...now, ...old].map(({ of = '' }) => of))];
    return things.flatMap((of) => {
      const [was, is] = [old, now].map((items) =>
        items.filter((item) => (item.of ?? '') === of).map((item) => item.is),
      ) as [string[], string[]];
      const change = {
        fact,
        of,
        before: was,
        after: is,
        added: is.filter((value) => !was.includes(value)),
        removed: was.filter((value) => !is.includes(value)),
      };
      const isGone = is.length === 0 && leftOut(change).includes(of);
      return change.added.length + change.removed.length === 0 || isGone || !when(change) ? [] : [change];
    });
  });
  const alike = Map.groupBy(changes, (change) => {
    const { fact, of, added, removed } = change;
    // One sentence with `{of}` can name several things with the same change.
    return JSON.stringify([fact, typeof FACTS[fact].says === 'string' || of, added, removed]);
  });
  const facts = [...alike.values()].flatMap((some) =>
    some.slice(0, 1).map((change) => ({ ...change, of: some.map(({ of }) => of).join(', ') })),
  );
  return [...facts.filter(isDangerous), ...facts.filter((change) => !isDangerous(change))];
}

function routeOf({ routes }: Report, key: string): ReportedRoute | undefined {
  return routes.find(({ route }) => route === key);
}
