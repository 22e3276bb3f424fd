import type { ComponentChildren } from 'preact';
import { Details, Response, Tools, Verdict } from './answer.tsx';
import { by, caller, callers, hasBody, METHODS, parametersOf, requested, run, set, tried } from './request.ts';
import { state } from './store.ts';
import { Token } from './token.tsx';
import { ask } from './twin.ts';
import { Field, Masked, Status } from './ui.tsx';
import { linesOf, plain, visible } from './words.ts';

/** A new request: its outcome in one sentence, and below it its token beside its call. */
export function TryIt(): ComponentChildren {
  const { called, busy } = tried.value;
  const entry = called?.entry;
  return (
    <>
      <Form />
      <div role="status" class="outcome">
        <Outcome />
      </div>
      {entry !== undefined && <Tools entry={entry} />}
      <div class="columns" aria-busy={busy}>
        <div>
          <h3>Token</h3>
          <Token />
          <TokenRequest />
        </div>
        <div>
          <h3>Call</h3>
          {called === undefined ? (
            <p class="quiet">Nothing called yet.</p>
          ) : entry !== undefined ? (
            <Details entry={entry} received={called.response} />
          ) : (
            <Response response={called.response} />
          )}
        </div>
      </div>
    </>
  );
}

function Outcome(): ComponentChildren {
  const { called, issued, busy, problem, token } = tried.value;
  if (problem !== '') return <p class="advice">{problem}</p>;
  if (called?.entry !== undefined) return <Verdict entry={called.entry} />;
  const failed = called
    ? ([called.response.status, 'Rejected before the gateway could read it. The list of requests says why.'] as const)
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
  if (busy) return undefined;
  return <p class="quiet">{token === '' ? 'No call yet.' : 'The token is ready: call with it.'}</p>;
}

function Form(): ComponentChildren {
  const { draft, busy, token } = tried.value;
  const { apis } = state.value;
  const api = apis.find(({ name }) => name === draft.api) ?? apis[0];
  const asks = caller.value?.asks ?? [];
  const tick = (scope: string, { checked }: HTMLInputElement): void =>
    set({ scopes: [...draft.scopes.filter((one) => one !== scope), ...(checked ? [scope] : [])] });
  const isOneApi = new Set(asks.map(({ name }) => name.replace(/^.*? · /, ''))).size === 1;
  const choose = (heading: string): void => {
    const [first] = callers.value.find((one) => one.heading === heading)?.asks ?? [];
    set({ caller: heading, ask: first?.name ?? '', scopes: [], others: '' });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <Field
        label="Caller"
        value={draft.caller}
        options={callers.value.map(({ heading, kind }) => [
          heading,
          kind === 'anyone' ? 'anyone, without a token' : plain(heading),
        ])}
        onInput={choose}
      />
      {by.value !== undefined && (
        <div class="row">
          <fieldset>
            <legend>Scopes to request</legend>
            {by.value.declared.map((scope) => (
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
          {asks.length > 1 && (
            <Field
              label={isOneApi ? 'Grant' : 'Grant and API'}
              grow
              value={draft.ask}
              options={asks.map(({ name }) => [name, isOneApi ? name.replace(/ · .*/, '') : name])}
              onInput={(name) => set({ ask: name })}
            />
          )}
        </div>
      )}
      <div class="row">
        {apis.length > 1 && (
          <Field
            label="API"
            value={draft.api}
            options={apis.map(({ name }) => name)}
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
          {by.value === undefined && token === '' ? 'Call without a token' : 'Call'}
        </button>
      </div>
      {hasBody(draft.method) && <Field label="Body" rows={3} value={draft.body} onInput={(body) => set({ body })} />}
    </form>
  );
}

/** Returns the next token request: a command, or the parameters of `/authorize`. */
function TokenRequest(): ComponentChildren {
  const { caller, ask: name } = tried.value.draft;
  if (by.value === undefined) return undefined;
  const { login } = by.value;
  const parameters = parametersOf(by.value, requested.value);
  const load = async (reveal: boolean): Promise<string> => {
    if (login) return linesOf(parameters);
    const real = reveal ? await ask('secrets', { caller, ask: name }) : {};
    return curlOf(JSON.stringify({ ...parameters, ...real }, undefined, 2), state.value.caFile);
  };
  const title = login ? 'The request to /authorize' : 'The token request as a command';
  return <Masked key={title} title={title} load={load} of={[state.value, JSON.stringify(parameters)]} />;
}

function curlOf(body: string, caFile: string): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const trust = caFile === '' ? '' : ` --cacert ${quoted(caFile)}`;
  return `curl -s${trust} ${location.origin}/oauth/token \\\n  -H 'content-type: application/json' \\\n  -d ${quoted(body)}`;
}
