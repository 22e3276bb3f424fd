import type { Report } from './data.ts';
import { code, codes } from './markdown.ts';
import { backendText, heading, isAllowed, needsText, permissionText, verdictText } from './texts.ts';

/** An item of a section, in Markdown. Two reports are compared by the keys. */
export interface Item {
  readonly key: string;
  readonly value?: string;
}

/** The sections below the table: a title, and the items that it lists. */
export const SECTIONS = {
  'Permissions that no route asks for': ({ unusedPermissions }) =>
    unusedPermissions.map((permission) => ({ key: permissionText(permission) })),
  'Routes without a caller': ({ routes }) =>
    routes.flatMap(({ route, cells, mayInvoke }): Item[] => {
      if (!cells.some(isAllowed)) return [{ key: code(route) }];
      // A caller that is let through gets a 500.
      return mayInvoke ? [] : [{ key: code(route), value: 'the API may not invoke its function' }];
    }),
  'Callers that can call nothing beyond public routes': ({ callers, routes }) =>
    callers.flatMap((caller, index) => {
      const verdicts = routes.flatMap(({ cells }) => cells[index] ?? []);
      const isIdle = !verdicts.some((verdict) => verdict.kind !== 'public' && isAllowed(verdict));
      return caller.kind !== 'anyone' && isIdle ? [{ key: heading(caller) }] : [];
    }),
  'Public routes': ({ routes }) =>
    routes.filter(({ needs }) => needs === 'public').map(({ route }) => ({ key: code(route) })),
  'What serves the routes': ({ routes, idleFunctions }) => [
    ...routes.map(({ route, backend }) => ({ key: code(route), value: backendText(backend) })),
    ...idleFunctions.map((name) => ({ key: 'no route', value: backendText({ kind: 'function', name }) })),
  ],
  'Renamed, and kept': ({ renamed }) =>
    renamed.map(({ kind, before, now }) => ({ key: `${kind} ${code(before)}`, value: `now ${code(now)}` })),
  Tokens: ({ issuer, lifetimes, trusted }) => [
    { key: 'Issuer', value: code(issuer) },
    ...lifetimes.map(({ api, seconds }) => ({ key: `Lifetime for ${code(api)}`, value: `${seconds} s` })),
    ...trusted.map((one) => ({
      key: 'Taken by the API',
      value: `issuer ${code(one.issuer)}, audience ${codes(one.audiences, ' or ')}`,
    })),
  ],
  'Logins in a browser': ({ logins }) =>
    logins.flatMap(({ client, callbacks, logoutUrls, origins }) =>
      Object.entries({ callbacks, 'logout URLs': logoutUrls, origins })
        .filter(([, all]) => all.length > 0)
        .map(([what, all]) => ({ key: `${code(client)}, ${what}`, value: codes(all, ', ') })),
    ),
  'Origins that may read responses (CORS)': ({ origins }) => origins.map((origin) => ({ key: code(origin) })),
  'Custom claims': ({ claims }) => claims.map(({ name, source }) => ({ key: code(name), value: code(source) })),
  Actions: ({ actions }) =>
    actions.map(({ trigger, name, decides }) => ({
      key: `${trigger} ${code(name)}`,
      value: decides ? 'may deny access or change scopes, which the table does not show' : 'changes no verdict',
    })),
  'Exceptions from what production asks for': ({ exceptions }) =>
    exceptions.map(({ key, reason }) => ({ key: code(key), value: code(reason) })),
  'Rules that do not hold': ({ violations }) =>
    violations.map(({ rule, resource, message }) => ({ key: code(resource), value: code(`${rule}: ${message}`) })),
} as const satisfies Record<string, (report: Report) => readonly Item[]>;

export type SectionTitle = keyof typeof SECTIONS;
export const SECTION_TITLES = Object.keys(SECTIONS) as readonly SectionTitle[];

export function itemText({ key, value }: Item): string {
  return value === undefined ? key : `${key}: ${value}`;
}

/** The rules that do not hold in these stacks, a line each. */
export function brokenRules(reports: readonly Report[]): string[] {
  return reports.flatMap((report) =>
    SECTIONS['Rules that do not hold'](report).map((item) => `${report.stack}: ${itemText(item)}`),
  );
}

/** How a program's folder gets its reports. */
export interface Origin {
  /** The command that writes them. */
  readonly command: string;
  /** Whether the folder has the page about them, docs/access.md. */
  readonly hasGuide: boolean;
}

/** The content of access/<stack>.md. No cell is padded, so that a change of one verdict is a change of one line. */
export function toMarkdown(report: Report, { command, hasGuide }: Origin): string {
  const guide = hasGuide ? '[docs/access.md](../docs/access.md)' : '`docs/access.md` of `@auth0-http-api/twin`';
  return `# Access of stack ${code(report.stack)}

Written by \`${command}\` from what the program declares: change the program or the stack file, and run it again.
What a cell means, and what it does not, is in ${guide}.

${tableOf(report)}
${SECTION_TITLES.map((title) => section(title, SECTIONS[title](report))).join('')}`;
}

function tableOf({ callers, routes, permissions }: Report): string {
  const held = permissions.map((all) => (all.length === 0 ? 'none' : all.map(permissionText).join(', ')));
  return [
    ['Route', 'Needs', ...callers.map(heading)],
    Array.from({ length: callers.length + 2 }, () => '---'),
    ...routes.map(({ route, needs, cells }) => [code(route), needsText(needs), ...cells.map(verdictText)]),
    ['permissions', '', ...held],
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function section(title: string, items: readonly Item[]): string {
  const lines = items.length === 0 ? ['None.'] : items.map((item) => `- ${itemText(item)}`);
  return `\n## ${title}\n\n${lines.join('\n')}\n`;
}
