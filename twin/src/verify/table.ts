import { differenceText, explained, type Difference } from './causes.ts';
import { callerName } from '../report/texts.ts';
import type { Outcome, Played } from './play.ts';

const MARKS: Readonly<Record<Outcome['kind'], string>> = { agrees: '✓', differs: '✗', 'not tried': '–' };

interface Count {
  readonly agree: number;
  readonly differ: number;
  readonly notTried: number;
}

export function countOf({ rows }: Played): Count {
  const count = (kind: Outcome['kind']): number => rows.flat().filter(({ outcome }) => outcome.kind === kind).length;
  return { agree: count('agrees'), differ: count('differs'), notTried: count('not tried') };
}

export function differencesOf(played: Played): string[] {
  return [...new Set(allDifferences(played).map(differenceText))];
}

function allDifferences({ rows, tokens }: Played): Difference[] {
  const all = [...rows.flat().map(({ outcome }) => outcome), ...tokens.filter((outcome) => outcome !== undefined)];
  return all.flatMap((outcome) => (outcome.kind === 'differs' ? outcome.differences : []));
}

/** The most cases to show for a cause: one wrong audience makes every cell differ. */
const SHOWN = 3;

/** Lists each cause once, with the first cases that it explains. */
export function causesOf(played: Played): string {
  const causes = Map.groupBy(allDifferences(played).map(explained), ({ cause }) => cause);
  return [...causes]
    .flatMap(([cause, cases]) => {
      const tried = [...new Set(cases.map((difference) => `    ${difference.tried}`))];
      const more = tried.length > SHOWN ? [`    and ${tried.length - SHOWN} more`] : [];
      return [`  ${cause}`, ...tried.slice(0, SHOWN), ...more];
    })
    .join('\n');
}

/** The name of the table's last row: whether each caller gets the tokens that the program declares. */
export const TOKENS = 'token requests';

/** Returns the legend, the table with a letter for each caller, and why cells were not tried. */
export function tableOf(played: Played): string {
  const { plan, rows, tokens } = played;
  const letters = plan.callers.map((_caller, index) => letterOf(index));
  const keys = plan.rows.map(({ route }) => route.routeKey);
  const width = Math.max(...keys.map(({ length }) => length), TOKENS.length);
  const marks = (outcomes: typeof tokens): string[] =>
    outcomes.map((outcome) => (outcome === undefined ? '' : MARKS[outcome.kind]));
  const line = (first: string, cells: readonly string[]): string =>
    `  ${first.padEnd(width)}  ${cells.map((cell, index) => cell.padEnd(letters[index]?.length ?? 1)).join('  ')}`.trimEnd();
  return [
    ...plan.callers.map((caller, index) => `  ${(letters[index] ?? '').padEnd(2)} ${callerName(caller)}`),
    '',
    '  ✓ as the program declares   ✗ a difference   – not tried   blank: requests no token itself',
    '',
    line('', letters),
    ...rows.map((cells, index) => line(keys[index] ?? '', marks(cells.map(({ outcome }) => outcome)))),
    line(TOKENS, marks(tokens)),
    ...notTried(played),
  ].join('\n');
}

/** Returns A, B … Z, AA, AB … */
function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

function notTried({ rows }: Played): string[] {
  const reasons = Map.groupBy(rows.flat(), ({ outcome }) => (outcome.kind === 'not tried' ? outcome.why : undefined));
  const lines = [...reasons].flatMap(([why, cells]) => {
    const routes = [...new Set(cells.map(({ cell }) => cell.route.routeKey))];
    const which = routes.length > 3 ? `${routes.slice(0, 3).join(', ')} …` : routes.join(', ');
    return why === undefined ? [] : [`  ${cells.length} (${which}): ${why}`];
  });
  return lines.length === 0 ? [] : ['', 'Not tried:', ...lines];
}
