import { code, keyAndValue } from './markdown.ts';
import type { Report, SectionTitle } from './report.ts';

/** What a client is called in an item of the report. */
export function clientText(name: string): string {
  return `client ${code(name)}`;
}

/** What a function of the program is called there. */
export function functionText(name: string): string {
  return `function ${code(name)}`;
}

/** The item for what has another name now and is kept. */
export function renamed(before: string, now: string): string {
  return `${before}: now ${code(now)}`;
}

/** Before a function that is there, and that no route goes to. */
export const NO_ROUTE = 'no route';

const TITLE: SectionTitle = 'Renamed, and kept';
const SERVES: SectionTitle = 'What serves the routes';

/** What routes go elsewhere, and which functions are gone, as sentences; new and former routes are said elsewhere. */
export function backendChanges(before: Report, after: Report): string[] {
  const was = before.sections.get(SERVES);
  // An older version of this program did not write it down.
  if (was === undefined) return [];
  const old = was.map(keyAndValue);
  const now = (after.sections.get(SERVES) ?? []).map(keyAndValue);
  const formerly = new Map(old);
  const moved = now.flatMap(([route, backend]) => {
    const former = formerly.get(route);
    return route === NO_ROUTE || former === undefined || former === backend
      ? []
      : [`${route} goes to the ${backend}, no longer to the ${former}`];
  });
  const there = now.map(([, backend]) => backend);
  const gone = [...new Set(old.map(([, backend]) => backend))].filter(
    (one) => one.startsWith('function ') && !there.includes(one),
  );
  return [...moved, ...gone.map((one) => `the ${one} is gone, and its log with it`)];
}

/**
 * An older report in the names of today, where what they stand for is kept; and a sentence for each name that is
 * another since.
 */
export function inNewNames(
  before: Report,
  after: Report,
): { readonly report: Report; readonly sentences: readonly string[] } {
  const known = before.sections.get(TITLE) ?? [];
  const items = (after.sections.get(TITLE) ?? []).filter((item) => !known.includes(item));
  const renames = items.map((item) => {
    const [what, value] = keyAndValue(item);
    const kind = what.slice(0, what.indexOf(' '));
    return { kind, before: what.slice(kind.length + 1), now: value.replace('now ', '') };
  });
  const clients = renames.filter(({ kind }) => kind === 'client');
  const functions = renames.filter(({ kind }) => kind === 'function');
  const caller = (text: string): string => {
    const one = clients.find(({ before: name }) => !text.startsWith('role ') && text.includes(name));
    return one === undefined ? text : text.replace(one.before, () => one.now);
  };
  const backend = (item: string): string => {
    const one = functions.find(({ before: name }) => item.endsWith(`: function ${name}`));
    return one === undefined ? item : item.replace(`: function ${one.before}`, () => `: function ${one.now}`);
  };
  const serves = before.sections.get(SERVES);
  return {
    report: {
      ...before,
      callers: before.callers.map(caller),
      sections: new Map([
        ...before.sections,
        ...(serves === undefined ? [] : [[SERVES, serves.map(backend)] as const]),
      ]),
    },
    sentences: renames.map(({ kind, before: old, now }) => {
      const keeps = kind === 'client' ? 'its id and its secret' : 'its log';
      return `the ${kind} ${old} is called ${now} now, and keeps ${keeps}`;
    }),
  };
}
