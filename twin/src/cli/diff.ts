import { printable } from '../common/printable.ts';
import type { evaluate } from '../evaluate/program-process.ts';
import type { Report } from '../report/data.ts';
import { reportsOf, reportsOfState } from '../report/reports.ts';
import { compare, gone } from '../report/since.ts';
import { printChanges } from './access.ts';

export interface DiffOptions {
  readonly state: string;
  readonly stack?: string;
  readonly markdown?: boolean;
  readonly config?: Readonly<Record<string, string>>;
}

export async function diff(
  { state, stack, markdown, config }: DiffOptions,
  root: URL,
  run?: typeof evaluate,
): Promise<void> {
  const deployed = reportsOfState(state, config);
  const reports = await reportsOf(root, [stack ?? deployed.stack], config, run);
  // Two stacks with one API each are compared, whatever the reports' names.
  const before = (report: Report): Report | undefined =>
    reports.length === 1 && deployed.reports.length === 1
      ? deployed.reports[0]
      : deployed.reports.find(({ stack: name }) => name === report.stack);
  const removed = deployed.reports.filter((one) => !reports.some((report) => before(report) === one));
  const changes = [
    ...reports.map((report) => compare(before(report) ?? 'new', report)),
    ...removed.map(({ stack: name }) => gone(name)),
  ];
  printChanges(changes, printable(state), markdown);
}
