import { evaluate, type Recorded } from '@auth0-http-api/twin';

export type { Recorded };

/**
 * Returns the resources that the program registers for a stack.
 * @param config stand-ins for encrypted values of the stack file
 */
export function recordedStack(stack: string, config: Readonly<Record<string, string>> = {}): Promise<Recorded> {
  return evaluate({ root: new URL('../../', import.meta.url).href, stack, config, seed: 'policies' });
}
