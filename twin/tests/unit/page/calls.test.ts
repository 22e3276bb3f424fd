import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askPage } from '../../support/page.ts';
import { startTestTwin, type TestTwin } from '../../support/twin.ts';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin({ page: true });
});
afterAll(() => twin.end());

describe('a token request that the page makes', () => {
  const caller = 'user `test-user@example.com` through `test-app`';
  const ask = 'password · https://test-api-for-jwt-authorizer.example.com';

  it('is of the grant that it names, wherever that stands among the caller’s', async () => {
    expect((await askPage(twin, 'secrets', { caller, ask })).status).toBe(200);
    const gone = await askPage(twin, 'secrets', { caller, ask: 'implicit · https://gone.example.com' });
    expect(gone).toMatchObject({
      status: 400,
      body: { error: 'The program does not declare this caller, or this grant, any more' },
    });
  });
});

describe('a call that the page makes', () => {
  const question = { caller: 'anyone', method: 'GET', path: '/test', token: '', body: '' };

  it.each([
    ['a path without its slash', { path: 'test' }, 400, /^Parse Error/],
    ['a token of 20,000 characters', { token: 'a'.repeat(20_000) }, 431, /\w/],
  ])('comes back with the reason where it is turned away for %s', async (_what, change, status, why) => {
    const { body } = await askPage(twin, 'call', { ...question, ...change });
    expect(body).toMatchObject({ response: { status }, entry: { kind: 'unread', status } });
    expect(body.entry?.why).toMatch(why);
  });

  it('goes with what is beyond ASCII in its path in UTF-8, as a browser sends it', async () => {
    const { body } = await askPage(twin, 'call', { ...question, path: '/é?q=🙂%2F' });
    expect(body.entry).toMatchObject({ kind: 'api', path: '/é' });
    expect(twin.exchanges.at(-1)?.request.target).toBe('/%C3%A9?q=%F0%9F%99%82%2F');
  });
});
