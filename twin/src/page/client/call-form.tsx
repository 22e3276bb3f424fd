import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Advice, Called, ShownCaller, ShownState } from '../messages.ts';
import { ask, messageOf } from './ask.ts';
import { ApiDetails, Outcome, Response, TurnedAway } from './explanation.tsx';
import { Stale } from './granted.tsx';
import type { MatrixChoice } from './matrix.tsx';
import { Inline, useLate } from './parts.tsx';
import type { Turns } from './turns.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
const OWN = '';

interface Props {
  readonly state: ShownState;
  readonly caller: ShownCaller;
  readonly token: string;
  /** The token at this very moment, drawn or not. */
  readonly held: () => string;
  readonly turns: Turns;
  readonly choice: MatrixChoice | undefined;
  /** The scopes that are ticked now are not those that the token was requested with. */
  readonly stale: boolean;
  /** What came of asking again. */
  readonly news: string;
  readonly askProblem: string;
  /** Asks for a token again, with these scopes as well. */
  readonly onAgain: (scopes: readonly string[]) => void;
}

/** Picks a route or writes a path, calls it, and shows the whole story of the call. */
export function CallForm(props: Props): ComponentChildren {
  const { state, caller, token, held, turns, choice, stale, news, askProblem, onAgain } = props;
  const first = state.rows[0]?.routeKey ?? '$default';
  const pathOf = (key: string): string => state.rows.find(({ routeKey }) => routeKey === key)?.path ?? '/';
  const [method, setMethod] = useState(methodOf(first));
  const [path, setPath] = useState(pathOf(first));
  const [chosen, setChosen] = useState(first);
  const [body, setBody] = useState('');
  const [called, setCalled] = useState<Called>();
  const [problem, setProblem] = useState('');
  /** The turn of the call that is under way. */
  const [calling, setCalling] = useState<number>();
  const button = useRef<HTMLButtonElement>(null);
  const busy = calling === turns.count;
  const late = useLate(busy);

  // A reload may have taken the route away; its path stays.
  const declared = state.rows.some(({ routeKey }) => routeKey === chosen);
  const choose = (key: string): void => {
    setChosen(key);
    if (key === OWN) return;
    setMethod(methodOf(key));
    setPath(pathOf(key));
  };
  useEffect(() => {
    if (choice !== undefined) choose(choice.routeKey);
  }, [choice]);
  // What another caller or another token came to says nothing of these.
  useLayoutEffect(() => {
    setCalled(undefined);
    setProblem('');
  }, [caller.heading, token]);

  const call = async (): Promise<void> => {
    if (busy) return;
    const began = turns.count;
    setCalling(began);
    if (!(await turns.settled())) {
      setCalling((turn) => (turn === began ? undefined : turn));
      return;
    }
    const mine = turns.now();
    setCalling(mine);
    const question = { caller: caller.heading, method, path, token: held(), body: hasBody(method) ? body : '' };
    try {
      const answer = await ask('call', question);
      if (turns.now() !== mine) return;
      setCalled(answer);
      setProblem('');
    } catch (error) {
      if (turns.now() !== mine) return;
      setCalled(undefined);
      setProblem(messageOf(error));
    } finally {
      setCalling((turn) => (turn === mine ? undefined : turn));
    }
  };
  const again = (scopes: readonly string[]): void => {
    // The advice goes with the old token: the next step is the call.
    button.current?.focus();
    onAgain(scopes);
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
            <select value={declared ? chosen : OWN} onChange={(event) => choose(event.currentTarget.value)}>
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
          {/* A button that is disabled would lose the focus. */}
          <button type="submit" class="primary" aria-disabled={busy} ref={button}>
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
      {stale && <Stale />}
      <div class="result" role="status">
        {late && <p class="quiet">There is no answer yet. The gateway gives up after 30 seconds.</p>}
        {problem !== '' && <p class="problem">{problem}</p>}
        {askProblem !== '' && <p class="problem">{askProblem}</p>}
        {news !== '' && called === undefined && <p class="news">{news}</p>}
        {called !== undefined && <ResultLine called={called} />}
        {called?.advice !== undefined && <Advised advice={called.advice} onAgain={again} />}
      </div>
      {called !== undefined && <Result called={called} />}
    </>
  );
}

function ResultLine({ called: { entry, response } }: { readonly called: Called }): ComponentChildren {
  return entry === undefined ? <TurnedAway status={response.status} why="" /> : <Outcome entry={entry} />;
}

function Result({ called: { entry, response } }: { readonly called: Called }): ComponentChildren {
  return entry?.kind === 'api' ? <ApiDetails entry={entry} received={response} /> : <Response response={response} />;
}

/** Whether the caller could have had the scope that was lacking. */
function Advised({
  advice,
  onAgain,
}: {
  readonly advice: Advice;
  readonly onAgain: Props['onAgain'];
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
      The caller may have <Names names={advice.scopes} />, but this token was not asked for with it.{' '}
      <button type="button" onClick={() => onAgain(advice.scopes)}>
        Ask again with <Names names={advice.scopes} />
      </button>
    </p>
  );
}

function Names({ names }: { readonly names: readonly string[] }): ComponentChildren {
  return names.map((name, at) => (
    <span key={name}>
      {at > 0 && ', '}
      <code>{name}</code>
    </span>
  ));
}

function hasBody(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}

function methodOf(routeKey: string): string {
  const [method = ''] = routeKey.split(' ');
  return METHODS.find((one) => one === method) ?? 'GET';
}
