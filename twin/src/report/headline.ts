import type { ReportedCaller } from './data.ts';
import { sentenceOf, type FactChange } from './facts.ts';
import { code } from './markdown.ts';
import { counted } from './sections.ts';
import { isDangerous, isSame, type AccessChange, type CallerChange, type StackChange } from './since.ts';

const MOST_NAMES = 2;

/**
 * Returns one sentence on what changes, without its full stop: `prod: role clerk gains 3 routes; nothing else changes`.
 * Stacks with the same change are named together. Unchanged stacks are named only if no stack changes.
 */
export function headline(changes: readonly StackChange[]): string {
  const changed = changes.filter((change) => !isSame(change));
  if (changed.length === 0) return `${stacksOf(changes)}: nothing changes`;
  const summaries = changed.map((change) => ({ change, ...summary(change) }));
  const groups = [...Map.groupBy(summaries, ({ text }) => text)];
  return [
    ...groups.map(([text, some]) => `${stacksOf(some.map(({ change }) => change))}: ${text}`),
    ...(summaries.every(({ isWhole }) => isWhole) ? ['nothing else changes'] : []),
  ].join('; ');
}

function stacksOf(changes: readonly StackChange[]): string {
  return changes.map(({ stack }) => stack).join(', ');
}

/** Returns what changes in a stack, and whether the text covers all changes. */
function summary(change: StackChange): { readonly text: string; readonly isWhole: boolean } {
  if (change.kind === 'gone') return { text: 'the stack is gone', isWhole: true };
  if (change.kind === 'new') return { text: 'the stack is new', isWhole: true };
  if (change.kind !== 'changed') return { text: 'cannot be compared', isWhole: false };
  const [dangerous, others] = [change.facts.filter(isDangerous), change.facts.filter((fact) => !isDangerous(fact))];
  const first = [...sentences(dangerous, 'dangerous change'), ...callersIn(change.callers)];
  const rest = first.length === 0 ? sentences(others, 'change') : [counted(others.length, 'other change')];
  const isWhole = others.length === 0 || (first.length === 0 && others.length === 1);
  return { text: [...first, ...(others.length === 0 ? [] : rest)].join(', '), isWhole };
}

function sentences(facts: readonly FactChange[], what: string): string[] {
  return facts.length > 1 ? [counted(facts.length, what)] : facts.map(sentenceOf);
}

function callersIn(changes: readonly CallerChange[]): string[] {
  const callers = [...Map.groupBy(changes, ({ caller }) => nameOf(caller))];
  if (callers.length > MOST_NAMES) {
    const some = (of: 'gains' | 'loses'): number =>
      callers.filter(([, all]) => all.some((change) => change[of].length > 0)).length;
    return [`${callers.length} callers change (${some('gains')} gain, ${some('loses')} lose)`];
  }
  return callers.map(([name, all]) => {
    const effects = [
      ...amount(
        'gains',
        all.flatMap(({ gains }) => gains),
      ),
      ...amount(
        'loses',
        all.flatMap(({ loses }) => loses),
      ),
    ];
    return `${name} ${effects.join(' and ') || 'changes'}`;
  });
}

/** Returns the number of routes, or of permissions if no route is among the changes of a caller's columns. */
function amount(verb: string, changes: readonly AccessChange[]): string[] {
  const number = (wanted: AccessChange['kind']): number =>
    new Set(changes.flatMap(({ kind, name }) => (kind === wanted ? [name] : []))).size;
  const routes = number('route');
  if (changes.length === 0) return [];
  return [`${verb} ${routes > 0 ? counted(routes, 'route') : counted(number('permission'), 'permission')}`];
}

function nameOf(caller: ReportedCaller): string {
  if (caller.kind === 'anyone') return 'anyone';
  const { kind, name } = caller;
  return `${kind} ${/^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(name) ? name : code(name)}`;
}
