import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import {
  MASK,
  type ApiEntry,
  type Entry,
  type ShownCheck,
  type ShownResponse,
  type TokenEntry,
  type UnreadEntry,
} from '../messages.ts';
import { ask, messageOf } from './ask.ts';
import { laidOut } from './json-text.ts';
import { Copy, Status, Text } from './parts.tsx';
import { Scopes } from './scopes.tsx';
import { CHECK_WORDS, comparedWords, visibleText } from './words.ts';

/** What became of a request, whoever made it. */
export function Explanation({ entry }: { readonly entry: Entry }): ComponentChildren {
  if (entry.kind === 'token') return <TokenExplanation entry={entry} />;
  if (entry.kind === 'tenant') return <TenantExplanation entry={entry} />;
  return (
    <>
      <Outcome entry={entry} />
      {entry.kind === 'api' && <ApiDetails entry={entry} />}
    </>
  );
}

function TenantExplanation({
  entry: { status, method, path, why },
}: {
  readonly entry: Extract<Entry, { readonly kind: 'tenant' }>;
}): ComponentChildren {
  return (
    <p class="outcome">
      <Status status={status} />{' '}
      <code>
        {method} {path}
      </code>{' '}
      {why === '' ? 'answered by the tenant' : `refused by the tenant: ${why}`}
    </p>
  );
}

interface DetailsProps {
  readonly entry: ApiEntry;
  /** The response as the page itself got it; without it the entry's, which the gateway gave to its server to send. */
  readonly received?: ShownResponse;
}

/** What the gateway looked at, the response, the event and the log's line. */
export function ApiDetails({ entry, received }: DetailsProps): ComponentChildren {
  return (
    <div class="explanation">
      <h4>What the gateway looked at, in its order</h4>
      <Checks checks={entry.checks} />
      <h4>{received === undefined ? 'The response, as the gateway gave it' : 'The response, as the client got it'}</h4>
      <Response response={received ?? entry.response} />
      {received === undefined && (
        <p class="quiet">Headers such as content-length, Date and Connection are added when it is sent.</p>
      )}
      <h4>The event, as the handler got it</h4>
      {entry.invoked ? (
        <Event key={entry.requestId} requestId={entry.requestId} />
      ) : (
        <p class="quiet">No handler was asked.</p>
      )}
      <h4>The line of the access log</h4>
      {entry.log !== '' && <Text label="The line of the access log">{entry.log}</Text>}
    </div>
  );
}

/** The status with the reason, in one line. */
export function Outcome({ entry }: { readonly entry: ApiEntry | UnreadEntry }): ComponentChildren {
  if (entry.kind === 'unread') return <TurnedAway status={entry.status} why={entry.why} />;
  const { status, method, path, why, routeKey } = entry;
  return (
    <p class="outcome">
      <Status status={status} />{' '}
      <code>
        {method} {path}
      </code>{' '}
      {why === '' ? `let through by the route ${routeKey}` : why.replace(/^\d+: /, '')}
    </p>
  );
}

/** What never became a request, and why where that is known. */
export function TurnedAway({ status, why }: { readonly status: number; readonly why: string }): ComponentChildren {
  return (
    <p class="outcome">
      <Status status={status} /> The API turned it away before it was a request that it could decide on
      {why === '' ? '.' : `: ${why}`}
    </p>
  );
}

const SYMBOLS: Readonly<Record<ShownCheck['outcome'], string>> = { passed: '✓', failed: '✗', 'not reached': '·' };

function Checks({ checks }: { readonly checks: readonly ShownCheck[] }): ComponentChildren {
  // A public route lets a request through without asking for a token, or what it says.
  const others = checks.some(({ outcome }) => outcome === 'failed') ? 'not reached' : 'not asked';
  return (
    <ol class="checks">
      {checks.map(({ name, outcome, wanted, got }) => (
        <li key={name} class={outcome.replace(' ', '-')}>
          <span class="mark">
            <span aria-hidden="true">{SYMBOLS[outcome]}</span> {outcome === 'not reached' ? others : outcome}
          </span>
          <span class="question">{CHECK_WORDS.get(name) ?? name}</span>
          {outcome !== 'not reached' && (
            <span class="values">
              <span>
                <span class="label">wanted</span> <code>{comparedWords(name, wanted)}</code>
              </span>
              <span>
                <span class="label">found</span> <code>{got === '' ? 'nothing' : comparedWords(name, got)}</code>
              </span>
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}

/** The status, the headers, and the body below, as over the wire but for what is not seen there. */
export function Response({ response }: { readonly response: ShownResponse }): ComponentChildren {
  const { status, headers, body, note } = response;
  const head = [`HTTP/1.1 ${status}`, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\n');
  return (
    <>
      <Text label="The response">{visibleText(`${head}\n\n${body}`)}</Text>
      {note !== '' && <p class="quiet">The body is {note}.</p>}
    </>
  );
}

/** Asked for when it is opened; with the caller's token, where it has one, only when that is asked for. */
function Event({ requestId }: { readonly requestId: string }): ComponentChildren {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const [revealed, setRevealed] = useState(false);
  const [hides, setHides] = useState(false);
  const show = async (reveal: boolean): Promise<void> => {
    try {
      const { event } = await ask('event', { requestId, reveal });
      setText(laidOut(event));
      setRevealed(reveal);
      if (!reveal) setHides(event.includes(MASK));
      setProblem('');
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <>
      <p class="row">
        {text === '' ? (
          <button type="button" onClick={() => void show(false)}>
            Show the event
          </button>
        ) : (
          <>
            {hides && (
              <button type="button" aria-pressed={revealed} onClick={() => void show(!revealed)}>
                {revealed ? 'Mask the token' : 'Show the token in it'}
              </button>
            )}
            <Copy what="the event" text={() => text} />
          </>
        )}
      </p>
      <p role="status">{problem}</p>
      {text !== '' && <Text label="The event">{visibleText(text)}</Text>}
    </>
  );
}

function TokenExplanation({ entry }: { readonly entry: TokenEntry }): ComponentChildren {
  const { status, why, caller, grantType, subject, requested, permitted, granted } = entry;
  return (
    <div class="explanation">
      <p class="outcome">
        <Status status={status} /> <code>POST /oauth/token</code>{' '}
        {why === '' ? `${caller} got a token for ${subject}, by ${grantType}` : why}
      </p>
      {why !== '' && caller !== '' && (
        <p class="quiet">
          {caller} asked, by {grantType}.
        </p>
      )}
      {caller !== '' && (
        <Scopes requested={requested} permitted={permitted} granted={why === '' ? granted : undefined} />
      )}
    </div>
  );
}
