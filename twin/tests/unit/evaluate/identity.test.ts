import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Identity } from '../../../src/resources/identity.ts';

const anything = fc.string({ maxLength: 20 });

it('A generated secret is the same for the same seed and label, and different for any other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anything, { minLength: 2, maxLength: 2 }), ([one = '', other = '']) => {
      const secret = (seed: string, label: string) => new Identity(seed).alphanumeric(label, 32);
      expect(secret(one, 'x')).toBe(secret(one, 'x'));
      expect(secret(one, 'x')).not.toBe(secret(other, 'x'));
      expect(secret('x', one)).not.toBe(secret('x', other));
    }),
  );
});

const KINDS = [
  { kind: 'hex', pattern: /^[0-9a-f]*$/ },
  { kind: 'lower', pattern: /^[0-9a-z]*$/ },
  { kind: 'alphanumeric', pattern: /^[0-9A-Za-z]*$/ },
] as const;

it.each(KINDS)('A generated $kind id has its length and no character that a shell interprets', ({ kind, pattern }) => {
  fc.assert(
    fc.property(anything, anything, fc.nat(200), (seed, label, length) => {
      const id = new Identity(seed)[kind](label, length);
      expect(id).toHaveLength(length);
      expect(id).toMatch(pattern);
    }),
  );
});
