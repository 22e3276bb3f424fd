import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readBody } from '../../../src/common/read-body.ts';

const twoParts = (): Readable => Readable.from([Buffer.from('abc'), Buffer.from('def')]);

it.each([
  ['returns a whole body that is as long as the limit', 6, 'abcdef', true],
  ['returns the beginning of a longer body, cut at the limit', 5, 'abcde', false],
  ['returns the beginning of a body whose first part is too long', 2, 'ab', false],
])('readBody %s', async (_name, limit, text, isWhole) => {
  const body = await readBody(twoParts(), limit);
  expect({ text: body.bytes.toString(), isWhole: body.isWhole }).toEqual({ text, isWhole });
});

it('readBody destroys a stream that is longer than the limit', async () => {
  const stream = twoParts();
  await readBody(stream, 2);
  expect(stream.destroyed).toBe(true);
});

it('readBody returns no bytes if there is no body', async () => {
  expect(await readBody(null, 1)).toEqual({ bytes: Buffer.alloc(0), isWhole: true });
});

it('readBody rejects if the stream fails', async () => {
  const broken = Readable.from(
    (function* () {
      yield Buffer.from('a');
      throw new Error('aborted');
    })(),
  );
  await expect(readBody(broken, 9)).rejects.toThrow('aborted');
});
