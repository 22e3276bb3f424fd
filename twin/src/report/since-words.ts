import { sentenceOf } from './facts.ts';
import { headline } from './headline.ts';
import { code, codes } from './markdown.ts';
import { isDangerous, isSame, type AccessChange, type CallerChange, type StackChange } from './since.ts';
import { heading, whyText } from './texts.ts';

/** Returns the changes for a terminal: the headline, then the changed stacks, grouped if they change alike. */
export function words(changes: readonly StackChange[], revision: string): string {
  return shown(changes, revision, wordsOf);
}

/** Returns the changes for a pull request: a table of gains and losses, and the other changes. */
export function markdown(changes: readonly StackChange[], revision: string): string {
  return shown(changes, revision, markdownOf);
}

function shown(changes: readonly StackChange[], revision: string, linesOf: (parts: Parts) => string[]): string {
  const alike = Map.groupBy(
    changes.filter((change) => !isSame(change)),
    (change) => JSON.stringify(partsOf(change, '', code(revision))),
  );
  const sections = [...alike.values()].flatMap((some) => {
    const names = `Stack${some.length > 1 ? 's' : ''} ${codes(
      some.map(({ stack }) => stack),
      ', ',
    )}`;
    return some.slice(0, 1).map((change) => linesOf(partsOf(change, names, code(revision))).join('\n'));
  });
  return `${[headline(changes), ...sections].join('\n\n')}\n`;
}

function wordsOf({ head, dangerous, callers, others }: Parts): string[] {
  return [
    head,
    ...dangerous.map((sentence) => `  ! ${sentence}`),
    ...callers.flatMap(({ caller, gains, loses }) => [
      `  ${caller}`,
      ...gains.map((gain) => `    + gains ${gain}`),
      ...loses.map((loss) => `    - loses ${loss}`),
    ]),
    ...others.map((sentence) => `  * ${sentence}`),
  ];
}

function markdownOf({ head, dangerous, callers, others }: Parts): string[] {
  const rows = callers.map(
    ({ caller, gains, loses }) => `| ${caller} | ${gains.join('<br>')} | ${loses.join('<br>')} |`,
  );
  const block = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', ...lines]);
  return [
    `### ${head}`,
    ...block(dangerous.map((sentence) => `- **!** ${sentence}`)),
    ...block(rows.length === 0 ? [] : ['| Caller | Gains | Loses |', '| --- | --- | --- |', ...rows]),
    ...block(others.map((sentence) => `- ${sentence}`)),
  ];
}

interface Parts {
  readonly head: string;
  readonly dangerous: readonly string[];
  readonly callers: readonly {
    readonly caller: string;
    readonly gains: readonly string[];
    readonly loses: readonly string[];
  }[];
  readonly others: readonly string[];
}

function partsOf(change: StackChange, stacks: string, revision: string): Parts {
  return {
    head: {
      changed: `${stacks}, since ${revision}`,
      gone: `${stacks}, gone since ${revision}`,
      new: `${stacks}, new since ${revision}: all that callers may call`,
      unreadable: `${stacks}, without access/<stack>.json of this version at ${revision}: all that callers may call`,
    }[change.kind],
    dangerous: change.facts.filter(isDangerous).map(sentenceOf),
    callers: change.callers.map((caller) => ({
      caller: introduced(caller),
      gains: caller.gains.map((gain) => accessText(gain, caller)),
      loses: caller.loses.map((loss) => accessText(loss, caller)),
    })),
    others: change.facts.filter((fact) => !isDangerous(fact)).map(sentenceOf),
  };
}

function accessText({ kind, name, after }: AccessChange, { presence }: CallerChange): string {
  if (kind === 'permission') return `the permission ${name}`;
  if (presence === 'gone') return code(name);
  return `${code(name)} (${after === undefined ? 'the route is gone' : whyText(after)})`;
}

function introduced({ caller, presence, gains }: CallerChange): string {
  if (presence === 'stays') return heading(caller);
  const only =
    presence === 'new' && gains.every(({ kind }) => kind === 'permission')
      ? ' and can call nothing beyond public routes'
      : '';
  return `${heading(caller)} is ${presence}${only}`;
}
