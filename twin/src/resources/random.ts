import type { ResourceType } from './resource.ts';

/** The random provider's resource types: they only make values that other resources use. */
export const RANDOM = {
  'random:index/randomPassword:RandomPassword': {
    // Letters and digits, whatever characters the inputs ask for: the tenant does not check a password's strength.
    outputs: ({ name, inputs, identity }) => ({
      id: 'none',
      outputs: { result: identity.alphanumeric(`password ${name}`, Number(inputs['length'])) },
    }),
    notEmulated: undefined,
  },
} as const satisfies Readonly<Record<string, ResourceType>>;
