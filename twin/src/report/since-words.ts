import { FACTS, type FactChange } from './facts.ts';
import { code } from './markdown.ts';
import { counted } from './sections.ts';
import { isDangerous, isSame, type CallerChange, type RouteChange, type StackChange } from './since.ts';
import { heading, isAllowed, permissionText, whyText } from './texts.ts';

/** What callers gain and lose, for a terminal. */
export function words(changes: readonly StackChange[], revision: string): string {
  return changes.map((change) => `${stackWords(change, code(revision)).join('\n')}\n`).join('\n');
}

/** The same for a pull request: a table of gains and losses for each stack, and what else changed. */
export function markdown(changes: readonly StackChange[], revision: string): string {
  return changes.map((change) => `${stackMarkdown(change, code(revision)).join('\n')}\n`).join('\n');
}

function stackWords(change: StackChange, revision: string): string[] {
  const parts = partsOf(change, revision);
  return [
    parts.headline,
    ...parts.dangerous.map((sentence) => `  ! ${sentence}`),
    ...parts.callers.flatMap(({ caller, gains, loses, altered }) => [
      `  ${caller}`,
      ...gains.map((one) => `    + gains ${one}`),
      ...loses.map((one) => `    - loses ${one}`),
      ...altered.map((one) => `    ~ ${one}`),
    ]),
    ...parts.others.map((sentence) => `  * ${sentence}`),
  ];
}

function stackMarkdown(change: StackChange, revision: string): string[] {
  const { headline, dangerous, callers, others } = partsOf(change, revision);
  const rows = callers.map(
    ({ caller, gains, loses }) => `| ${caller} | ${gains.join('<br>')} | ${loses.join('<br>')} |`,
  );
  const rest = [...callers.flatMap(({ caller, altered }) => altered.map((one) => `${caller}: ${one}`)), ...others];
  const block = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', ...lines]);
  return [
    `### Access of stack ${code(change.stack)}`,
    '',
    headline,
    ...block(dangerous.map((sentence) => `- **!** ${sentence}`)),
    ...block(rows.length === 0 ? [] : ['| Caller | Gains | Loses |', '| --- | --- | --- |', ...rows]),
    ...block(rest.map((sentence) => `- ${sentence}`)),
  ];
}

/** What is said of a stack, in Markdown. */
interface Parts {
  readonly headline: string;
  readonly dangerous: readonly string[];
  readonly callers: readonly {
    readonly caller: string;
    readonly gains: readonly string[];
    readonly loses: readonly string[];
    readonly altered: readonly string[];
  }[];
  readonly others: readonly string[];
}

function partsOf(change: StackChange, revision: string): Parts {
  if (change.kind === 'gone') {
    const headline = `Stack ${code(change.stack)} is gone: it has a report at ${revision} and no stack file here.`;
    return { headline, dangerous: [], callers: [], others: [] };
  }
  const dangerous = change.facts.filter(isDangerous).map(sentenceOf);
  const others = change.facts.filter((fact) => !isDangerous(fact)).map(sentenceOf);
  const { unrecorded } = change;
  const names = unrecorded.map((fact) => fact.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
  const note = `the report at ${revision} did not record ${names.join(', ')}, so these are not compared`;
  return {
    headline: headlineOf(change, revision, dangerous.length, others.length),
    dangerous,
    callers: change.callers.map((caller) => ({
      caller: introduced(caller),
      gains: [
        ...caller.gains.map(gained),
        ...caller.gainedPermissions.map((one) => `the permission ${permissionText(one)}`),
      ],
      loses: [
        ...caller.loses.map((one) => lost(one, caller)),
        ...caller.lostPermissions.map((one) => `the permission ${permissionText(one)}`),
      ],
      altered: caller.altered.map(altered),
    })),
    others: [...others, ...(unrecorded.length === 0 ? [] : [note])],
  };
}

/** A change of a fact as a sentence without its full stop. */
function sentenceOf(change: FactChange): string {
  const { says } = FACTS[change.fact];
  if (typeof says !== 'string') return says?.(change) ?? change.fact;
  const [is, was] = [change.added, change.removed].map((all) => all.join(', ')) as [string, string];
  const filled = (values: string, no: string): string =>
    says.replace(/\{(of|is|no)\}/g, (_, slot) => (slot === 'of' ? change.of : slot === 'is' ? values : no));
  if (is === '') return filled(was, 'no longer ');
  return was === '' ? filled(is, '') : `${filled(is, '')}, no longer ${was}`;
}

function headlineOf(
  change: Exclude<StackChange, { kind: 'gone' }>,
  revision: string,
  dangerous: number,
  others: number,
): string {
  const stack = `Stack ${code(change.stack)}`;
  if (change.kind !== 'changed') {
    const file = `access/${change.stack}.json`;
    const why = {
      new: `is new: it has no report at ${revision}.`,
      'without JSON': `cannot be compared: there is no ${file} at ${revision}.`,
      unreadable: `cannot be compared: ${file} at ${revision} is not one that this version writes.`,
    }[change.kind];
    return `${stack} ${why} All that its callers may call:`;
  }
  if (isSame(change)) {
    const recorded = change.unrecorded.length === 0 ? '' : ' that both reports record';
    return `${stack}: nothing${recorded} changes since ${revision}.`;
  }
  const first = [...(dangerous === 0 ? [] : [counted(dangerous, 'dangerous change')]), ...callersIn(change.callers)];
  const rest = counted(others, first.length === 0 ? 'change' : 'other change');
  const parts = [
    ...first,
    others === 0 ? 'nothing else changes' : rest,
    ...(change.unrecorded.length === 0 ? [] : [`${counted(change.unrecorded.length, 'fact')} not compared`]),
  ];
  return `${stack}, since ${revision}: ${parts.join('; ')}.`;
}

/** Each caller by name, or the number of those who gain and lose where there are more than two. */
function callersIn(callers: readonly CallerChange[]): string[] {
  if (callers.length <= 2) return callers.map((one) => `${heading(one.caller)} ${summary(one)}`);
  const gaining = callers.filter(({ gains, gainedPermissions }) => gains.length + gainedPermissions.length > 0).length;
  const losing = callers.filter(({ loses, lostPermissions }) => loses.length + lostPermissions.length > 0).length;
  const verb = (count: number, one: string): string => `${count} ${one}${count === 1 ? 's' : ''}`;
  return [`${callers.length} callers change: ${verb(gaining, 'gain')} and ${verb(losing, 'lose')}`];
}

function summary({ presence, gains, loses, gainedPermissions, lostPermissions }: CallerChange): string {
  const amount = (routes: number, permissions: number): string =>
    routes > 0 || permissions === 0 ? counted(routes, 'route') : counted(permissions, 'permission');
  const parts = [
    ...(presence === 'stays' ? [] : [`is ${presence}`]),
    ...(gains.length + gainedPermissions.length === 0
      ? []
      : [`gains ${amount(gains.length, gainedPermissions.length)}`]),
    ...(loses.length + lostPermissions.length === 0 ? [] : [`loses ${amount(loses.length, lostPermissions.length)}`]),
  ];
  return parts.length === 0 ? 'has the same verdicts for other reasons' : parts.join(' and ');
}

function gained({ route, after }: RouteChange): string {
  return after === undefined ? code(route) : `${code(route)} (${whyText(after)})`;
}

function lost({ route, after }: RouteChange, { presence }: CallerChange): string {
  if (presence === 'gone') return code(route);
  return `${code(route)} (${after === undefined ? 'the route is gone' : whyText(after)})`;
}

function altered({ route, before, after }: RouteChange): string {
  if (before === undefined || after === undefined) return code(route);
  return `${code(route)} is still ${isAllowed(after) ? 'allowed' : 'denied'} (${whyText(after)}, no longer ${whyText(before)})`;
}

function introduced({ caller, presence, gains }: CallerChange): string {
  if (presence === 'stays') return heading(caller);
  const only = presence === 'new' && gains.length === 0 ? ' and can call nothing beyond public routes' : '';
  return `${heading(caller)} is ${presence}${only}`;
}
