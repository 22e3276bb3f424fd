import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { MASK, type ApiEntry, type Entry, type ShownState } from '../messages.ts';
import { ask } from './ask.ts';
import { Details } from './details.tsx';
import { keyOf, NO_HISTORY, titleOf, withEntries, type Kept } from './history.ts';
import { Log } from './log.tsx';
import { Matrix } from './matrix.tsx';
import { useRequest } from './request.ts';
import { connect } from './stream.ts';
import { Scopes } from './token.tsx';
import { TryIt } from './try-it.tsx';
import { Action, Copy, Text } from './ui.tsx';
import { Verdict } from './verdict.tsx';
import { clockTime } from './words.ts';

const LINKS = { connecting: 'connecting …', live: '● connected', lost: '○ not connected' } as const;

/** The whole page. What a person typed stays when the twin reloads or restarts. */
export function App(): ComponentChildren {
  const [link, setLink] = useState<keyof typeof LINKS>('connecting');
  const [full, setFull] = useState(0);
  const [state, setState] = useState<ShownState>();
  const [problem, setProblem] = useState('');
  const [restarted, setRestarted] = useState(false);
  const [secrets, setSecrets] = useState(true);
  const [history, setHistory] = useState(NO_HISTORY);
  const twin = useRef('');
  useEffect(
    () =>
      connect(
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
      ),
    [],
  );
  const command = state === undefined ? 'the start command' : state.startCommand;
  return (
    <>
      <header>
        <h1>Stack {state?.stack}</h1>
        {state !== undefined && (
          <dl>
            {[
              ...state.apis.map(({ name, url }) => [state.apis.length > 1 ? name : 'API', url]),
              ['Tenant', location.origin],
              ['Issuer', state.issuer],
            ].map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
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
      {state !== undefined && (
        <Work state={state} history={history} twin={twin.current} onClear={() => setHistory(NO_HISTORY)} />
      )}
    </>
  );
}

interface WorkProps {
  readonly state: ShownState;
  readonly history: typeof NO_HISTORY;
  readonly twin: string;
  readonly onClear: () => void;
}

/** The matrix, the log, and one request: the one that is tried, or the one that is open. */
function Work({ state, history, twin, onClear }: WorkProps): ComponentChildren {
  const request = useRequest(state);
  const [link, setLink] = useState(location.hash.slice(1));
  /** Kept when the list drops it. */
  const [opened, setOpened] = useState<Kept>();
  const panel = useRef<HTMLElement>(null);
  const open = (key: string): void => {
    globalThis.history.replaceState(undefined, '', key === '' ? ' ' : `#${key}`);
    setLink(key);
  };
  useEffect(() => {
    const follow = (): void => setLink(location.hash.slice(1));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const found = history.kept.find(({ key }) => key === link);
  useEffect(() => {
    if (found !== undefined) setOpened(found);
  }, [found, link]);
  const shown = (found ?? (opened?.key === link ? opened : undefined))?.entry;
  const toPanel = (): void => {
    panel.current?.scrollIntoView();
    panel.current?.scrollTo(0, 0);
  };

  const retry = (entry: ApiEntry, heading: string): void => {
    const api = state.apis.find(({ name }) => name === entry.api);
    const row = api?.rows.find(({ routeKey }) => routeKey === entry.routeKey);
    const column = state.callers.findIndex((caller) => caller.heading === heading);
    const caller = state.callers[column];
    if (!api || !row || !caller) return;
    const { query, body } = entry.request;
    const { method, path } = entry;
    const observed = { method, path: query.includes(MASK) ? path : path + query, body };
    request.choose({ api, row, caller, column }, shown === undefined ? request.draft : observed);
    open('');
    // The button that was pressed goes with the advice.
    setTimeout(() => document.getElementById('call')?.focus());
  };
  const tools = (entry: Entry): ComponentChildren => {
    const url = new URL(`#${keyOf(twin, entry)}`, location.href).href;
    return (
      <>
        {entry.kind === 'api' && (
          <>
            <Copy what="as curl" text={async () => (await ask('curl', { requestId: entry.requestId })).command} />
            <Action
              act={async () => {
                const { entry: next } = await ask('replay', { requestId: entry.requestId });
                if (next !== undefined) {
                  const key = keyOf(twin, next);
                  setOpened({ key, entry: next });
                  open(key);
                }
                return 'Replayed';
              }}
            >
              Replay
            </Action>
          </>
        )}
        <Copy what="link" text={() => url} />
      </>
    );
  };
  return (
    <main>
      <Matrix
        state={state}
        onChoose={(cell) => {
          open('');
          request.choose(cell);
          toPanel();
        }}
      />
      <section aria-labelledby="request" class="card panel" ref={panel} tabIndex={-1}>
        <div class="bar">
          <h2 id="request">
            {shown === undefined ? 'Try it' : `${titleOf(shown)} at ${clockTime(new Date(shown.at))}`}
          </h2>
          {link !== '' && (
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
        ) : link !== '' ? (
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
