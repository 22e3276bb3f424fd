import { z } from 'zod';
import type { Registered } from './rule.ts';

const reasons = z.record(z.string(), z.string());

/**
 * Returns what the contract and the stack file explicitly allow: an IAM action or a role's ARN to its reason, or a setting to
 * its value. This is a stack output, so that a recording and a state contain it.
 */
export function acceptedOf({ outputs }: Pick<Registered, 'outputs'>): Readonly<Record<string, string>> {
  return reasons.safeParse(outputs['accepted']).data ?? {};
}

/** Returns whether a stack output or a part of it is secret. The committed report shows `ENCRYPTED` instead. */
export function isSecretOutput({ secretOutputs }: Pick<Registered, 'secretOutputs'>, name: string): boolean {
  return secretOutputs.some((path) => path === name || path.startsWith(`${name}.`));
}

/** Returns the reason of each exception, by the key in the stack file or the route key. */
export function exceptionsOf({ outputs }: Pick<Registered, 'outputs'>): Readonly<Record<string, string>> {
  return reasons.safeParse(outputs['exceptions']).data ?? {};
}
