import type { Report, ReportedRoute, Verdict } from './data.ts';
import { code } from './markdown.ts';
import { backendChanges, inNewNames, newRenames, renameText } from './renames.ts';
import { itemText, SECTION_TITLES, SECTIONS, type Item, type SectionTitle } from './sections.ts';
import { heading, isAllowed, needsText, permissionText, whyText } from './texts.ts';

/** What became of a stack between two revisions. */
export type StackChange =
  | {
      /** Compared with the other revision's report; or listed as a whole, because there is none to compare with. */
      readonly kind: 'changed' | Missing;
      readonly stack: string;
      readonly callers: readonly CallerChange[];
      /** What else changed, as sentences without their full stop. */
      readonly others: readonly string[];
    }
  | { readonly kind: 'gone'; readonly stack: string };

/** Why the other revision has no report: the stack is new, it has no JSON, or its JSON is of another version. */
export type Missing = 'new' | 'without JSON' | 'unreadable';

/** What a caller gains and loses; all texts are Markdown within a line. */
export interface CallerChange {
  readonly caller: string;
  readonly presence: 'new' | 'gone' | 'stays';
  readonly gains: readonly string[];
  readonly loses: readonly string[];
  /** Verdicts that stayed and are decided by something else. */
  readonly altered: readonly string[];
}

/** Sections that repeat what the callers' and the routes' changes say. */
const REPEATED: readonly SectionTitle[] = [
  'Callers that can call nothing beyond public routes',
  'Public routes',
  'Renamed, and kept',
  'What serves the routes',
];

const ANYONE = 'anyone';

/** What callers gain and lose from one report to the other, or in all if there is none to compare with. */
export function compare(before: Report | Missing, after: Report): StackChange {
  const isWhole = typeof before === 'string';
  const former = isWhole ? { ...after, callers: [], routes: [], permissions: [] } : before;
  const renames = newRenames(former, after);
  const old = inNewNames(former, renames);
  const now = after.callers.map(heading);
  const gone = old.callers.map(heading).filter((caller) => !now.includes(caller));
  const routes = [...after.routes, ...old.routes.filter(({ route }) => routeOf(after, route) === undefined)];
  const changes = [...now, ...gone].map((caller) => callerChange(caller, routes, old, after));
  const common = changes.find(({ caller }) => caller === ANYONE)?.gains ?? [];
  return {
    kind: isWhole ? before : 'changed',
    stack: after.stack,
    callers: changes
      // What anyone gains is listed once.
      .map((change) => (change.caller === ANYONE ? change : { ...change, gains: without(change.gains, common) }))
      .filter(
        ({ presence, gains, loses, altered }) =>
          (presence !== 'stays' && !isWhole) || gains.length + loses.length + altered.length > 0,
      ),
    others: isWhole
      ? []
      : [
          ...renames.map(renameText),
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

function callerChange(caller: string, routes: readonly ReportedRoute[], before: Report, after: Report): CallerChange {
  const gains: string[] = [];
  const loses: string[] = [];
  const altered: string[] = [];
  const [oldIndex, index] = [before, after].map(({ callers }) =>
    callers.findIndex((one) => heading(one) === caller),
  ) as [number, number];
  for (const { route } of routes) {
    const [was, is] = [routeOf(before, route), routeOf(after, route)];
    const [old, now] = [was?.cells[oldIndex], is?.cells[index]];
    const name = code(route);
    if (now !== undefined && isAllowed(now) && !allows(old)) gains.push(`${name} (${whyText(now)})`);
    else if (allows(old) && !allows(now)) {
      const why = now === undefined ? `the ${index === -1 ? 'caller' : 'route'} is gone` : whyText(now);
      loses.push(`${name} (${why})`);
    } else if (old !== undefined && now !== undefined && whyText(old) !== whyText(now)) {
      // If the route needs something else, that is listed once for all callers.
      if (needsOf(was) !== needsOf(is)) continue;
      altered.push(
        `${name} is still ${isAllowed(now) ? 'allowed' : 'denied'} (${whyText(now)}, no longer ${whyText(old)})`,
      );
    }
  }
  const had = (before.permissions[oldIndex] ?? []).map(permissionText);
  const has = (after.permissions[index] ?? []).map(permissionText);
  gains.push(...without(has, had).map((one) => `the permission ${one}`));
  loses.push(...without(had, has).map((one) => `the permission ${one}`));
  const presence = oldIndex === -1 ? 'new' : index === -1 ? 'gone' : 'stays';
  return { caller, presence, gains, loses, altered };
}

function allows(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && isAllowed(verdict);
}

function routeChanges(routes: readonly ReportedRoute[], before: Report, after: Report): string[] {
  return routes.flatMap((route) => {
    const was = needsOf(routeOf(before, route.route));
    const is = needsOf(routeOf(after, route.route));
    const name = code(route.route);
    if (was === is) return [];
    if (is === undefined) return [`${name} is gone`];
    if (is === 'public') {
      return [`${name} is ${was === undefined ? 'new and ' : ''}public: anyone may call it without a token`];
    }
    if (was === 'public') return [`${name} is public no longer: it needs ${is}`];
    return [was === undefined ? `${name} is new and needs ${is}` : `${name} needs ${is}, no longer ${was}`];
  });
}

function sectionChanges(before: Report, after: Report): string[] {
  return SECTION_TITLES.filter((title) => !REPEATED.includes(title)).flatMap((title) =>
    itemChanges(SECTIONS[title](before), SECTIONS[title](after)).map((change) => `${title}: ${change}`),
  );
}

/** An item whose value alone differs has changed; others have come or gone. */
function itemChanges(before: readonly Item[], after: readonly Item[]): string[] {
  const gone = new Set(lacking(before, after));
  const changes: string[] = [];
  const come: string[] = [];
  for (const item of lacking(after, before)) {
    const old = [...gone].find(({ key, value }) => key === item.key && value !== undefined && item.value !== undefined);
    if (old === undefined) come.push(`${itemText(item)} is new here`);
    else {
      gone.delete(old);
      changes.push(`${itemText(item)}, no longer ${old.value}`);
    }
  }
  return [...changes, ...come, ...[...gone].map((item) => `${itemText(item)} is here no longer`)];
}

function lacking(all: readonly Item[], some: readonly Item[]): Item[] {
  const texts = some.map(itemText);
  return all.filter((item) => !texts.includes(itemText(item)));
}

function without(all: readonly string[], some: readonly string[]): string[] {
  return all.filter((one) => !some.includes(one));
}

function routeOf({ routes }: Report, key: string): ReportedRoute | undefined {
  return routes.find(({ route }) => route === key);
}

function needsOf(route: ReportedRoute | undefined): string | undefined {
  return route && needsText(route.needs);
}
