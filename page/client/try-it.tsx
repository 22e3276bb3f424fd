import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Asked, ShownCaller, ShownState } from '../messages.ts';
import { ask, messageOf } from './ask.ts';
import { CallForm } from './call-form.tsx';
import { Inline, Status } from './parts.tsx';
import { Scopes } from './scopes.tsx';
import { TokenRequest } from './token-request.tsx';
import { TokenView } from './token-view.tsx';
import { visible } from './words.ts';

/** What was chosen in the matrix; each choice is another object. */
export interface Choice {
  readonly caller: string;
  readonly routeKey: string;
}

/** The answer to a token request, with what was asked for. */
interface Issued {
  readonly answer: Asked['token']['answer'];
  readonly requested: readonly string[];
  readonly permitted: readonly string[];
}

interface Props {
  readonly state: ShownState;
  readonly choice: Choice | undefined;
}

/** Asks for a token, takes it apart, changes it, and calls the API with it. */
export function TryIt({ state, choice }: Props): ComponentChildren {
  const callers = state.callers.filter(({ kind, asks }) => kind === 'anyone' || asks.length > 0);
  const [heading, setHeading] = useState('');
  const [askAt, setAskAt] = useState(0);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [extra, setExtra] = useState('');
  const [issued, setIssued] = useState<Issued>();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState('');
  const [absent, setAbsent] = useState<ShownCaller>();
  const caller = callers.find((one) => one.heading === heading) ?? callers[0];
  const chosen = caller?.asks[askAt] ?? caller?.asks[0];

  const forget = (): void => {
    setIssued(undefined);
    setToken('');
    setProblem('');
  };
  const choose = (next: string): void => {
    setHeading(next);
    setAskAt(0);
    setAbsent(undefined);
    forget();
  };
  // A role is nobody by itself: choosing its cell chooses the route alone, and says so.
  useEffect(() => {
    if (choice === undefined) return;
    if (callers.some((one) => one.heading === choice.caller)) choose(choice.caller);
    else setAbsent(state.callers.find((one) => one.heading === choice.caller));
  }, [choice]);

  if (caller === undefined) return undefined;
  const requested = requestedOf(chosen?.declared ?? [], ticked, extra);
  const parameters = { ...chosen?.parameters, ...(requested.length > 0 && { scope: requested.join(' ') }) };
  const getToken = async (): Promise<void> => {
    if (chosen === undefined) return;
    try {
      const answer = await ask('token', { caller: caller.heading, ask: caller.asks.indexOf(chosen), parameters });
      const { access_token: text } = answer.body;
      // OpenID Connect's scopes are everybody's: they are of interest to whoever asks for one.
      const permitted = chosen.permitted.filter((one) => chosen.declared.includes(one) || requested.includes(one));
      setIssued({ answer, requested, permitted });
      setToken(typeof text === 'string' ? text : '');
      setProblem('');
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const tick = (scopes: readonly string[], on: boolean): void => {
    const next = new Set(ticked);
    for (const scope of scopes) {
      if (on) next.add(scope);
      else next.delete(scope);
    }
    setTicked(next);
  };

  return (
    <section aria-labelledby="try">
      <h2 id="try">Try it</h2>
      <div role="status">{absent !== undefined && <Absent absent={absent} callers={callers} />}</div>
      <TokenRequest
        state={state}
        callers={callers}
        caller={caller}
        chosen={chosen}
        parameters={parameters}
        ticked={ticked}
        extra={extra}
        onCaller={choose}
        onAsk={(at) => {
          setAskAt(at);
          forget();
        }}
        onTick={(scope, on) => tick([scope], on)}
        onExtra={setExtra}
        onGet={() => void getToken()}
      />
      <h3>2. The token</h3>
      <div aria-live="polite">
        {problem !== '' && <p class="problem">{problem}</p>}
        {issued === undefined ? <NoToken caller={caller} token={token} /> : <Granted issued={issued} />}
      </div>
      <TokenView state={state} token={token} onToken={setToken} />
      <CallForm
        state={state}
        caller={caller}
        token={token}
        routeKey={choice}
        onScopes={(scopes) => tick(scopes, true)}
      />
    </section>
  );
}

/** Whom to choose in the place of somebody who cannot ask for a token. */
function Absent({
  absent: { heading, kind },
  callers,
}: {
  readonly absent: ShownCaller;
  readonly callers: readonly ShownCaller[];
}): ComponentChildren {
  if (kind !== 'role') {
    return (
      <p class="advice">
        <Inline text={heading} /> has no grant to ask for a token by: choose another caller. The route is chosen.
      </p>
    );
  }
  const users = callers.some((one) => one.kind === 'user');
  return (
    <p class="advice">
      A role asks for no token itself, a user who has the <Inline text={heading} /> does:{' '}
      {users ? 'choose such a user as the caller' : 'this stack has no user who could'}. The route is chosen.
    </p>
  );
}

function NoToken({ caller, token }: { readonly caller: ShownCaller; readonly token: string }): ComponentChildren {
  if (token !== '') return undefined;
  const text = caller.kind === 'anyone' ? 'Anyone has none; calls go without.' : 'None yet; a call goes without one.';
  return <p class="quiet">{text}</p>;
}

function Granted({ issued }: { readonly issued: Issued }): ComponentChildren {
  const { answer, requested, permitted } = issued;
  const { error, error_description: description, scope } = answer.body;
  const granted = answer.status === 200 ? (typeof scope === 'string' ? scope.split(' ') : []) : undefined;
  return (
    <>
      <p class="outcome">
        <Status status={answer.status} />{' '}
        {granted === undefined
          ? `The tenant refuses: ${visible(`${text(error)}: ${text(description)}`)}`
          : granted.length === 0
            ? 'A token, without any scope'
            : `A token with the scope ${granted.join(' ')}`}
      </p>
      <Scopes requested={requested} permitted={permitted} granted={granted} />
    </>
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The words of the request's scope: the ticked in the order of the API, then the typed. */
function requestedOf(declared: readonly string[], ticked: ReadonlySet<string>, extra: string): string[] {
  return [...declared.filter((scope) => ticked.has(scope)), ...extra.split(/\s+/).filter((word) => word !== '')];
}
