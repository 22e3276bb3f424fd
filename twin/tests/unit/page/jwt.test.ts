import { expect, it } from 'vitest';
import { partOf, partsOf, segmentOf } from '../../../src/page/client/jwt.ts';

const text = (segment: string): string => Buffer.from(segment, 'base64url').toString();

it('A part that JSON can write again is laid out, with its fields', () => {
  expect(partOf('{"a":1,"b":["x"]}')).toEqual({
    text: '{\n  "a": 1,\n  "b": [\n    "x"\n  ]\n}',
    fields: { a: 1, b: ['x'] },
    exact: true,
  });
});

it.each([
  ['a name that stands twice', '{"exp":1,"exp":2}'],
  ['a number that would be rounded', '{"big":12345678901234567890}'],
  ['a number that JSON cannot write', '{"huge":1e999}'],
  ['a number with another notation', '{"exp":1.0}'],
  ['an escape that is not needed', String.raw`{"a":"\u0061"}`],
])('A part with %s is shown to the letter, and said to be inexact', (_what, written) => {
  expect(partOf(written)).toMatchObject({ text: written, exact: false });
  expect(text(segmentOf(written))).toBe(written);
});

it.each([
  ['not JSON', '{"scope": '],
  ['a list', '[1]'],
  ['a string', '"x"'],
  ['nested too deeply', `{"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
])('A part that is %s loses nothing when it is encoded again', (_what, written) => {
  partOf(written);
  expect(text(segmentOf(written))).toBe(written);
});

it('A part is encoded without spaces between its values, and keeps those in its strings', () => {
  expect(text(segmentOf('{\n  "a b": "c  d",\n  "e": [1, 2]\n}'))).toBe('{"a b":"c  d","e":[1,2]}');
});

it('A token keeps the text of its parts, in any script', () => {
  const segment = segmentOf('{"name":"é 🙂 \u202e"}');
  expect(partsOf(`${segment}.${segment}.x`)?.claims.fields).toEqual({ name: 'é 🙂 \u202e' });
});

it.each(['', 'a.b', 'a.b.c.d', '%.e30.x', '_w.e30.x'])('A token is not taken apart if it is %j', (token) => {
  expect(partsOf(token)).toBeUndefined();
});
