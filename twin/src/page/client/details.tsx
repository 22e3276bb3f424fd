import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { MASK, type ApiEntry, type ShownRequest, type ShownResponse } from '../messages.ts';
import { ask } from './ask.ts';
import { partOf } from './jwt.ts';
import { Action, Copy, Fold, Text } from './ui.tsx';

/** A request, its response, its event and its line of the access log. */
export function Details({
  entry,
  received,
}: {
  readonly entry: ApiEntry;
  /** The response as the page itself got it; without it the one that the gateway gave to its server to send. */
  readonly received?: ShownResponse | undefined;
}): ComponentChildren {
  const { method, path, request, log, invoked, requestId } = entry;
  return (
    <>
      <Fold title="Request">
        <Message label="The request" first={`${method} ${path}${request.query} HTTP/1.1`} message={request} />
      </Fold>
      <Fold title={received === undefined ? 'Response, as the gateway gave it' : 'Response'} open>
        <Response response={received ?? entry.response} />
      </Fold>
      <p class="quiet">
        Request id <code>{requestId}</code>
      </p>
      {invoked ? <Event key={requestId} requestId={requestId} /> : <p class="quiet">No handler was invoked.</p>}
      {log !== '' && (
        <Fold title="Access log line">
          <Text label="The line of the access log" text={log} />
        </Fold>
      )}
    </>
  );
}

export function Response({ response }: { readonly response: ShownResponse }): ComponentChildren {
  return <Message label="The response" first={`HTTP/1.1 ${response.status}`} message={response} />;
}

function Message({
  label,
  first,
  message: { headers, body, note },
}: {
  readonly label: string;
  readonly first: string;
  readonly message: Omit<ShownRequest, 'query'>;
}): ComponentChildren {
  const head = [first, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\n');
  return (
    <>
      <Text label={label} text={`${head}\n\n${body}`} />
      {note !== '' && <p class="quiet">The body is {note}.</p>}
    </>
  );
}

/** Requested when it is opened; with the caller's token only where a person wants to see it. */
function Event({ requestId }: { readonly requestId: string }): ComponentChildren {
  const [text, setText] = useState('');
  const [revealed, setRevealed] = useState(false);
  const [hides, setHides] = useState(false);
  const show = async (reveal: boolean): Promise<void> => {
    const { event } = await ask('event', { requestId, reveal });
    setText(partOf(event).text);
    setRevealed(reveal);
    if (!reveal) setHides(event.includes(MASK));
  };
  return (
    <>
      <p class="row">
        {text === '' ? (
          <Action act={() => show(false)}>Show the event</Action>
        ) : (
          <>
            {hides && (
              <Action act={() => show(!revealed)} pressed={revealed}>
                {revealed ? 'Mask the token' : 'Show the token in it'}
              </Action>
            )}
            <Copy what="the event" text={() => text} />
          </>
        )}
      </p>
      {text !== '' && <Text label="The event" text={text} />}
    </>
  );
}
