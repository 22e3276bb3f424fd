import { effect } from '@preact/signals';
import { render, type ComponentChildren } from 'preact';
import { Details, Tools, Verdict } from './answer.tsx';
import { titleOf } from './history.ts';
import { listen } from './listen.ts';
import { Log } from './log.tsx';
import { Matrix } from './matrix.tsx';
import { choose, follow } from './request.ts';
import { address, chosen, connection, isRestarted, problem, received, secrets, shown, state, twin } from './store.ts';
import { Scopes } from './token.tsx';
import { TryIt } from './try-it.tsx';
import { Text } from './ui.tsx';
import { clockTime } from './words.ts';

const LINKS = { connecting: 'connecting …', live: '● connected', lost: '○ not connected' } as const;

/** The whole page. Typed values survive a reload or restart of the twin. */
function App(): ComponentChildren {
  const { stack, apis, issuers, startCommand } = state.value;
  const addresses = [
    ...apis.map(({ name, url }) => [apis.length > 1 ? name : 'API', url]),
    ['Tenant', location.origin],
    ...issuers.map((issuer) => ['Issuer', issuer]),
  ];
  return (
    <>
      <header>
        <h1>Stack {stack}</h1>
        <dl>
          {addresses.map(([name, value]) => (
            <div key={`${name} ${value}`}>
              <dt>{name}</dt>{' '}
              <dd>
                <code>{value}</code>
              </dd>
            </div>
          ))}
        </dl>
        <p class={`link ${connection.value}`} role="status">
          {LINKS[connection.value]}
          {connection.value === 'live' && isRestarted.value && ' again: the twin was restarted'}
        </p>
      </header>
      {connection.value === 'lost' && (
        <p class="banner" role="alert">
          The twin does not answer. If it ended, start it again with {startCommand}; this page reconnects and keeps what
          you typed. If many of its pages are open, close some and reload this one.
        </p>
      )}
      {secrets.value === false && (
        <p class="banner" role="status">
          This page shows no secrets and gets no tokens. Open the address that {startCommand} printed, which ends in{' '}
          <code>?key=…</code>, in this browser.
        </p>
      )}
      {problem.value !== '' && (
        <div class="banner" role="alert">
          <p>Reload failed. Still serving the last working version.</p>
          <Text label="The error" text={problem.value} />
        </div>
      )}
      {twin.value !== '' && (
        <main>
          <Matrix />
          <Panel />
          <Log />
        </main>
      )}
    </>
  );
}

/** A new request, or the one that the address links to. */
function Panel(): ComponentChildren {
  const entry = shown.value;
  const isOpen = address.value !== '' && !address.value.includes('=');
  const close = (): void => {
    address.value = '';
    document.querySelector<HTMLElement>('.panel')?.focus();
  };
  return (
    <section aria-labelledby="request" class="card panel" tabIndex={-1}>
      <div class="bar">
        <h2 id="request">{entry === undefined ? 'Try it' : `${titleOf(entry)} at ${clockTime(new Date(entry.at))}`}</h2>
        {isOpen && (
          <button type="button" onClick={close}>
            Close
          </button>
        )}
      </div>
      {entry !== undefined ? (
        <>
          <div role="status" class="outcome">
            <Verdict entry={entry} />
          </div>
          <Tools entry={entry} />
          {entry.kind === 'api' && <Details entry={entry} />}
          {entry.kind === 'token' && entry.client !== '' && <Scopes {...entry} />}
        </>
      ) : isOpen ? (
        <p class="advice">
          The twin no longer keeps the request of this link: it keeps only the latest requests, until it is restarted.
        </p>
      ) : (
        <TryIt />
      )}
    </section>
  );
}

const readAddress = (): void => void (address.value = location.hash.slice(1));
readAddress();
effect(() => history.replaceState(undefined, '', address.value === '' ? '/' : `#${address.value}`));
addEventListener('hashchange', () => {
  readAddress();
  // A link fills in a call, but must not make it.
  if (chosen.value !== undefined) void choose(chosen.value, {}, true);
});
state.subscribe(({ stack }) => {
  if (twin.value === '') return;
  document.title = `${stack} · who may call what`;
  follow();
});
listen(received, () => (connection.value = 'lost'));
render(<App />, document.getElementById('page') ?? document.body);
