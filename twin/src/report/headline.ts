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

type Effect = ReturnType<typeof effectOf>;

function callersIn(changes: readonly CallerChange[]): string[] {
  const callers = [...Map.groupBy(changes, ({ caller }) => nameOf(caller))].map(([name, all]) => {
    return { name, effect: effectOf(all) };
  });
  const alike = [...Map.groupBy(callers, ({ effect }) => JSON.stringify(effect)).values()];
  if (alike.length <= MOST_NAMES) {
    return alike.flatMap((some) => {
      const names = some.map(({ name }) => name);
      const who = names.length <= MOST_NAMES ? names.join(' and ') : counted(names.length, 'caller');
      return some.slice(0, 1).map(({ effect }) => `${who} ${effectText(effect, names.length > 1)}`);
    });
  }
  const count = (what: (effect: Effect) => number): number => callers.filter(({ effect }) => what(effect) > 0).length;
  const gaining = count(({ gains }) => gains.length);
  const losing = count(({ loses }) => loses.length);
  const verb = (number: number, word: string): string => `${number} ${word}${number === 1 ? 's' : ''}`;
  return [`${callers.length} callers change (${verb(gaining, 'gain')}, ${verb(losing, 'lose')})`];
}

function effectOf(all: readonly CallerChange[]) {
  const presences = new Set(all.map(({ presence }) => presence));
  const [presence = 'stays' as const] = presences.size === 1 ? presences : [];
  const union = (changes: readonly AccessChange[]): string[] =>
    [...new Set(changes.map(({ kind, name }) => `${kind} ${name}`))].toSorted();
  return {
    presence,
    gains: union(all.flatMap(({ gains }) => gains)),
    loses: union(all.flatMap(({ loses }) => loses)),
  };
}

function effectText(effect: Effect, areSeveral: boolean): string {
  const { presence, gains, loses } = effect;
  const word = (singular: string, plural: string): string => (areSeveral ? plural : singular);
  const amount = (verb: string, changes: readonly string[]): string[] => {
    const routes = changes.filter((change) => change.startsWith('route ')).length;
    const text = routes > 0 ? counted(routes, 'route') : counted(changes.length, 'permission');
    return changes.length === 0 ? [] : [`${verb} ${text}`];
  };
  const parts = [
    ...(presence === 'stays' ? [] : [`${word('is', 'are')} ${presence}`]),
    ...amount(word('gains', 'gain'), gains),
    ...amount(word('loses', 'lose'), loses),
  ];
  return parts.length === 0 ? `${word('has', 'have')} the same verdicts for other reasons` : parts.join(' and ');
}

function nameOf(caller: ReportedCaller): string {
  if (caller.kind === 'anyone') return 'anyone';
  const { kind, name } = caller;
  return `${kind} ${/^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(name) ? name : code(name)}`;
}
