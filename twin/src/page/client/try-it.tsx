import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ShownAsk, ShownCaller, ShownState } from '../messages.ts';
import { ask } from './ask.ts';
import { CallForm } from './call-form.tsx';
import { useChosen } from './chosen.ts';
import { Absent, againWords, GoneAdvice, Granted, isStale, NoToken, Stale, type Issued } from './granted.tsx';
import type { MatrixChoice } from './matrix.tsx';
import { TokenRequest } from './token-request.tsx';
import { TokenView } from './token-view.tsx';
import { useTurns } from './turns.ts';

interface Props {
  readonly state: ShownState;
  readonly choice: MatrixChoice | undefined;
}

/** Asks for a token, takes it apart, changes it, and calls the API with it. */
export function TryIt({ state, choice }: Props): ComponentChildren {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [extra, setExtra] = useState('');
  const [issued, setIssued] = useState<Issued>();
  const [token, showToken] = useState('');
  const [problem, setProblem] = useState('');
  const [absent, setAbsent] = useState<ShownCaller>();
  // The last token was asked for where a call had shown that a scope was lacking, and what came of it is said there too.
  const [again, setAgain] = useState(false);
  const turns = useTurns();
  // A call that waits for the token to come needs it before it is drawn.
  const held = useRef('');

  const setToken = (text: string): void => {
    turns.raise();
    held.current = text;
    showToken(text);
  };
  const {
    callers,
    caller,
    ask: chosen,
    gone,
    chooseCaller,
    chooseAsk,
  } = useChosen(state, () => {
    setIssued(undefined);
    setToken('');
    setProblem('');
  });
  const choose = (heading: string): void => {
    setAbsent(undefined);
    chooseCaller(heading);
  };
  // A role is nobody by itself: choosing its cell chooses the route alone, and says so.
  useEffect(() => {
    if (choice === undefined) return;
    if (callers.some((one) => one.heading === choice.caller)) {
      // What another caller was to ask for may be more than this one can.
      const same = choice.caller === caller?.heading;
      choose(choice.caller);
      setTicked(new Set([...(same ? ticked : []), ...opensTo(state, choice)]));
      if (!same) setExtra('');
    } else setAbsent(state.callers.find((one) => one.heading === choice.caller));
  }, [choice]);

  if (caller === undefined) return undefined;
  const requested = requestedOf(chosen, ticked, extra);
  const getToken = (by: ShownAsk, scopes: readonly string[], forCall = false): void => {
    const question = { caller: caller.heading, ask: by.name, parameters: parametersOf(by, scopes) };
    // OpenID Connect's scopes are everybody's: they are of interest to whoever asks for one.
    const permitted = by.permitted.filter((one) => by.declared.includes(one) || scopes.includes(one));
    turns.attempt(
      () => ask('token', question),
      (answer) => {
        const { access_token: text } = answer.body;
        const next = typeof text === 'string' ? text : '';
        setIssued({ answer, requested: scopes, permitted, token: next });
        setToken(next);
        setProblem('');
        setAgain(forCall);
      },
      (message) => {
        setProblem(message);
        setAgain(forCall);
      },
    );
  };
  const tick = (scope: string, on: boolean): void => {
    const next = new Set(ticked);
    if (on) next.add(scope);
    else next.delete(scope);
    setTicked(next);
  };
  /** Asks as before, and for these as well: by another grant where the caller has them by that one alone. */
  const askAgain = (scopes: readonly string[]): void => {
    const can = (one: ShownAsk): boolean => scopes.every((scope) => one.permitted.includes(scope));
    const by = chosen !== undefined && can(chosen) ? chosen : (caller.asks.find(can) ?? chosen);
    if (by === undefined) return;
    const next = new Set([...ticked, ...scopes]);
    setTicked(next);
    chooseAsk(by.name);
    getToken(by, requestedOf(by, next, extra), true);
  };
  const stale = isStale(issued, token, requested);

  return (
    <section aria-labelledby="try">
      <h2 id="try">Try it</h2>
      <div role="status">
        {absent !== undefined && <Absent absent={absent} callers={callers} />}
        {gone !== undefined && <GoneAdvice gone={gone} />}
      </div>
      <TokenRequest
        state={state}
        callers={callers}
        caller={caller}
        chosen={chosen}
        parameters={parametersOf(chosen, requested)}
        ticked={ticked}
        extra={extra}
        onCaller={choose}
        onAsk={chooseAsk}
        onTick={tick}
        onExtra={setExtra}
        onGet={() => chosen !== undefined && getToken(chosen, requested)}
      />
      <h3>2. The token</h3>
      <div aria-live="polite">
        {problem !== '' && <p class="problem">{problem}</p>}
        {stale && <Stale />}
        {issued === undefined ? <NoToken caller={caller} token={token} /> : <Granted issued={issued} token={token} />}
      </div>
      <TokenView state={state} token={token} turns={turns} onToken={setToken} />
      <CallForm
        state={state}
        caller={caller}
        token={token}
        held={() => held.current}
        turns={turns}
        choice={choice}
        stale={stale}
        news={again && issued !== undefined ? againWords(issued) : ''}
        askProblem={again ? problem : ''}
        onAgain={askAgain}
      />
    </section>
  );
}

/** The first of the scopes that open a cell: whoever chooses one is to be let through, and needs to ask for no more. */
function opensTo({ callers, rows }: ShownState, { caller, routeKey }: MatrixChoice): readonly string[] {
  const column = callers.findIndex(({ heading }) => heading === caller);
  return rows.find((row) => row.routeKey === routeKey)?.opens[column]?.slice(0, 1) ?? [];
}

function parametersOf(by: ShownAsk | undefined, scopes: readonly string[]): Record<string, string> {
  return { ...by?.parameters, ...(scopes.length > 0 && { scope: scopes.join(' ') }) };
}

/** The words of the request's scope: the ticked in the order of the API, then the typed. */
function requestedOf(by: ShownAsk | undefined, ticked: ReadonlySet<string>, extra: string): string[] {
  const declared = by?.declared ?? [];
  return [...declared.filter((scope) => ticked.has(scope)), ...extra.split(/\s+/).filter((word) => word !== '')];
}
