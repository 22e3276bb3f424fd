import { keyAndValue } from './markdown.ts';
import { backendChanges, inNewNames } from './renames.ts';
import type { Report, Row, SectionTitle } from './report.ts';
import { PUBLIC } from './texts.ts';

/** What became of a stack between two revisions. */
export type StackChange =
  /** Compared with the other revision's report; with none where the stack is new. */
  | ({ readonly kind: 'changed' | 'new'; readonly stack: string } & Differences)
  | { readonly kind: 'gone'; readonly stack: string }
  /** There is a report at the other revision, and it is not one that this program writes. */
  | { readonly kind: 'unreadable'; readonly stack: string };

interface Differences {
  readonly callers: readonly CallerChange[];
  /** What else changed, as sentences without their full stop. */
  readonly others: readonly string[];
}

/** What a caller gains and loses; all texts are Markdown within a line. */
export interface CallerChange {
  readonly caller: string;
  readonly presence: 'new' | 'gone' | 'stays';
  readonly gains: readonly string[];
  readonly loses: readonly string[];
  /** Verdicts that stayed and are decided by something else. */
  readonly altered: readonly string[];
}

/** Sections that say again what gains, losses and the routes' own changes have said. */
const SAID: readonly string[] = [
  'Callers that can call nothing beyond public routes',
  'Public routes',
  'Renamed, and kept',
  'What serves the routes',
] satisfies SectionTitle[];

const ANYONE = 'anyone';

/** What callers gain and lose from one report to the other; from none at all when the stack is new. */
export function compare(before: Report | undefined, after: Report): StackChange {
  const empty = { stack: after.stack, callers: [], rows: [], permissions: [], sections: new Map() };
  const { report: old, sentences } = inNewNames(before ?? empty, after);
  const gone = old.callers.filter((caller) => !after.callers.includes(caller));
  const routes = [...after.rows, ...old.rows.filter(({ route }) => rowOf(after, route) === undefined)];
  const changes = [...after.callers, ...gone].map((caller) => callerChange(caller, routes, old, after));
  const common = changes.find(({ caller }) => caller === ANYONE)?.gains ?? [];
  return {
    kind: before === undefined ? 'new' : 'changed',
    stack: after.stack,
    callers: changes
      // What anyone gains, everybody does: it is said once.
      .map((change) => (change.caller === ANYONE ? change : { ...change, gains: without(change.gains, common) }))
      .filter(
        ({ presence, gains, loses, altered }) =>
          (presence !== 'stays' && before !== undefined) || gains.length + loses.length + altered.length > 0,
      ),
    others:
      before === undefined
        ? []
        : [
            ...sentences,
            ...routeChanges(routes, old, after),
            ...backendChanges(old, after),
            ...sectionChanges(old, after),
          ],
  };
}

/** Whether anything changed at all. */
export function isSame(change: StackChange): boolean {
  return change.kind === 'changed' && change.callers.length + change.others.length === 0;
}

function callerChange(caller: string, routes: readonly Row[], before: Report, after: Report): CallerChange {
  const gains: string[] = [];
  const loses: string[] = [];
  const altered: string[] = [];
  for (const { route } of routes) {
    const was = cellOf(before, route, caller);
    const is = cellOf(after, route, caller);
    if (is?.allowed === true && was?.allowed !== true) gains.push(`${route} (${is.why})`);
    else if (was?.allowed === true && is?.allowed !== true)
      loses.push(`${route} (${is?.why ?? absent(caller, after)})`);
    else if (was !== undefined && is !== undefined && was.why !== is.why && !explained(route, before, after)) {
      altered.push(`${route} is still ${is.allowed ? 'allowed' : 'denied'} (${is.why}, no longer ${was.why})`);
    }
  }
  const had = permissionsOf(before, caller);
  const has = permissionsOf(after, caller);
  gains.push(...without(has, had).map((one) => `the permission ${one}`));
  loses.push(...without(had, has).map((one) => `the permission ${one}`));
  const presence = !before.callers.includes(caller) ? 'new' : after.callers.includes(caller) ? 'stays' : 'gone';
  return { caller, presence, gains, loses, altered };
}

/** The permissions that a caller can get, each as the report calls it. */
function permissionsOf({ callers, permissions }: Report, caller: string): string[] {
  return permissions[callers.indexOf(caller)]?.match(/`[^`]+`(?: of `[^`]+`)?/g) ?? [];
}

function absent(caller: string, { callers }: Report): string {
  return callers.includes(caller) ? 'the route is gone' : 'the caller is gone';
}

/** Whether a verdict's other reason is but what the route needs now, which is said once for all callers. */
function explained(route: string, before: Report, after: Report): boolean {
  return rowOf(before, route)?.needs !== rowOf(after, route)?.needs;
}

function routeChanges(routes: readonly Row[], before: Report, after: Report): string[] {
  return routes.flatMap(({ route }) => {
    const was = rowOf(before, route)?.needs;
    const is = rowOf(after, route)?.needs;
    if (was === is) return [];
    if (is === undefined) return [`${route} is gone`];
    if (is === PUBLIC)
      return [`${route} is ${was === undefined ? 'new and ' : ''}public: anyone may call it without a token`];
    if (was === PUBLIC) return [`${route} is public no longer: it needs ${is}`];
    return [was === undefined ? `${route} is new and needs ${is}` : `${route} needs ${is}, no longer ${was}`];
  });
}

function sectionChanges(before: Report, after: Report): string[] {
  return [...after.sections].flatMap(([title, items]) => {
    const old = before.sections.get(title);
    // An older version of this program may not have had the section.
    if (old === undefined || SAID.includes(title)) return [];
    return itemChanges(old, items).map((change) => `${title}: ${change}`);
  });
}

/** An item whose value alone differs has changed; others have come or gone. */
function itemChanges(before: readonly string[], after: readonly string[]): string[] {
  const gone = without(before, after);
  const come = without(after, before);
  const changed = come.flatMap((item) => {
    const [key, value] = keyAndValue(item);
    const old = value === '' ? undefined : gone.find((one) => keyAndValue(one)[0] === key);
    return old === undefined ? [] : [{ item, old, words: `${key}: ${value}, no longer ${keyAndValue(old)[1]}` }];
  });
  const olds = changed.map(({ old }) => old);
  const news = changed.map(({ item }) => item);
  return [
    ...changed.map(({ words }) => words),
    ...without(come, news).map((item) => `${item} is new here`),
    ...without(gone, olds).map((item) => `${item} is here no longer`),
  ];
}

function without(all: readonly string[], some: readonly string[]): string[] {
  return all.filter((one) => !some.includes(one));
}

function rowOf({ rows }: Report, route: string): Row | undefined {
  return rows.find((row) => row.route === route);
}

function cellOf(report: Report, route: string, caller: string): { allowed: boolean; why: string } | undefined {
  const cell = rowOf(report, route)?.cells[report.callers.indexOf(caller)];
  if (cell === undefined) return undefined;
  return { allowed: cell.startsWith('allowed: '), why: cell.slice(cell.indexOf(': ') + 2) };
}
