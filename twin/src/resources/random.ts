import type { PasswordShape } from './identity.ts';
import { optionalText, type Inputs, type ResourceType } from './resource.ts';

/** The random provider's resource types: they only make values that other resources use. */
export const RANDOM = {
  'random:index/randomPassword:RandomPassword': {
    outputs: ({ name, inputs, identity }) => ({
      id: 'none',
      outputs: { result: identity.password(`password ${name}`, passwordShape(inputs)) },
    }),
    notEmulated: undefined,
  },
} as const satisfies Readonly<Record<string, ResourceType>>;

const CLASSES = [
  { flag: 'lower', least: 'minLower', characters: 'abcdefghijklmnopqrstuvwxyz' },
  { flag: 'upper', least: 'minUpper', characters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
  { flag: 'numeric', least: 'minNumeric', characters: '0123456789' },
  { flag: 'special', least: 'minSpecial', characters: '!@#$%&*()-_=+[]{}<>:?' },
];

/** Source: https://www.pulumi.com/registry/packages/random/api-docs/randompassword/ (its defaults). */
function passwordShape(inputs: Inputs): PasswordShape {
  const special = optionalText(inputs, 'overrideSpecial');
  return {
    length: Number(inputs['length']),
    classes: CLASSES.filter(({ flag }) => inputs[flag] !== false).map(({ flag, least, characters }) => ({
      characters: (flag === 'special' ? special : undefined) ?? characters,
      least: Number(inputs[least] ?? 0),
    })),
  };
}
