import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Advice, Called, ShownCaller, ShownState } from '../messages.ts';
import { ask, messageOf } from './ask.ts';
import { Explanation, Response } from './explanation.tsx';
import { Inline, Status, useLate } from './parts.tsx';
import type { Choice } from './try-it.tsx';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
const OWN = '';

interface Props {
  readonly state: ShownState;
  readonly caller: ShownCaller;
  readonly token: string;
  readonly routeKey: Choice | undefined;
  /** Has these scopes requested from now on. */
  readonly onScopes: (scopes: readonly string[]) => void;
}

/** Picks a route or writes a path, calls it, and shows the whole story of the call. */
export function CallForm({ state, caller, token, routeKey, onScopes }: Props): ComponentChildren {
  const first = state.rows[0]?.routeKey ?? '$default';
  const [method, setMethod] = useState(methodOf(first));
  const [path, setPath] = useState(pathOf(first));
  const [chosen, setChosen] = useState(first);
  const [body, setBody] = useState('');
  const [called, setCalled] = useState<Called>();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const late = useLate(busy);

  const choose = (key: string): void => {
    setChosen(key);
    if (key === OWN) return;
    setMethod(methodOf(key));
    setPath(pathOf(key));
  };
  useEffect(() => {
    if (routeKey !== undefined) choose(routeKey.routeKey);
  }, [routeKey]);

  const call = async (): Promise<void> => {
    setBusy(true);
    try {
      setCalled(await ask('call', { caller: caller.heading, method, path, token, body: hasBody(method) ? body : '' }));
      setProblem('');
    } catch (error) {
      setCalled(undefined);
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void call();
        }}
      >
        <h3>3. Call the API with it</h3>
        <div class="call">
          <label>
            <span>Route</span>
            <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
              {state.rows.map((row) => (
                <option key={row.routeKey} value={row.routeKey}>
                  {row.routeKey}
                </option>
              ))}
              <option value={OWN}>another path</option>
            </select>
          </label>
          <label>
            <span>Method</span>
            <select value={method} onChange={(event) => setMethod(event.currentTarget.value)}>
              {METHODS.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
          <label class="wide">
            <span>Path</span>
            <input
              type="text"
              value={path}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => {
                setPath(event.currentTarget.value);
                setChosen(OWN);
              }}
            />
          </label>
          <button type="submit" class="primary" disabled={busy}>
            {token === '' ? 'Call without a token' : 'Call'}
          </button>
        </div>
        {hasBody(method) && (
          <label>
            <span>Body, as JSON</span>
            <textarea
              rows={3}
              value={body}
              spellcheck={false}
              onInput={(event) => setBody(event.currentTarget.value)}
            />
          </label>
        )}
      </form>
      <div class="result" aria-live="polite">
        {late && <p class="quiet">There is no answer yet. The gateway gives up after 30 seconds.</p>}
        {problem !== '' && <p class="problem">{problem}</p>}
        {called?.advice !== undefined && <Advised advice={called.advice} onScopes={onScopes} />}
      </div>
      {called !== undefined && <Result called={called} />}
    </>
  );
}

function Result({ called: { entry, response } }: { readonly called: Called }): ComponentChildren {
  if (entry !== undefined) return <Explanation entry={entry} received={response} />;
  return (
    <>
      <p class="outcome">
        <Status status={response.status} /> The API turned it away before it was a request that it could decide on.
      </p>
      <Response response={response} />
    </>
  );
}

/** Whether the caller could have had the scope that was lacking. */
function Advised({
  advice,
  onScopes,
}: {
  readonly advice: Advice;
  readonly onScopes: Props['onScopes'];
}): ComponentChildren {
  if (advice.kind === 'may not') {
    return (
      <p class="advice">
        This caller cannot get it: <Inline text={advice.cell} />.
      </p>
    );
  }
  return (
    <p class="advice">
      The caller may have{' '}
      {advice.scopes.map((scope, at) => (
        <span key={scope}>
          {at > 0 && ', '}
          <code>{scope}</code>
        </span>
      ))}
      , but this token was not asked for with it.{' '}
      <button type="button" onClick={() => onScopes(advice.scopes)}>
        Tick it above
      </button>
    </p>
  );
}

function hasBody(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}

function methodOf(routeKey: string): string {
  const [method = ''] = routeKey.split(' ');
  return METHODS.find((one) => one === method) ?? 'GET';
}

/** The route's path with an x for each parameter. */
function pathOf(routeKey: string): string {
  const [, path = '/'] = routeKey.split(' ');
  return path.replace(/\{[^}]*\}/g, 'x');
}
