import { expect, it } from 'vitest';
import { changed, partOf, partsOf, segmentOf, tokenOf } from '../../../src/page/client/jwt.ts';

const text = (segment: string): string => Buffer.from(segment, 'base64url').toString();

it('A part is laid out, with its fields', () => {
  expect(partOf('{"a":1,"b":["x"]}')).toEqual({
    text: '{\n  "a": 1,\n  "b": [\n    "x"\n  ]\n}',
    fields: { a: 1, b: ['x'] },
  });
});

it.each([
  ['not JSON', '{"scope": '],
  ['a list', '[1]'],
  ['a string', '"x"'],
  ['nested too deeply', `{"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
])('A part that is %s is shown as written', (_what, written) => {
  expect(partOf(written)).toEqual({ text: written, fields: undefined });
});

it.each([
  ['a name that stands twice', '{ "exp":1,"exp":2 }'],
  ['numbers that readers round', '{"big":12345678901234567890,"huge":1e999}'],
  ['text that is not JSON', '{"scope": '],
])(
  'A token with %s stays as it is in each part that is not edited, and an edited part is as it was typed',
  (_what, written) => {
    const token = [segmentOf('{"alg":"RS256"}'), segmentOf(written), 'c2ln'].join('.');
    const base = partsOf(token);
    const edit = base && changed(base, 'as it came');
    if (base === undefined || edit === undefined) throw new Error('the token has three parts');
    expect(tokenOf(edit, base)).toBe(token);
    expect(tokenOf({ ...edit, header: '{}' }, base)).toBe(token.replace(/^\w+/, 'e30'));
    expect(text(tokenOf({ ...edit, claims: `${written} ` }, base).split('.')[1] ?? '')).toBe(`${written} `);
  },
);

it('A token keeps the text of its parts, in any script', () => {
  const segment = segmentOf('{"name":"é 🙂 \u202e"}');
  expect(partsOf(`${segment}.${segment}.x`)?.claims.fields).toEqual({ name: 'é 🙂 \u202e' });
});

it.each(['', 'a.b', 'a.b.c.d', '%.e30.x', '_w.e30.x'])('A token is not taken apart if it is %j', (token) => {
  expect(partsOf(token)).toBeUndefined();
});
