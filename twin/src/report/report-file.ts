import { code, INLINE } from './markdown.ts';
import { SECTION_TITLES, type Report, type Row } from './report.ts';

/** The line that makes a file one of ours. */
const TITLE = /^# Access of stack `([A-Za-z0-9._-]+)`$/;

/** What the table's last row is called: routes are code spans. */
const PERMISSIONS = 'permissions';

const ABOUT = [
  'Written by `npm run access` from what the program declares: change the program or the stack file, and run it again.',
  'What a cell means, and what it does not, is in [docs/access.md](../docs/access.md).',
];

/**
 * A report as its file has it. No cell is padded, and nothing is wrapped: a change of one verdict is a change of one
 * line.
 */
export function render({ stack, callers, rows, permissions, sections }: Report): string {
  const table = [
    ['Route', 'Needs', ...callers],
    Array.from({ length: callers.length + 2 }, () => '---'),
    ...rows.map(({ route, needs, cells }) => [route, needs, ...cells]),
    [PERMISSIONS, '', ...permissions],
  ];
  const lines = [
    `# Access of stack ${code(stack)}`,
    '',
    ...ABOUT,
    '',
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    ...[...sections].flatMap(([title, items]) => [
      '',
      `## ${title}`,
      '',
      ...(items.length === 0 ? ['None.'] : items.map((item) => `- ${item}`)),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether a file is a report, perhaps of another version of this program. */
export function isReport(text: string): boolean {
  return TITLE.test(text.split('\n', 1)[0] ?? '');
}

/**
 * Reads a report back, strictly: a text that `render` would not have written is none, or one of another version of
 * this program. A section may be absent, as an older version may not have had it.
 */
export function parse(text: string): Report | undefined {
  const lines = text.split('\n');
  const [, stack] = TITLE.exec(lines[0] ?? '') ?? [];
  if (stack === undefined) return undefined;
  const [head, , ...body] = lines.filter((line) => line.startsWith('| ')).map(cellsOf);
  const [, , ...callers] = head ?? [];
  const [, , ...permissions] = body.pop() ?? [];
  const rows = body.map(([route = '', needs = '', ...cells]): Row => ({ route, needs, cells }));
  const sections = new Map<string, string[]>();
  for (const line of lines) {
    if (line.startsWith('## ')) sections.set(line.slice(3), []);
    else if (line.startsWith('- ')) [...sections.values()].at(-1)?.push(line.slice(2));
  }
  const report = { stack, callers, rows, permissions, sections };
  return isSound(report) && render(report) === text ? report : undefined;
}

function cellsOf(line: string): string[] {
  return line.slice(2, -2).split(' | ');
}

function isSound({ callers, rows, permissions, sections }: Report): boolean {
  const texts = [...callers, ...permissions, ...rows.flatMap(({ route, needs, cells }) => [route, needs, ...cells])];
  return (
    [...texts, ...[...sections.values()].flat()].every((text) => INLINE.test(text)) &&
    rows.every(
      ({ cells }) => cells.length === callers.length && cells.every((cell) => /^(allowed|denied): /.test(cell)),
    ) &&
    permissions.length === callers.length &&
    new Set(callers).size === callers.length &&
    new Set(rows.map(({ route }) => route)).size === rows.length &&
    [...sections.keys()].every((title) => SECTION_TITLES.includes(title))
  );
}
