import { evaluate, type Recorded } from '@auth0-http-api/twin';

export type { Recorded };

/**
 * Returns what the program registers for a stack, without a cloud.
 * @param config values of the stack file that only Pulumi can decrypt
 */
export function recordedStack(stack: string, config: Readonly<Record<string, string>> = {}): Promise<Recorded> {
  return evaluate({ root: new URL('../', import.meta.url).href, stack, config, seed: 'policies' });
}
