import type { Recorded } from './record.ts';

/** Inputs that change nothing of what the twin serves, although the resource does. */
const INERT_INPUTS: readonly (readonly [type: string, input: string, what: string])[] = [
  ['auth0:index/client:Client', 'tokenQuota', 'token quotas'],
];

/** What the program declares that has no meaning on this machine, in the words of a person, each once. */
export function withoutMeaning({ resources }: Recorded): string[] {
  const found = resources.flatMap(({ type, inputs }) =>
    INERT_INPUTS.filter(([of, input]) => of === type && input in inputs).map(([, , what]) => what),
  );
  return [...new Set(found)].toSorted();
}
