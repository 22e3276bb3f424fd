import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { changed, partsOf } from '../../../src/page/client/jwt.ts';
import { caller, changeToken, choose, follow, run, set, tried } from '../../../src/page/client/request.ts';
import { cellOf, linkTo, state, twin } from '../../../src/page/client/store.ts';
import type { ShownState } from '../../../src/page/messages.ts';

/** A request of the page, which the test answers. */
interface Held {
  readonly name: string;
  readonly question: Readonly<Record<string, string>>;
  readonly answer: (body: object, status?: number) => Promise<void>;
}
let held: Held[] = [];

beforeAll(() => vi.stubGlobal('fetch', answerLater));
afterAll(() => vi.unstubAllGlobals());

function answerLater(url: string, { body, signal }: { body: string; signal: AbortSignal }): Promise<Response> {
  signal.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<Response>();
  held.push({
    name: url.replace('/_twin/', ''),
    question: JSON.parse(body) as Held['question'],
    answer: async (answer, status = 200) => {
      resolve(Response.json(answer, { status }));
      await settled();
    },
  });
  return promise;
}

/** Waits until the page has handled an answer. */
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

const SERVICE = '`test-app`';
const USER = 'user `test-user@example.com`';
const PASSWORD = { name: 'password', login: false, declared: ['read', 'write'], permitted: ['read'] };
const STATE: ShownState = {
  stack: 'dev',
  issuers: [],
  startCommand: '',
  caFile: '',
  kid: '',
  clients: [],
  users: [],
  callers: [
    {
      heading: SERVICE,
      kind: 'client',
      name: 'test-app',
      detail: '',
      asks: [{ ...PASSWORD, name: 'service', parameters: { grant_type: 'client_credentials' } }],
    },
    { heading: 'reader', kind: 'role', name: 'reader', detail: '', asks: [] },
    {
      heading: USER,
      kind: 'user',
      name: 'test-user@example.com',
      detail: '',
      asks: [
        { ...PASSWORD, parameters: { grant_type: 'password' } },
        { ...PASSWORD, name: 'password-realm', parameters: { grant_type: 'realm' } },
      ],
    },
    { heading: 'anyone', kind: 'anyone', name: '', detail: '', asks: [] },
  ],
  apis: [
    {
      name: 'api',
      url: 'http://localhost:3000',
      rows: [
        {
          routeKey: 'GET /test',
          needs: 'needs `read`',
          cells: ['allowed: `read`', 'allowed: `read`', 'allowed: `read`', 'denied: no token'],
          opens: [['read'], ['read'], ['read'], []],
          path: '/test',
        },
      ],
    },
  ],
};

const cell = (heading: string) => {
  const found = cellOf(linkTo('api', 'GET /test', heading));
  if (found === undefined) throw new Error(`no cell of ${heading}`);
  return found;
};

/** Returns the oldest request that has no answer yet. */
const next = (name: string): Held => {
  const [first] = held.splice(0, 1);
  if (first?.name !== name) throw new Error(`expected a request ${name}, got ${first?.name}`);
  return first;
};

const token = (name: string, scope = ''): object => ({ status: 200, body: { access_token: name, scope }, steps: [] });
const called = (status: number): object => ({ response: { status }, entry: { kind: 'unread', status } });
const outcome = (): number | undefined => tried.value.called?.response.status;
const problem = (): string => tried.value.problem;

/** Calls as the chosen caller, with a token of this name. */
const callWith = async (name: string): Promise<void> => {
  void run();
  await settled();
  await next('token').answer(token(name));
  await next('call').answer(called(200));
};

beforeEach(() => {
  held = [];
  twin.value = 'a twin';
  state.value = STATE;
  follow();
  set({ caller: 'anyone', ask: '', scopes: [], others: '' });
});

describe('A late response', () => {
  it('The page keeps the token that was requested last, although an earlier response comes later', async () => {
    set({ caller: USER, ask: 'password', scopes: ['write'] });
    void run();
    await settled();
    const first = next('token');
    set({ scopes: ['read'] });
    void run();
    await settled();
    const second = next('token');
    expect([first, second].map(({ question }) => question['parameters'])).toEqual([
      { grant_type: 'password', scope: 'write' },
      { grant_type: 'password', scope: 'read' },
    ]);
    await first.answer(token('first'));
    expect(tried.value).toMatchObject({ token: '', issued: undefined });
    await second.answer(token('second', 'read'));
    expect(tried.value).toMatchObject({ token: 'second', issued: { requested: ['read'] } });
    const call = next('call');
    expect(call.question).toMatchObject({ token: 'second', method: 'GET', path: '/test' });
    await call.answer(called(200));
    expect(outcome()).toBe(200);
  });

  it('A call with a changed token waits for its signature, and is not made without it', async () => {
    set({ caller: SERVICE, ask: 'service' });
    await callWith('e30.e30.c2ln');
    const base = partsOf(tried.value.token);
    const edit = base && changed(base, 'expired');
    if (base === undefined || edit === undefined) throw new Error('the token has three parts');
    changeToken(edit, base);
    void run();
    await settled();
    await next('signature').answer({ error: 'not signed' }, 403);
    expect([problem(), outcome(), held]).toEqual(['not signed', undefined, []]);
    void run();
    await settled();
    await next('signature').answer({ signature: 'new' });
    const { token: sent } = next('call').question;
    expect(sent).toMatch(/^e30\.\w{20,}\.new$/);
    // A cell is called with a token as the tenant issues it.
    void choose(cell(SERVICE));
    await settled();
    await next('token').answer(token('fresh'));
    expect(next('call').question['token']).toBe('fresh');
  });

  it('A call reports a failed request in the twin’s words, and can be made again', async () => {
    void run();
    await settled();
    await next('call').answer({ error: 'The method must be one of GET, POST' }, 400);
    expect(tried.value).toMatchObject({ problem: 'The method must be one of GET, POST', busy: false });
    void run();
    await settled();
    await next('call').answer(called(401));
    expect([problem(), outcome()]).toEqual(['', 401]);
  });

  it('A call without an answer within 40 seconds says that the twin does not answer', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(AbortSignal.abort());
    await run();
    expect(timeout).toHaveBeenCalledWith(40_000);
    expect(tried.value).toMatchObject({ problem: 'The twin does not answer.', busy: false });
  });

  it('The page drops the result of a call, shown or on its way, when the caller or its scopes change', async () => {
    set({ caller: USER, ask: 'password' });
    await callWith('of the user');
    expect(outcome()).toBe(200);
    set({ scopes: ['read'] });
    expect(tried.value).toMatchObject({ called: undefined, issued: undefined, token: '' });
    void run();
    await settled();
    await next('token').answer(token('of the user'));
    const call = next('call');
    set({ caller: SERVICE, ask: 'service' });
    await call.answer(called(200));
    expect(outcome()).toBeUndefined();
    await callWith('of the service');
    expect(outcome()).toBe(200);
  });

  it('The last cell that was clicked wins, although the answer to an earlier one comes later', async () => {
    void choose(cell(SERVICE));
    await settled();
    await next('token').answer(token('of the service'));
    const first = next('call');
    void choose(cell('anyone'));
    await settled();
    const second = next('call');
    expect(second.question['token']).toBe('');
    await first.answer(called(200));
    expect(outcome()).toBeUndefined();
    await second.answer(called(401));
    expect(outcome()).toBe(401);
  });
});

describe('A choice', () => {
  it('A role’s cell says which caller to choose instead, until one is chosen', async () => {
    set({ path: '/typed' });
    void choose(cell('reader'));
    await settled();
    expect(problem()).toBe(
      'A role cannot request a token. Choose a user who has the role reader; the route is filled in below.',
    );
    expect([tried.value.draft.path, held]).toEqual(['/test', []]);
    set({ caller: USER, ask: 'password' });
    expect(problem()).toBe('');
  });

  it('The chosen grant stays by name, and the page says when it is gone', async () => {
    set({ caller: USER, ask: 'password-realm' });
    await callWith('issued');
    const withGrants = (names: readonly string[]): ShownState => ({
      ...STATE,
      callers: STATE.callers.map((one) => ({ ...one, asks: one.asks.filter(({ name }) => names.includes(name)) })),
    });
    state.value = withGrants(['service', 'password-realm']);
    follow();
    expect(tried.value).toMatchObject({ draft: { ask: 'password-realm' }, token: 'issued' });
    state.value = withGrants(['service', 'password']);
    follow();
    expect(tried.value).toMatchObject({ draft: { caller: USER, ask: 'password' }, token: '', called: undefined });
    expect(problem()).toMatch(/ by password-realm\. Its token was discarded\.$/);
  });

  it('Choices stay when the program declares others before them, and the page says which are gone', async () => {
    set({ caller: SERVICE, ask: 'service', path: '/typed' });
    await callWith('issued');
    const [service] = STATE.callers;
    if (service === undefined) throw new Error('the state has callers');
    state.value = { ...STATE, callers: [{ ...service, heading: '`another-app`' }, ...STATE.callers] };
    follow();
    expect(caller.value?.heading).toBe(SERVICE);
    expect(tried.value).toMatchObject({ token: 'issued', called: { response: { status: 200 } } });
    state.value = { ...STATE, callers: [{ ...service, heading: '`renamed-app`' }, ...STATE.callers.slice(1)] };
    follow();
    expect(problem()).toBe('The program no longer has test-app. Its token was discarded.');
    expect(tried.value).toMatchObject({ draft: { caller: 'anyone', path: '/typed' }, token: '', called: undefined });
    set({ caller: '`renamed-app`', ask: 'service' });
    expect(problem()).toBe('');
  });
});
