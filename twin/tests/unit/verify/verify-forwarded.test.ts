import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { play } from '../../../src/verify/play.ts';
import { countOf, differencesOf } from '../../../src/verify/table.ts';
import { startTestTwin } from '../../support/twin.ts';
import { playOptions } from '../../support/verifiable.ts';

const KEY = 'GET /orders/{id}';
const backend = createServer((_request, response) => response.end('an order'));

await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
const address = new URL(`http://127.0.0.1:${(backend.address() as AddressInfo).port}`);
const twin = await startTestTwin({
  forwards: new Map([[KEY, address]]),
  change: (project) =>
    project.edit(
      'contract.ts',
      "'GET /test': {",
      `'${KEY}': { forward: 'https://orders.example.com/{id}', scopes: ['read:user'], examples: { id: '17' } },
  'GET /test': {`,
    ),
});
afterAll(async () => {
  await twin.end();
  backend.close();
});

/** Verifies the twin, which was given local addresses for these routes, or is a deployed stack. */
const verify = (forwarded: readonly string[] | undefined) => play(playOptions(twin, { forwarded }));

it('verify calls a forwarded route if the twin has a local address for it', async () => {
  const played = await verify([KEY]);
  expect(differencesOf(played)).toEqual([]);
  expect(countOf(played)).toMatchObject({ differ: 0, notTried: 0 });
});

it('verify leaves out a forwarded route without a local address, says so, and finds no difference', async () => {
  const played = await verify([]);
  expect(differencesOf(played)).toEqual([]);
  const { agree, differ, notTried } = countOf(played);
  expect(agree).toBe(notTried);
  expect(differ).toBe(0);
  const why = played.rows.flat().flatMap(({ outcome }) => (outcome.kind === 'not tried' ? [outcome.why] : []));
  expect(new Set(why)).toEqual(
    new Set([
      `it goes to https://orders.example.com/{id}; start the twin with --forward "${KEY}=http://127.0.0.1:4000"`,
    ]),
  );
});

it('verify names the endpoint, and no invoke permission, if a deployed endpoint cannot be reached', async () => {
  const { port } = backend.address() as AddressInfo;
  await new Promise((resolve) => backend.close(resolve));
  onTestFinished(() => new Promise<void>((resolve) => void backend.listen(port, '127.0.0.1', resolve)));
  const [difference, ...others] = differencesOf(await verify(undefined));
  expect(difference).toContain('expected 2xx, got 503: the backend fails');
  expect(others.every((one) => one.startsWith(KEY))).toBe(true);
});
