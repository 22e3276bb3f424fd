import { describe, expect, it } from 'vitest';
import { compact, laidOut, membersOf, withMembers } from '../../../src/page/client/json-text.ts';
import { fieldOf, partsOf, segmentOf } from '../../../src/page/client/jwt.ts';
import { visibleText, writtenWords } from '../../../src/page/client/words.ts';

const segment = (text: string): string => Buffer.from(text).toString('base64url');
const HEADER = segment('{"alg":"RS256"}');

describe('JSON text of a token', () => {
  it.each([
    { a: [], b: {}, c: [1, [2], { d: null }], 'e"\\': 'x, {y}: [z]', f: -0.5, g: true },
    [],
    {},
    'text',
    12,
    [[[]], { a: {} }],
  ])('JSON text is formatted and compacted as JSON.stringify does: %j', (value) => {
    const text = JSON.stringify(value, null, 3);
    expect(laidOut(text)).toBe(JSON.stringify(value, null, 2));
    expect(compact(text)).toBe(JSON.stringify(value));
  });

  it.each(['', 'text', '{"a":', '{"a":1}}', '{a:1}'])('Text that is not JSON stays as it is: %j', (text) => {
    expect([laidOut(text), compact(text)]).toEqual([text, text]);
    expect(membersOf(text)).toBeUndefined();
  });

  it('JSON text keeps numbers and duplicate names exactly as written', () => {
    const text = '{"a":1e999,"b":12345678901234567890,"exp":1,"c":[1.0,-0],"exp":2,"2":0,"1":0,"__proto__":3}';
    expect(compact(laidOut(text))).toBe(text);
    expect(membersOf(text)?.map(({ name, text: value, plain, times }) => [name, value, plain, times])).toEqual([
      ['a', '1e999', false, 1],
      ['b', '12345678901234567890', false, 1],
      ['exp', '1', true, 2],
      ['c', '[1.0,-0]', false, 1],
      ['exp', '2', true, 2],
      ['2', '0', true, 1],
      ['1', '0', true, 1],
      ['__proto__', '3', true, 1],
    ]);
    expect(compact(withMembers(text, { exp: 5, toString: 'x' }))).toBe(
      '{"a":1e999,"b":12345678901234567890,"exp":5,"c":[1.0,-0],"2":0,"1":0,"__proto__":3,"toString":"x"}',
    );
    expect(compact(withMembers('no JSON', { exp: 5 }))).toBe('{"exp":5}');
  });

  it('JSON text is read at any depth of nesting', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const parts = partsOf(`${HEADER}.${segment(`{"a":${deep}}`)}.sig`);
    expect(parts?.fields.claims).toMatchObject([{ name: 'a', text: deep }]);
    expect(parts?.claims).toBe(`{"a":${deep}}`);
  });
});

describe('A decoded token', () => {
  it('A decoded token has its claims exactly as written, also after a change', () => {
    const claims = '{"n": 12345678901234567890, "exp": 1, "exp": 2}';
    const parts = partsOf(`${HEADER}.${segment(claims)}.sig`);
    expect(parts?.claims).toBe('{\n  "n": 12345678901234567890,\n  "exp": 1,\n  "exp": 2\n}');
    expect(segmentOf(parts?.claims ?? '')).toBe(segment('{"n":12345678901234567890,"exp":1,"exp":2}'));
    expect(fieldOf(claims, 'exp')).toBe(2);
    expect(fieldOf(claims, 'toString')).toBeUndefined();
  });

  it.each(['', 'a.b', 'a.b.c.d', `${HEADER}.!.c`, `${HEADER}./w.c`])(
    'A string without three segments is not decoded as a token: %j',
    (text) => {
      expect(partsOf(text)).toBeUndefined();
    },
  );

  it.each([
    [true, 1, ''],
    [false, 1, '; the token writes the number so, and not every reader keeps it'],
    [true, 2, '; the token says it 2 times, and readers differ in which one they take'],
  ])('The page says where readers of a token can differ: %j, %j', (plain, times, words) => {
    expect(writtenWords(plain, times)).toBe(words);
  });
});

it('A string of several lines shows invisible characters, except line ends and tabs', () => {
  expect(visibleText('a\r\n\tb\n\u202Ec\u0000\rd')).toBe('a\r\n\tb\n\\u{202e}c\\u{0}\\u{d}d');
});
