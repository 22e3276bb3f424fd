import { expect } from 'vitest';
import type { Contract } from '../../program/contract/define-contract.ts';
import type { Problem, ProblemCode } from '../../program/user-error.ts';
import { refusal, settingsOf, type Changes } from './program.ts';

export interface Row {
  readonly title: string;
  /** What the dev stack says otherwise. */
  readonly values: Changes;
  /** Where the one problem is, after the file's name. */
  readonly place: string;
  readonly code: ProblemCode;
  /** Instead of the shipped one. */
  readonly contract?: Contract;
}

export const APP = {
  name: 'test-app',
  party: 'first',
  grants: ['client_credentials', 'password'],
  permissions: ['read:user'],
};
export const MACHINE = { ...APP, grants: ['client_credentials'] };
export const USER = { email: 'test-user@example.com', roles: ['reader'] };

/** The dev stack without anything that the password grant needs. */
export const NO_PASSWORD = { 'api:passwordGrant': 'forbid', 'api:defaultDirectory': false, 'api:testUser': undefined };

export const clients = (...all: readonly Readonly<Record<string, unknown>>[]): Changes => ({ 'api:clients': all });

/** What makes the file of stack dev one of production. */
export const IN_PRODUCTION: Changes = {
  ...NO_PASSWORD,
  ...clients(MACHINE),
  'api:production': true,
  'api:logRetention': 90,
  'api:throttle': { burst: 100, rate: 50 },
  'api:userAccess': 'allow',
  'api:handlers': { test: { reservedConcurrency: 5 } },
  'api:domain': { name: 'api.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' },
  'api:alarms': { topicArn: 'arn:aws:sns:eu-central-1:123456789012:on-call' },
};
export const REASON = 'the nightly import takes three hours';

export function row(title: string, values: Changes, place: string, code: ProblemCode = 'invalid'): Row {
  return { title, values, place, code };
}

/** Returns a function of rows with their one problem within a key. @param values of a change of that key's value */
export const within =
  (key: string, values: (change: object) => Changes) =>
  (title: string, change: object, at = '', code?: ProblemCode): Row =>
    row(title, values(change), at === '' ? key : `${key}.${at}`, code);

/** Rows with their one problem at the same place: title to values. */
export function rows(place: string, code: ProblemCode, all: Readonly<Record<string, Changes>>): Row[] {
  return Object.entries(all).map(([title, values]) => ({ title, values, place, code }));
}

export async function refusesOne({ values, place, code, contract }: Row): Promise<void> {
  const problems = await problemsOf(values, contract);
  expect(problems.map((found) => [found.place, found.code])).toEqual([[place, code]]);
}

/** The problems of a dev stack with these values, each place without the file's name. */
export async function problemsOf(values: Changes, contract?: Contract): Promise<readonly Problem[]> {
  const { problems } = await refusal(() => settingsOf('dev', values, contract));
  return problems.map(({ place, ...rest }) => ({ ...rest, place: place.replace('Pulumi.dev.yaml, ', '') }));
}
