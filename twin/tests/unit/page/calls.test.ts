import { afterAll, beforeAll, expect, it } from 'vitest';
import { changed, partsOf, tokenOf } from '../../../src/page/client/jwt.ts';
import { postToPage } from '../../support/page.ts';
import { serviceToken, startTestTwin, type TestTwin } from '../../support/twin.ts';

let twin: TestTwin;
beforeAll(async () => {
  twin = await startTestTwin({ page: true });
});
afterAll(() => twin.end());

const caller = 'user `test-user@example.com` through `test-app` (password)';
const ask = 'password · https://test-api-for-jwt-authorizer.example.com';

it('A token request of the page uses the grant that it names, in any order of the caller’s grants', async () => {
  expect((await postToPage(twin, 'secrets', { caller, ask })).status).toBe(200);
  const gone = await postToPage(twin, 'secrets', { caller, ask: 'implicit · https://gone.example.com' });
  expect(gone).toMatchObject({
    status: 400,
    body: { error: 'The program no longer declares this caller or this grant' },
  });
});

it('A token request of the page for an API that the program no longer declares is rejected', async () => {
  const { status, body } = await postToPage(twin, 'token', { api: 'gone', caller, ask, parameters: {} });
  expect([status, body]).toEqual([400, { error: 'The program no longer declares this API' }]);
});

const question = { api: 'api', method: 'GET', path: '/test', token: '', body: '' };

it('A call of the page sends non-ASCII characters of its path in UTF-8, as a browser does', async () => {
  const { body } = await postToPage(twin, 'call', { ...question, path: '/é?q=🙂%2F' });
  expect(body.entry).toMatchObject({ kind: 'api', path: '/é' });
  expect(twin.exchanges.at(-1)?.request.target).toBe('/%C3%A9?q=%F0%9F%99%82%2F');
});

it('A call of the page sends a path with a dot segment as it was typed, and reports the failed check', async () => {
  const { body } = await postToPage(twin, 'call', { ...question, path: '/a/../test' });
  expect(body.entry).toMatchObject({
    status: 400,
    why: expect.stringContaining('the path has a dot segment') as string,
  });
  expect(body.entry?.checks.find(({ outcome }) => outcome === 'failed')?.name).toBe('path');
});

it.each([
  ['as it came', undefined, ''],
  ['algorithm none', 'algorithm', 'the token is signed with none'],
  ['broken signature', 'signature', 'signature does not match the key'],
  ['a scope more', 'signature', 'signature does not match the key'],
  ['expired', 'expiry', 'the token expired 6'],
  ['not valid yet', 'not before', 'the token is not valid before'],
  ['issued in the future', 'issued at', 'which is not in the past'],
  ['another audience', 'audience', 'the token is for https://another-api.example.com'],
  ['issuer without its slash', 'issuer', 'lacks the final slash'],
  ['an unknown key', 'key', 'the token names the key unknown'],
])('A token with the change "%s" fails only the check that the change is about', async (name, check, why) => {
  const base = partsOf(await serviceToken(twin));
  const edit = base && changed(base, name);
  if (base === undefined || edit === undefined) throw new Error(`no change ${name}`);
  const sign = async (signed: string): Promise<string> =>
    (await postToPage(twin, 'signature', { signed, alg: 'RS256' })).body.signature;
  const made = tokenOf(edit, base);
  const token = edit.signature === 'twin' ? made + (await sign(made.slice(0, -1))) : made;
  const { entry } = (await postToPage(twin, 'call', { ...question, token })).body;
  expect(entry?.checks.find(({ outcome }) => outcome === 'failed')?.name).toBe(check);
  expect(entry?.why).toContain(why);
});
