import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Identity, type PasswordShape } from '../../../src/resources/identity.ts';

const CLASSES = ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789', '-_.'] as const;

/** Shapes that the random provider would take: at least one class, and no more minimums than characters. */
const shapes: fc.Arbitrary<PasswordShape> = fc
  .record({
    classes: fc
      .subarray([...CLASSES], { minLength: 1 })
      .chain((chosen) =>
        fc.tuple(...chosen.map((characters) => fc.record({ characters: fc.constant(characters), least: fc.nat(8) }))),
      ),
    more: fc.nat(64),
  })
  .map(({ classes, more }) => ({ classes, length: more + classes.reduce((sum, { least }) => sum + least, 0) }));

const anything = fc.string({ maxLength: 20 });

function count(text: string, characters: string): number {
  return text.split('').filter((character) => characters.includes(character)).length;
}

it('A generated password has its length, the minimum of each class, and no other characters', () => {
  fc.assert(
    fc.property(anything, anything, shapes, (seed, label, shape) => {
      const password = new Identity(seed).password(label, shape);
      expect(password).toHaveLength(shape.length);
      for (const { characters, least } of shape.classes) {
        expect(count(password, characters)).toBeGreaterThanOrEqual(least);
      }
      const allowed = shape.classes.map(({ characters }) => characters).join('');
      expect(count(password, allowed)).toBe(password.length);
    }),
  );
});

it('A generated password is the same for the same seed and label, and different for any other', () => {
  const shape = { length: 32, classes: CLASSES.map((characters) => ({ characters, least: 1 })) };
  fc.assert(
    fc.property(fc.uniqueArray(anything, { minLength: 2, maxLength: 2 }), ([one = '', other = '']) => {
      const password = (seed: string, label: string) => new Identity(seed).password(label, shape);
      expect(password(one, 'x')).toBe(password(one, 'x'));
      expect(password(one, 'x')).not.toBe(password(other, 'x'));
      expect(password('x', one)).not.toBe(password('x', other));
    }),
  );
});

it('A generated password does not start with the minimum of each class in order', () => {
  const shape = { length: 4, classes: CLASSES.map((characters) => ({ characters, least: 1 })) };
  const orders = Array.from({ length: 100 }, (_, index) => {
    const password = new Identity('a seed').password(`password ${index}`, shape);
    return password
      .split('')
      .map((character) => CLASSES.findIndex((characters) => characters.includes(character)))
      .join('');
  });
  expect(new Set(orders).size).toBeGreaterThan(12);
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
