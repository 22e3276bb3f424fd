import type { ComponentChildren } from 'preact';
import { MASK, type ApiEntry, type Entry, type ShownState } from '../messages.ts';
import { Details, Response, Verdict } from './answer.tsx';
import { hasBody, METHODS, parametersOf, type Request } from './request.ts';
import { linesOf, Token } from './token.tsx';
import { ask } from './twin.ts';
import { Field, Masked, Status } from './ui.tsx';
import { plain, visible } from './words.ts';

interface Props {
  readonly state: ShownState;
  readonly request: Request;
  readonly onRetry: (entry: ApiEntry, heading: string) => void;
  /** The buttons for the request that was made. */
  readonly tools: (entry: Entry) => ComponentChildren;
}

/** A new request: its outcome in one sentence, and below it its token beside its call. */
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
          <TokenRequest state={state} request={request} />
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
  if (problem !== '') return <p class="advice">{problem}</p>;
  if (called?.entry !== undefined) return <Verdict entry={called.entry} onRetry={onRetry} />;
  const failed = called
    ? ([called.response.status, 'Rejected before the gateway could read it.'] as const)
    : issued?.token === '' &&
      ([
        issued.answer.status,
        `The tenant issues no token: ${String(issued.answer.body['error'])}: ${String(issued.answer.body['error_description'])}`,
      ] as const);
  if (failed) {
    return (
      <p class="verdict">
        <Status status={failed[0]} /> {visible(failed[1])}
      </p>
    );
  }
  // `late` shows the text only after two seconds.
  if (busy) return <p class="quiet late">There is no answer yet. The gateway gives up after 30 seconds.</p>;
  return <p class="quiet">{token === '' ? 'No call yet.' : 'The token is ready: call with it.'}</p>;
}

function Form({ state, request }: Pick<Props, 'state' | 'request'>): ComponentChildren {
  const { draft, callers, caller, by, set, run, busy, token } = request;
  const api = state.apis.find(({ name }) => name === draft.api) ?? state.apis[0];
  const tick = (scope: string, { checked }: HTMLInputElement): void =>
    set({ scopes: [...draft.scopes.filter((one) => one !== scope), ...(checked ? [scope] : [])] });
  const isOneApi = new Set(caller?.asks.map(({ name }) => name.replace(/^.*? · /, ''))).size === 1;
  const choose = (heading: string): void => {
    const [first] = callers.find((one) => one.heading === heading)?.asks ?? [];
    set({ caller: heading, ask: first?.name ?? '', scopes: [], others: '' });
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
          grow
          value={draft.caller}
          options={callers.map(({ heading, kind }) => [
            heading,
            kind === 'anyone' ? 'anyone, without a token' : plain(heading),
          ])}
          onInput={choose}
        />
        {caller !== undefined && caller.asks.length > 1 && (
          <Field
            label={isOneApi ? 'Grant' : 'Grant and API'}
            grow={!isOneApi}
            value={draft.ask}
            options={caller.asks.map(({ name }) => [name, isOneApi ? name.replace(/ · .*/, '') : name])}
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
                <input
                  type="checkbox"
                  checked={draft.scopes.includes(scope)}
                  onChange={({ currentTarget }) => tick(scope, currentTarget)}
                />
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
            options={state.apis.map(({ name }) => name)}
            onInput={(name) => set({ api: name })}
          />
        )}
        <Field label="Method" value={draft.method} options={METHODS} onInput={(method) => set({ method })} />
        <Field
          label="Path"
          grow
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

/** Returns the next token request: a command, or the parameters of `/authorize`. */
function TokenRequest({ state, request }: Pick<Props, 'state' | 'request'>): ComponentChildren {
  const { draft, by, requested } = request;
  if (by === undefined) return undefined;
  const parameters = parametersOf(by, requested);
  const load = async (reveal: boolean): Promise<string> => {
    if (by.login) return linesOf(parameters);
    const secrets = reveal ? await ask('secrets', { caller: draft.caller, ask: by.name }) : {};
    const known = Object.entries(parameters).map(([name, value]) => [
      name,
      value === MASK ? (secrets[name] ?? MASK) : value,
    ]);
    return curlOf(JSON.stringify(Object.fromEntries(known), undefined, 2), state.caFile);
  };
  const title = by.login ? 'The request to /authorize' : 'The token request as a command';
  return <Masked key={title} title={title} load={load} of={[state, JSON.stringify(parameters)]} />;
}

function curlOf(body: string, caFile: string): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const trust = caFile === '' ? '' : ` --cacert ${quoted(caFile)}`;
  return `curl -s${trust} ${location.origin}/oauth/token \\\n  -H 'content-type: application/json' \\\n  -d ${quoted(body)}`;
}
