import { code } from './markdown.ts';
import { isSame, type CallerChange, type StackChange } from './since.ts';

/** What callers gain and lose, for a terminal. */
export function words(changes: readonly StackChange[], revision: string): string {
  return changes.map((change) => `${stackWords(change, code(revision)).join('\n')}\n`).join('\n');
}

/** The same for a pull request: a table of gains and losses for each stack, and what else changed. */
export function markdown(changes: readonly StackChange[], revision: string): string {
  return changes.map((change) => `${stackMarkdown(change, code(revision)).join('\n')}\n`).join('\n');
}

function stackWords(change: StackChange, revision: string): string[] {
  const summary = summaryOf(change, revision);
  if (change.kind === 'gone') return [summary];
  return [
    summary,
    ...change.callers.flatMap((caller) => [
      `  ${introduced(caller)}`,
      ...caller.gains.map((route) => `    + gains ${route}`),
      ...caller.loses.map((route) => `    - loses ${route}`),
      ...caller.altered.map((sentence) => `    ~ ${sentence}`),
    ]),
    ...change.others.map((sentence) => `  * ${sentence}`),
  ];
}

function stackMarkdown(change: StackChange, revision: string): string[] {
  const title = [`### Access of stack ${code(change.stack)}`, '', summaryOf(change, revision)];
  if (change.kind === 'gone') return title;
  const table = change.callers.map(
    (caller) => `| ${introduced(caller)} | ${listed(caller.gains)} | ${listed(caller.loses)} |`,
  );
  const others = [
    ...change.callers.flatMap(({ caller, altered }) => altered.map((sentence) => `${caller}: ${sentence}`)),
    ...change.others,
  ];
  return [
    ...title,
    ...(table.length === 0 ? [] : ['', '| Caller | Gains | Loses |', '| --- | --- | --- |', ...table]),
    ...(others.length === 0 ? [] : ['', ...others.map((sentence) => `- ${sentence}`)]),
  ];
}

function summaryOf(change: StackChange, revision: string): string {
  const stack = `Stack ${code(change.stack)}`;
  if (change.kind === 'gone') return `${stack} is gone: it has a report at ${revision} and no stack file here.`;
  if (change.kind !== 'changed') {
    const file = `access/${change.stack}.json`;
    const why = {
      new: `is new: it has no report at ${revision}.`,
      'without JSON': `cannot be compared: there is no ${file} at ${revision}.`,
      unreadable: `cannot be compared: ${file} at ${revision} is not one that this version writes.`,
    }[change.kind];
    return `${stack} ${why} All that its callers may call:`;
  }
  const gaining = change.callers.filter(({ gains }) => gains.length > 0).length;
  const losing = change.callers.filter(({ loses }) => loses.length > 0).length;
  if (isSame(change)) return `${stack}: nobody gains or loses anything since ${revision}.`;
  if (gaining + losing === 0) return `${stack}: nobody gains or loses a route since ${revision}, but:`;
  return `${stack}, since ${revision}: ${count(gaining, 'gains', 'gain')}, ${count(losing, 'loses', 'lose')}:`;
}

function count(callers: number, one: string, several: string): string {
  return callers === 0 ? `no caller ${one}` : callers === 1 ? `1 caller ${one}` : `${callers} callers ${several}`;
}

function introduced({ caller, presence, gains }: CallerChange): string {
  if (presence === 'gone') return `${caller} is gone`;
  if (presence === 'stays') return caller;
  return gains.length === 0 ? `${caller} is new and can call nothing that anyone could not` : `${caller} is new`;
}

function listed(routes: readonly string[]): string {
  return routes.length === 0 ? '' : routes.join('<br>');
}
