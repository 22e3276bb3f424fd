import { z } from 'zod';
import type { Registered } from './registered.ts';

const reasons = z.record(z.string(), z.string());

/**
 * What the contract and the stack file explicitly accept: an action of IAM or a role's ARN to the reason, or a setting to
 * its value. It is a stack output, so that a recording and a state have it.
 */
export function acceptedOf({ outputs }: Pick<Registered, 'outputs'>): Readonly<Record<string, string>> {
  return reasons.safeParse(outputs['accepted']).data ?? {};
}

/** Whether a stack output, or a value in it, is secret. The report is committed, so it shows `ENCRYPTED` instead. */
export function isSecretOutput({ secretOutputs }: Pick<Registered, 'secretOutputs'>, name: string): boolean {
  return secretOutputs.some((path) => path === name || path.startsWith(`${name}.`));
}

/** The exceptions with their reasons, by the key of the stack file or of the route. */
export function exceptionsOf({ outputs }: Pick<Registered, 'outputs'>): Readonly<Record<string, string>> {
  return reasons.safeParse(outputs['exceptions']).data ?? {};
}
