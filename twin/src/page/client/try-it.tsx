import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { MASK, type ApiEntry, type Entry, type ShownState } from '../messages.ts';
import { ask } from './ask.ts';
import { Details, Response } from './details.tsx';
import { hasBody, METHODS, parametersOf, type Request } from './request.ts';
import { Token } from './token.tsx';
import { Action, Copy, Field, Fold, Status, Text } from './ui.tsx';
import { Verdict } from './verdict.tsx';
import { plain, visible } from './words.ts';

interface Props {
  readonly state: ShownState;
  readonly request: Request;
  readonly onRetry: (entry: ApiEntry, heading: string) => void;
  /** The buttons for a request that was made. */
  readonly tools: (entry: Entry) => ComponentChildren;
}

/** A request to make, what came of it in a sentence, and side by side its token and its call. */
export function TryIt({ state, request, onRetry, tools }: Props): ComponentChildren {
  const { called, busy } = request;
  const entry = called?.entry;
  return (
    <>
      <Form state={state} request={request} />
      <div role="status" class="outcome">
        <Outcome request={request} onRetry={onRetry} />
      </div>
      {entry !== undefined && <p class="row">{tools(entry)}</p>}
      <div class="columns" aria-busy={busy}>
        <div>
          <h3>Token</h3>
          <Token state={state} request={request} />
          <TokenRequest key={request.draft.caller + request.draft.ask} state={state} request={request} />
        </div>
        <div>
          <h3>Call</h3>
          {called === undefined ? (
            <p class="quiet">Nothing called yet.</p>
          ) : entry?.kind === 'api' ? (
            <Details entry={entry} received={called.response} />
          ) : (
            <Response response={called.response} />
          )}
        </div>
      </div>
    </>
  );
}

function Outcome({ request, onRetry }: Pick<Props, 'request' | 'onRetry'>): ComponentChildren {
  const { called, issued, busy, problem, token } = request;
  const late = useLate(busy);
  if (problem !== '') return <p class="advice">{problem}</p>;
  if (called?.entry !== undefined) return <Verdict entry={called.entry} onRetry={onRetry} />;
  if (called !== undefined) {
    return (
      <p class="verdict">
        <Status status={called.response.status} /> Rejected before the gateway could decide on it.
      </p>
    );
  }
  if (issued !== undefined && issued.token === '') {
    const { status, body } = issued.answer;
    return (
      <p class="verdict">
        <Status status={status} /> The tenant issues no token:{' '}
        {visible(`${String(body['error'])}: ${String(body['error_description'])}`)}
      </p>
    );
  }
  if (late) return <p class="quiet">There is no answer yet. The gateway gives up after 30 seconds.</p>;
  return (
    <p class="quiet">{busy ? 'Calling …' : token === '' ? 'No call yet.' : 'The token is ready: call with it.'}</p>
  );
}

function Form({ state, request }: Pick<Props, 'state' | 'request'>): ComponentChildren {
  const { draft, callers, caller, ask: by, set, run, busy, token } = request;
  const api = state.apis.find(({ name }) => name === draft.api) ?? state.apis[0];
  const tick = (scope: string): void => {
    const { scopes } = draft;
    set({ scopes: scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope] });
  };
  const choose = (heading: string): void => {
    const next = callers.find((one) => one.heading === heading);
    set({ caller: heading, ask: next?.asks[0]?.name ?? '', scopes: [], others: '' });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <div class="row">
        <Field
          label="Caller"
          class="grow"
          value={draft.caller}
          options={callers.map(({ heading, kind }) => [
            heading,
            kind === 'anyone' ? 'anyone, without a token' : plain(heading),
          ])}
          onInput={choose}
        />
        {caller !== undefined && caller.asks.length > 1 && (
          <Field
            label="Grant and API"
            value={draft.ask}
            options={caller.asks.map(({ name }) => [name, name])}
            onInput={(name) => set({ ask: name })}
          />
        )}
      </div>
      {by !== undefined && (
        <div class="row">
          <fieldset>
            <legend>Scopes to request</legend>
            {by.declared.map((scope) => (
              <label key={scope}>
                <input type="checkbox" checked={draft.scopes.includes(scope)} onChange={() => tick(scope)} />
                <code>{scope}</code>
              </label>
            ))}
          </fieldset>
          <Field
            label="Other scopes"
            value={draft.others}
            placeholder="delete:user"
            onInput={(others) => set({ others })}
          />
        </div>
      )}
      <div class="row">
        {state.apis.length > 1 && (
          <Field
            label="API"
            value={draft.api}
            options={state.apis.map(({ name }) => [name, name])}
            onInput={(name) => set({ api: name })}
          />
        )}
        <Field
          label="Method"
          value={draft.method}
          options={METHODS.map((one) => [one, one])}
          onInput={(method) => set({ method })}
        />
        <Field
          label="Path"
          class="grow"
          value={draft.path}
          list={api?.rows.map(({ path }) => path) ?? []}
          onInput={(path) => set({ path })}
        />
        {/* A button that is disabled would lose the focus. */}
        <button type="submit" id="call" class="primary" aria-disabled={busy}>
          {by === undefined && token === '' ? 'Call without a token' : 'Call'}
        </button>
      </div>
      {hasBody(draft.method) && <Field label="Body" rows={3} value={draft.body} onInput={(body) => set({ body })} />}
    </form>
  );
}

/** The next token request: a command, or the parameters of `/authorize`. */
function TokenRequest({ state, request }: Pick<Props, 'state' | 'request'>): ComponentChildren {
  const { draft, ask: by, requested } = request;
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>();
  // What is shown may have been rotated by then.
  useEffect(() => setSecrets(undefined), [state]);
  if (by === undefined) return undefined;
  const parameters = parametersOf(by, requested);
  if (by.login) {
    const lines = Object.entries(parameters).map(([name, value]) => `${name}: ${value}`);
    return (
      <Fold title="The request to /authorize">
        <Text label="The request to /authorize" text={lines.join('\n')} />
      </Fold>
    );
  }
  const reveal = (): Promise<Readonly<Record<string, string>>> =>
    ask('secrets', { caller: draft.caller, ask: by.name });
  return (
    <Fold title="The token request as a command">
      <Text label="The token request as a command" text={curlOf(parameters, secrets ?? {}, state.caFile)} />
      <p class="row">
        <Action
          act={async () => setSecrets(secrets === undefined ? await reveal() : undefined)}
          pressed={secrets !== undefined}
        >
          {secrets === undefined ? 'Show secrets' : 'Mask secrets'}
        </Action>
        <Copy what="with secrets" text={async () => curlOf(parameters, await reveal(), state.caFile)} />
      </p>
    </Fold>
  );
}

type Values = Readonly<Record<string, string>>;

function curlOf(parameters: Values, secrets: Values, caFile: string): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const real = Object.entries(parameters).map(([name, value]) => [
    name,
    value === MASK ? (secrets[name] ?? MASK) : value,
  ]);
  const trust = caFile === '' ? '' : ` --cacert ${quoted(caFile)}`;
  const body = quoted(JSON.stringify(Object.fromEntries(real), undefined, 2));
  return `curl -s${trust} ${location.origin}/oauth/token \\\n  -H 'content-type: application/json' \\\n  -d ${body}`;
}

/** Whether something has been under way for two seconds: what is quicker needs no word. */
function useLate(busy: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!busy) return undefined;
    const timer = setTimeout(() => setLate(true), 2000);
    return () => clearTimeout(timer);
  }, [busy]);
  return late;
}
