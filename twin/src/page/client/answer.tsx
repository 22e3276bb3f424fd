import type { ComponentChildren } from 'preact';
import type { Advice, ApiEntry, Entry, ShownCheck, ShownRequest, ShownResponse } from '../messages.ts';
import { keyOf } from './history.ts';
import { replay, retry } from './request.ts';
import { twin } from './store.ts';
import { ask } from './twin.ts';
import { Action, Copy, focusCall, Fold, Inline, Masked, Status, Text } from './ui.tsx';
import { CHECK_WORDS, comparedWords, plain } from './words.ts';

/** The outcome of a request in one sentence, and below it the check that failed. */
export function Verdict({ entry }: { readonly entry: Entry }): ComponentChildren {
  return (
    <>
      <p class="verdict">
        <Status status={entry.status} /> <Sentence entry={entry} />
      </p>
      {entry.kind === 'api' && entry.advice !== undefined && <Advised entry={entry} advice={entry.advice} />}
      {entry.kind === 'api' && <Checks checks={entry.checks} />}
    </>
  );
}

function Sentence({ entry }: { readonly entry: Entry }): ComponentChildren {
  const { why } = entry;
  if (entry.kind === 'unread') return `Rejected before the gateway could read it${why === '' ? '.' : `: ${why}`}`;
  if (entry.kind === 'token') {
    const who = [entry.client, entry.user].filter((name) => name !== '').join(' for ');
    return why === '' ? `${who} got a token for ${entry.subject} by ${entry.grantType}` : `${who} got no token: ${why}`;
  }
  const lacking =
    entry.kind === 'api' && entry.checks.find(({ name, outcome }) => name === 'scope' && outcome === 'failed');
  const success = entry.kind === 'api' ? `allowed by the route ${entry.routeKey}` : 'answered by the tenant';
  return (
    <>
      <code>
        {entry.method} {entry.path}
      </code>
      : {lacking ? <Inline text={`the token lacks \`${lacking.expected}\`.`} /> : why || success}
    </>
  );
}

/** Suggests calls that would be allowed: by this caller with another scope, or by another caller. */
function Advised({ entry, advice }: { readonly entry: ApiEntry; readonly advice: Advice }): ComponentChildren {
  const { caller, others } = advice;
  const [scope] = advice.scopes;
  return (
    <p class="advice">
      {caller !== '' && (
        <span>
          <Inline text={caller} /> {scope === undefined ? 'cannot get it.' : 'may request it:'}
        </span>
      )}
      {(scope === undefined ? others : [caller]).map((heading, at) => (
        <button
          type="button"
          class={at === 0 ? 'primary' : ''}
          key={heading}
          title={plain(heading)}
          onClick={() => {
            retry(entry, heading);
            // The pressed button disappears with the advice.
            setTimeout(focusCall);
          }}
        >
          {scope === undefined
            ? `Call as ${plain(heading).replace(/^user | \(.*| through .*/g, '')}`
            : `Request again with ${scope}`}
        </button>
      ))}
      {scope === undefined && others.length === 0 && 'No caller of this stack may call this route.'}
    </p>
  );
}

/** The buttons for a recorded request. */
export function Tools({ entry }: { readonly entry: Entry }): ComponentChildren {
  return (
    <p class="row">
      {entry.kind === 'api' && (
        <>
          <Copy what="as curl" text={async () => (await ask('curl', { requestId: entry.requestId })).command} />
          <Action act={() => replay(entry.requestId)}>Replay</Action>
        </>
      )}
      <Copy what="link" text={() => new URL(`#${keyOf(twin.value, entry)}`, location.href).href} />
    </p>
  );
}

function Checks({ checks }: { readonly checks: readonly ShownCheck[] }): ComponentChildren {
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  const passed = checks.filter(({ outcome }) => outcome === 'passed').length;
  const left = checks.length - passed - failed.length;
  // A public route allows a request without a token.
  const rest = failed.length > 0 ? 'not reached' : 'not needed';
  const draw = (shown: readonly ShownCheck[]): ComponentChildren =>
    shown.map((check) => <Check key={check.name} {...check} rest={rest} />);
  return (
    <>
      {draw(failed)}
      <Fold title={`${passed} ${passed === 1 ? 'check' : 'checks'} passed${left === 0 ? '' : `, ${left} ${rest}`}`}>
        {draw(checks)}
      </Fold>
    </>
  );
}

function Check({ name, outcome, rest, ...compared }: ShownCheck & { readonly rest: string }): ComponentChildren {
  const isReached = outcome !== 'not reached';
  const mark = { passed: '✓ passed', failed: '✗ failed', 'not reached': `· ${rest}` }[outcome];
  return (
    <dl class={`check ${isReached ? outcome : 'quiet'}`}>
      <dt>
        <span class="mark">{mark}</span> {CHECK_WORDS.get(name) ?? name}
      </dt>
      {isReached &&
        (['expected', 'actual'] as const).map((what) => (
          <dd key={what}>
            <span class="quiet">{what}</span> <code>{comparedWords(name, compared[what])}</code>
          </dd>
        ))}
    </dl>
  );
}

/** `received` is the response that the page received; by default, the one that the gateway sent is shown. */
type DetailsProps = Readonly<{ entry: ApiEntry; received?: ShownResponse }>;

/** A request with its response, its event and its access log line. */
export function Details({ entry, received }: DetailsProps): ComponentChildren {
  const { method, path, request, log, invoked, requestId } = entry;
  const event = async (reveal: boolean): Promise<string> => (await ask('event', { requestId, reveal })).event;
  return (
    <>
      <Fold title="Request">
        <Message label="The request" first={`${method} ${path}${request.query} HTTP/1.1`} message={request} />
      </Fold>
      <Fold title={received === undefined ? 'Response from the gateway' : 'Response'} open>
        <Response response={received ?? entry.response} />
      </Fold>
      {invoked ? (
        <Masked key={requestId} title="The event" load={event} of={[]} />
      ) : (
        <p class="quiet">No handler was invoked.</p>
      )}
      {log !== '' && (
        <Fold title="Access log line">
          <Text label="The line of the access log" text={log} />
        </Fold>
      )}
      <p class="quiet">
        Request id <code>{requestId}</code>
      </p>
    </>
  );
}

export function Response({ response }: { readonly response: ShownResponse }): ComponentChildren {
  return <Message label="The response" first={`HTTP/1.1 ${response.status}`} message={response} />;
}

type MessageProps = Readonly<{
  label: string;
  first: string;
  message: Pick<ShownRequest, 'headers' | 'body' | 'note'>;
}>;

function Message({ label, first, message: { headers, body, note } }: MessageProps): ComponentChildren {
  return (
    <>
      <Text label={label} text={`${[first, ...headers.map((pair) => pair.join(': '))].join('\n')}\n\n${body}`} />
      {note !== '' && <p class="quiet">The body is {note}.</p>}
    </>
  );
}
