import { callerName, differenceText, explained, type Difference } from './causes.ts';
import type { Outcome, Played } from './play.ts';

const MARKS: Readonly<Record<Outcome['kind'], string>> = { agrees: '✓', differs: '✗', 'not tried': '–' };

/** How many cells came to what. */
export interface Count {
  readonly agree: number;
  readonly differ: number;
  readonly notTried: number;
}

/** Counts the cells alone: what came of the callers' tokens is in no sum. */
export function countOf({ rows }: Played): Count {
  const kinds = rows.flat().map(({ outcome }) => outcome.kind);
  const count = (wanted: Outcome['kind']): number => kinds.filter((kind) => kind === wanted).length;
  return { agree: count('agrees'), differ: count('differs'), notTried: count('not tried') };
}

/** Every difference once, in the order of the table. */
export function differencesOf(played: Played): string[] {
  return [...new Set(allDifferences(played).map(differenceText))];
}

function allDifferences({ rows, tokens }: Played): Difference[] {
  const all = [...rows.flat().map(({ outcome }) => outcome), ...tokens.filter((one) => one !== undefined)];
  return all.flatMap((outcome) => (outcome.kind === 'differs' ? outcome.differences : []));
}

/** The cases shown for a cause: one wrong audience makes every cell differ. */
const SHOWN = 3;

/** Lists each cause once, with the first cases that it explains. */
export function causesOf(played: Played): string {
  const causes = new Map<string, Set<string>>();
  for (const { tried, cause } of allDifferences(played).map(explained)) {
    causes.set(cause, (causes.get(cause) ?? new Set()).add(tried));
  }
  return [...causes]
    .flatMap(([cause, tried]) => [
      `  ${cause}`,
      ...[...tried].slice(0, SHOWN).map((one) => `    ${one}`),
      ...(tried.size > SHOWN ? [`    and ${tried.size - SHOWN} more`] : []),
    ])
    .join('\n');
}

/** An outcome's differences, each sentence once. */
export function sentencesOf(outcome: Outcome): string[] {
  return outcome.kind === 'differs' ? [...new Set(outcome.differences.map(differenceText))] : [];
}

/** The table, a letter or two for each caller, what the letters stand for, and why what was not tried. */
export function tableOf(played: Played): string {
  const { plan, rows, tokens } = played;
  const letters = plan.callers.map((_caller, index) => letterOf(index));
  const keys = plan.rows.map(({ route }) => route.routeKey);
  const width = Math.max(...keys.map(({ length }) => length), 'their tokens'.length);
  const line = (first: string, marks: readonly string[]): string =>
    `  ${first.padEnd(width)}  ${marks.map((mark, index) => mark.padEnd(letters[index]?.length ?? 1)).join('  ')}`.trimEnd();
  return [
    line('', letters),
    ...rows.map((cells, index) =>
      line(
        keys[index] ?? '',
        cells.map(({ outcome }) => MARKS[outcome.kind]),
      ),
    ),
    line(
      'their tokens',
      tokens.map((outcome) => (outcome === undefined ? '' : MARKS[outcome.kind])),
    ),
    '',
    ...plan.callers.map((caller, index) => `  ${(letters[index] ?? '').padEnd(2)} ${callerName(caller)}`),
    '  ✓ as the program declares   ✗ a difference   – not tried',
    ...notTried(played),
  ].join('\n');
}

/** A, B … Z, AA, AB … */
function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

/** The reasons, each with the number of cells that it keeps from being tried. */
function notTried({ rows }: Played): string[] {
  const reasons = new Map<string, string[]>();
  for (const { cell, outcome } of rows.flat()) {
    if (outcome.kind !== 'not tried') continue;
    reasons.set(outcome.why, [...(reasons.get(outcome.why) ?? []), cell.route.routeKey]);
  }
  if (reasons.size === 0) return [];
  const lines = [...reasons].map(([why, keys]) => {
    const routes = [...new Set(keys)];
    const which = routes.length > 3 ? `${routes.slice(0, 3).join(', ')} …` : routes.join(', ');
    return `  ${keys.length} (${which}): ${why}`;
  });
  return ['', 'Not tried:', ...lines];
}
