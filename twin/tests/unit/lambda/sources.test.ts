import { expect, it } from 'vitest';
import { useHandlers } from '../../../../tests/support/handlers.ts';
import { call, startTestTwin } from '../../support/twin.ts';

const FAILS = `
interface Event { readonly rawPath: string }

function fail(event: Event): never {
  throw new Error('on purpose at ' + event.rawPath);
}
export const handler = async (event: Event): Promise<string> => {
  if (event.rawPath.endsWith('stack')) return new Error('x').stack ?? '';
  return fail(event);
};
`;

// docs/fidelity.md F94
it('The log names the source of an error in a handler, and the handler sees the stack that it would see on Lambda', async () => {
  const twin = await startTestTwin({ change: (project) => useHandlers(project, { fails: FAILS }) });
  expect((await call(twin, undefined, '/fails')).status).toBe(500);
  const log = (): string => twin.log.join('\n');
  await expect.poll(log).toContain('Error: on purpose at /fails');
  expect(log()).toMatch(/at fail \(handler\/fails\.ts:5:9\)/);
  expect(log()).not.toContain('index.mjs:');
  expect((await call(twin, undefined, '/fails/stack')).text).toMatch(/index\.mjs:\d+:\d+/);
  await twin.end();
});
