import { itemsOf, FACT_NAMES, FACTS, SECTIONS, type Section } from './facts.ts';
import type { Report } from './data.ts';
import { code } from './markdown.ts';
import { cellMark, heading, isAllowed, needsText, permissionText } from './texts.ts';

const MOST_COLUMNS = 6;

export function linesOf(section: Section, report: Report): string[] {
  return FACT_NAMES.flatMap((fact) => {
    const [where, label = ''] = FACTS[fact].shown ?? [];
    if (where !== section) return [];
    const things = Map.groupBy(itemsOf(fact, report), ({ of = '' }) => of);
    return [...things].map(([of, items]) => {
      const subject = [label, of].filter((part) => part !== '').join(' ');
      const values = items.map(({ is }) => is).join(', ');
      return subject === '' ? values : `${subject}: ${values}`;
    });
  });
}

export function brokenRules(reports: readonly Report[]): string[] {
  return reports.flatMap((report) =>
    linesOf('Rules that do not hold', report).map((line) => `${report.stack}: ${line}`),
  );
}

interface Origin {
  readonly command: string;
  /** Whether the project has docs/access.md. */
  readonly hasGuide: boolean;
}

/** Returns the content of access/<stack>.md. Cells are not padded, so that a changed verdict changes one line. */
export function toMarkdown(report: Report, { command, hasGuide }: Origin): string {
  const guide = hasGuide ? '[docs/access.md](../docs/access.md)' : '`docs/access.md` of `@auth0-http-api/twin`';
  return `# Access of stack ${code(report.stack)}

**${headline(report)}**

Written by \`${command}\` from what the program declares: change the program or the stack file, and run it again.
What a cell means, and what it does not, is in ${guide}.

${tablesOf(report).join('\n\n')}
${SECTIONS.map((title) => section(title, linesOf(title, report))).join('')}`;
}

function headline({ routes, callers, violations, facts }: Report): string {
  const unused = routes.filter(({ cells }) => !cells.some(isAllowed)).length;
  const open = routes.filter(({ needs }) => needs === 'public').length;
  const [production] = facts.production;
  return [
    `${counted(routes.length, 'route')} (${open === 0 ? 'none' : open} public${unused === 0 ? '' : `, ${unused} without a caller`})`,
    counted(callers.filter(({ kind }) => kind !== 'anyone').length, 'caller'),
    ...(production === undefined ? [] : [`production is ${production.is}`]),
    violations.length === 0 ? 'every rule holds.' : `${counted(violations.length, 'rule violation')}.`,
  ].join('; ');
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function tablesOf({ callers, routes, permissions }: Report): string[] {
  const held = permissions.map((all) => (all.length === 0 ? '–' : all.map(permissionText).join(', ')));
  const starts = callers.flatMap((_, index) => (index % MOST_COLUMNS === 0 ? [index] : []));
  return starts.map((start) => {
    const part = <T>(all: readonly T[]): readonly T[] => all.slice(start, start + MOST_COLUMNS);
    return [
      ['Route', 'Needs', ...part(callers).map(heading)],
      ['---', '---', ...part(callers).map(() => '---')],
      ...routes.map(({ route, needs, cells }) => [code(route), needsText(needs), ...part(cells).map(cellMark)]),
      ['permissions', '', ...part(held)],
    ]
      .map((cells) => `| ${cells.join(' | ')} |`)
      .join('\n');
  });
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n## ${title}\n\n${lines.map((line) => `- ${line}\n`).join('')}`;
}
