import { printableLine } from '../../program/user-error.ts';

/** A check's result. */
export interface Finding {
  readonly check: string;
  /** `unknown`: the check could not be made. */
  readonly level: 'ok' | 'error' | 'warning' | 'unknown';
  readonly message: string;
  /** A command that fixes the problem. */
  readonly fix?: string;
}

export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** Returns a finding, without `fix` if no command fixes it. */
export function finding(check: string, level: Finding['level'], message: string, fix?: string): Finding {
  return { check, level, message, ...(fix !== undefined && { fix }) };
}

/** Returns a section as lines for a terminal. */
export function renderSection({ title, findings }: Section): string {
  const lines = findings.flatMap(({ check, level, message, fix }) => {
    const [first = '', ...more] = message.trim().split('\n').map(printableLine);
    const rest = [...more.map((line) => line.trim()), ...(fix === undefined ? [] : [`fix: ${printableLine(fix)}`])];
    return [`  ${level.padEnd(8)}${check}: ${first}`, ...rest.map((line) => `${' '.repeat(10)}${line}`)];
  });
  return [title, ...lines, ''].join('\n');
}
