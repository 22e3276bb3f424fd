import { printable } from '../common/printable.ts';
import { reportOfState, reportsOf } from '../report/reports.ts';
import { compare } from '../report/since.ts';
import { markdown, words } from '../report/since-words.ts';

/** What the command line says. */
export interface DiffOptions {
  /** A file of `pulumi stack export`. */
  readonly state: string;
  readonly stack?: string;
  readonly markdown?: boolean;
  readonly config?: Readonly<Record<string, string>>;
}

/** `twin diff`: what the program would change in who may call what. */
export async function diff({ state, stack, markdown: asMarkdown, config }: DiffOptions, root: URL): Promise<void> {
  const deployed = reportOfState(state, config);
  const reports = await reportsOf(root, [stack ?? deployed.stack], config);
  const changes = reports.map((report) => compare(deployed, report));
  process.stdout.write((asMarkdown === true ? markdown : words)(changes, printable(state)));
}
