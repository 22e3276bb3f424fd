import { z } from 'zod';
import type { Registered } from './registered.ts';

const reasons = z.record(z.string(), z.string());

/**
 * What the contract and the stack file accept with open eyes: an action of IAM or a role's ARN to the reason, or a setting to its value.
 * The stack puts it out, so that the rules see it in a recording and in a state.
 */
export function acceptedOf({ outputs }: Pick<Registered, 'outputs'>): Readonly<Record<string, string>> {
  return reasons.safeParse(outputs['accepted']).data ?? {};
}

/** Whether a stack output is secret, or a value in it. A report is committed, so it shows `UNREAD` in its place. */
export function isSecretOutput({ secretOutputs }: Pick<Registered, 'secretOutputs'>, name: string): boolean {
  return secretOutputs.some((path) => path === name || path.startsWith(`${name}.`));
}

/** The exceptions that are written down with a reason: by the key of the stack file, or of the route. */
export function exceptionsOf({ outputs }: Pick<Registered, 'outputs'>): Readonly<Record<string, string>> {
  return reasons.safeParse(outputs['exceptions']).data ?? {};
}
