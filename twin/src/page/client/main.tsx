import { render, type ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { MASK, type ApiEntry, type Entry, type ShownState } from '../messages.ts';
import { Details, Verdict } from './answer.tsx';
import { keyOf, NO_HISTORY, titleOf, withEntries, type History, type Kept } from './history.ts';
import { Log } from './log.tsx';
import { Matrix } from './matrix.tsx';
import { useRequest, type Cell } from './request.ts';
import { Scopes } from './token.tsx';
import { TryIt } from './try-it.tsx';
import { ask, listen } from './twin.ts';
import { Action, Copy, Text } from './ui.tsx';
import { clockTime } from './words.ts';

const LINKS = { connecting: 'connecting …', live: '● connected', lost: '○ not connected' } as const;

/** The whole page. Typed values survive a reload or restart of the twin. */
function App(): ComponentChildren {
  const [link, setLink] = useState<keyof typeof LINKS>('connecting');
  const [full, setFull] = useState(0);
  const [state, setState] = useState<ShownState>();
  const [problem, setProblem] = useState('');
  const [restarted, setRestarted] = useState(false);
  const [secrets, setSecrets] = useState(true);
  const [history, setHistory] = useState(NO_HISTORY);
  const twin = useRef('');
  useEffect(() => {
    listen(
      {
        state: ({ twin: id, state: next }) => {
          setRestarted(twin.current !== '' && twin.current !== id);
          twin.current = id;
          setFull(0);
          setLink('live');
          setState(next);
          document.title = `${next.stack} · who may call what`;
        },
        entries: (batch) => setHistory((before) => withEntries(before, batch, twin.current)),
        access: ({ secrets: may }) => setSecrets(may),
        problem: ({ message }) => setProblem(message),
        full: ({ pages }) => setFull(pages),
      },
      () => setLink('lost'),
    );
    addEventListener('keydown', (event) => {
      const isTyping = event.target instanceof Element && event.target.matches('input, textarea, select');
      const search = document.querySelector<HTMLInputElement>('[type=search]');
      if (event.key !== '/' || isTyping || search === null) return;
      event.preventDefault();
      search.focus();
    });
  }, []);
  const command = state?.startCommand ?? 'the start command';
  const addresses = state && [
    ...state.apis.map(({ name, url }) => [state.apis.length > 1 ? name : 'API', url]),
    ['Tenant', location.origin],
    ...state.issuers.map((issuer) => ['Issuer', issuer]),
  ];
  return (
    <>
      <header>
        <h1>Stack {state?.stack}</h1>
        <dl>
          {addresses?.map(([name, value]) => (
            <div key={value}>
              <dt>{name}</dt>{' '}
              <dd>
                <code>{value}</code>
              </dd>
            </div>
          ))}
        </dl>
        <p class={`link ${link}`} role="status">
          {LINKS[link]}
          {link === 'live' && restarted && ' again: the twin was restarted'}
        </p>
      </header>
      {link === 'lost' && (
        <p class="banner" role="alert">
          {full > 0
            ? `${full} pages are already open. Close some; this page then connects by itself.`
            : `The twin does not answer. Start it again with ${command}; this page reconnects and keeps what you typed.`}
        </p>
      )}
      {!secrets && (
        <p class="banner" role="status">
          This page shows no secrets and gets no tokens. Open the address that {command} printed, which ends in{' '}
          <code>?key=…</code>, in this browser.
        </p>
      )}
      {problem !== '' && (
        <div class="banner" role="alert">
          <p>Reload failed. Still serving the last working version.</p>
          <Text label="The error" text={problem} />
        </div>
      )}
      {state && <Work {...{ state, history }} twin={twin.current} onClear={() => setHistory(NO_HISTORY)} />}
    </>
  );
}

/** Returns the link to a cell, as the address's fragment. The link to a request is its key. */
function linkTo({ api, row, caller }: Cell): string {
  return new URLSearchParams({ api: api.name, route: row.routeKey, caller: caller.heading }).toString();
}

/** Returns the cell of a link, if the program still has it. */
function cellOf(link: string, { apis, callers }: ShownState): Cell | undefined {
  const { api: name, route, caller: heading } = Object.fromEntries(new URLSearchParams(link));
  const api = apis.find((one) => one.name === name);
  const row = api?.rows.find(({ routeKey }) => routeKey === route);
  const column = callers.findIndex((caller) => caller.heading === heading);
  const caller = callers[column];
  return api && row && caller && { api, row, caller, column };
}

interface WorkProps {
  readonly state: ShownState;
  readonly history: History;
  readonly twin: string;
  readonly onClear: () => void;
}

/** The matrix, the log, and a panel with one request: a new one or a recorded one. */
function Work({ state, history, twin, onClear }: WorkProps): ComponentChildren {
  const [link, setLink] = useState(location.hash.slice(1));
  const cell = cellOf(link, state);
  const request = useRequest(state, cell);
  const panel = useRef<HTMLElement>(null);
  /** The open request, also after the list dropped it. */
  const opened = useRef<Kept>(undefined);
  const isOpen = link !== '' && !link.includes('=');
  const found = history.kept.find(({ key }) => key === link);
  if (found !== undefined) opened.current = found;
  const shown = opened.current?.key === link ? opened.current.entry : undefined;
  const open = (next: string): void => {
    globalThis.history.replaceState(undefined, '', `#${next}`);
    setLink(next);
  };
  useEffect(() => {
    const follow = (): void => {
      const next = location.hash.slice(1);
      const to = cellOf(next, state);
      setLink(next);
      // A link fills in a call, but must not make it.
      if (to !== undefined) request.choose(to, {}, true);
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  });
  const toPanel = (): void => {
    panel.current?.scrollIntoView();
    panel.current?.scrollTo(0, 0);
  };
  const retry = (entry: ApiEntry, heading: string): void => {
    const { api, routeKey: route, method, path } = entry;
    const next = cellOf(new URLSearchParams({ api, route, caller: heading }).toString(), state);
    if (next === undefined) return;
    const { query, body } = entry.request;
    const observed = { method, path: query.includes(MASK) ? path : path + query, body };
    request.choose(next, shown === undefined ? request.draft : observed);
    open(linkTo(next));
    // The pressed button disappears with the advice.
    setTimeout(() => document.getElementById('call')?.focus());
  };
  const replay = async (requestId: string): Promise<string> => {
    const { entry } = await ask('replay', { requestId });
    if (entry !== undefined) {
      opened.current = { key: keyOf(twin, entry), entry };
      open(opened.current.key);
    }
    return 'Replayed';
  };
  const tools = (entry: Entry): ComponentChildren => (
    <>
      {entry.kind === 'api' && (
        <>
          <Copy what="as curl" text={async () => (await ask('curl', { requestId: entry.requestId })).command} />
          <Action act={() => replay(entry.requestId)}>Replay</Action>
        </>
      )}
      <Copy what="link" text={() => new URL(`#${keyOf(twin, entry)}`, location.href).href} />
    </>
  );
  return (
    <main>
      <Matrix
        state={state}
        chosen={cell}
        onChoose={(next) => {
          open(linkTo(next));
          request.choose(next);
          toPanel();
        }}
      />
      <section aria-labelledby="request" class="card panel" ref={panel} tabIndex={-1}>
        <div class="bar">
          <h2 id="request">
            {shown === undefined ? 'Try it' : `${titleOf(shown)} at ${clockTime(new Date(shown.at))}`}
          </h2>
          {isOpen && (
            <button
              type="button"
              onClick={() => {
                open('');
                panel.current?.focus();
              }}
            >
              Close
            </button>
          )}
        </div>
        {shown !== undefined ? (
          <>
            <div role="status" class="outcome">
              <Verdict entry={shown} onRetry={retry} />
            </div>
            <p class="row">{tools(shown)}</p>
            {shown.kind === 'api' && <Details entry={shown} />}
            {shown.kind === 'token' && shown.client !== '' && <Scopes {...shown} />}
          </>
        ) : isOpen ? (
          <p class="advice">
            The twin no longer keeps the request of this link: it keeps the latest, until it is restarted.
          </p>
        ) : (
          <TryIt state={state} request={request} onRetry={retry} tools={tools} />
        )}
      </section>
      <Log
        history={history}
        apiUrl={state.apis[0]?.url ?? ''}
        startCommand={state.startCommand}
        open={link}
        onOpen={({ key }) => {
          open(key);
          toPanel();
        }}
        onClear={onClear}
      />
    </main>
  );
}

const root = document.getElementById('page');
if (root !== null) render(<App />, root);
