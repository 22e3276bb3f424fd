import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ShownState } from '../messages.ts';
import { connect, type Link } from './connection.ts';
import { NO_HISTORY, withEntries } from './history.ts';
import { LiveList } from './live.tsx';
import { Matrix, type MatrixChoice } from './matrix.tsx';
import { TryIt } from './try-it.tsx';

/** The whole page. What a person has typed lives in its parts, which stay as they are whatever the twin does. */
export function App(): ComponentChildren {
  const [link, setLink] = useState<Link>('connecting');
  const [refusal, setRefusal] = useState('');
  const [state, setState] = useState<ShownState>();
  const [problem, setProblem] = useState('');
  const [restarted, setRestarted] = useState(false);
  const [secrets, setSecrets] = useState(true);
  const [history, setHistory] = useState(NO_HISTORY);
  const [choice, setChoice] = useState<MatrixChoice>();
  const twin = useRef('');
  useEffect(
    () =>
      connect({
        link: (next, why = '') => {
          setLink(next);
          setRefusal(why);
        },
        state: (said) => {
          setRestarted(twin.current !== '' && twin.current !== said.twin);
          twin.current = said.twin;
          setState(said.state);
          document.title = `Who may call what · ${said.state.stack}`;
        },
        entries: (said) => setHistory((before) => withEntries(before, said)),
        access: (said) => setSecrets(said.secrets),
        problem: ({ message }) => setProblem(message),
      }),
    [],
  );
  const tryIt = (caller: string, routeKey: string): void => {
    setChoice({ caller, routeKey });
    document.getElementById('try')?.scrollIntoView();
    // Whoever chose by keyboard goes on there.
    document.getElementById('caller')?.focus({ preventScroll: true });
  };
  return (
    <>
      <header>
        <h1>{state === undefined ? 'The twin' : `The twin of stack ${state.stack}`}</h1>
        {state !== undefined && (
          <dl>
            <div>
              <dt>API</dt>
              <dd>{state.apiUrl}</dd>
            </div>
            <div>
              <dt>Tenant</dt>
              <dd>{location.origin}</dd>
            </div>
            <div>
              <dt>Issuer</dt>
              <dd>{state.issuer}</dd>
            </div>
          </dl>
        )}
        <p class={`link ${link}`} role="status">
          {refusal === '' ? LINKS[link] : '○ not connected'}
          {link === 'live' && restarted && ' again: the twin was started anew'}
        </p>
      </header>
      {link === 'lost' && (
        <p class="banner" role="alert">
          {refusal === '' ? (
            <>
              The twin does not answer. Start it again with <code>npm start</code>; this page will find it, and keeps
              what you typed.
            </>
          ) : (
            `The twin does not let this page listen: ${refusal}. The page tries again by itself.`
          )}
        </p>
      )}
      {!secrets && (
        <p class="banner" role="status">
          This page shows no secrets and gets no tokens. Open the address that <code>npm start</code> printed, which
          ends in <code>?key=…</code>, in this browser.
        </p>
      )}
      {problem !== '' && (
        <div class="banner" role="alert">
          <p>Reload failed. Still serving the last working version.</p>
          <pre tabIndex={0}>{problem}</pre>
        </div>
      )}
      {state !== undefined && (
        <main>
          <div class="work">
            <Matrix state={state} onTry={tryIt} />
            <TryIt state={state} choice={choice} />
          </div>
          <LiveList history={history} apiUrl={state.apiUrl} />
        </main>
      )}
    </>
  );
}

const LINKS: Readonly<Record<Link, string>> = {
  connecting: 'connecting …',
  live: '● connected',
  lost: '○ the twin is away',
};
