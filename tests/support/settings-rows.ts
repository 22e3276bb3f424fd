import { expect } from 'vitest';
import { contract as shipped } from '../../contract.ts';
import type { Contract } from '../../program/define-contract.ts';
import { refusal, settingsOf, type Changes } from './program.ts';

/** One thing that a stack file may not say. */
export interface SettingsRow {
  readonly title: string;
  /** What the dev stack says otherwise. */
  readonly values: Changes;
  /** Where the one problem is, after the file's name. */
  readonly place: string;
  readonly says: string;
}

/** Such a row, for a table. */
export function row(title: string, values: Changes, place: string, says: string): SettingsRow {
  return { title, values, place, says };
}

/** What is wrong with the file of stack dev with these values. */
export async function problemsOf(
  values: Changes,
  contract: Contract = shipped,
): Promise<readonly { place: string; message: string }[]> {
  const { problems } = await refusal(() => settingsOf('dev', values, contract));
  return problems.map(({ place, message }) => ({ place: place.replace('Pulumi.dev.yaml, ', ''), message }));
}

/** Expects the one problem of a row, and no other. */
export async function refusesOne({ values, place, says }: SettingsRow, contract?: Contract): Promise<void> {
  const problems = await problemsOf(values, contract);
  expect(problems).toEqual([{ place, message: expect.stringContaining(says) as string }]);
}
