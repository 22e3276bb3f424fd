import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { MASK, type ShownAsk, type ShownCaller, type ShownState } from '../messages.ts';
import { ask, messageOf } from './ask.ts';
import { Copy, Text } from './parts.tsx';

interface Props {
  readonly state: ShownState;
  readonly callers: readonly ShownCaller[];
  readonly caller: ShownCaller;
  /** The way in which it asks; absent for anyone. */
  readonly chosen: ShownAsk | undefined;
  /** The request, its secrets masked. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly ticked: ReadonlySet<string>;
  readonly extra: string;
  readonly onCaller: (heading: string) => void;
  readonly onAsk: (name: string) => void;
  readonly onTick: (scope: string, on: boolean) => void;
  readonly onExtra: (text: string) => void;
  readonly onGet: () => void;
}

/** Who asks, for what, and the very request. */
export function TokenRequest(props: Props): ComponentChildren {
  const { callers, caller, chosen, parameters, ticked, extra, onCaller, onAsk, onTick, onExtra, onGet } = props;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onGet();
      }}
    >
      <h3>1. Ask for a token</h3>
      <div class="columns request">
        <div class="fields">
          <label>
            <span>Caller</span>
            <select id="caller" value={caller.heading} onChange={(event) => onCaller(event.currentTarget.value)}>
              {callers.map(({ heading, kind }) => (
                <option key={heading} value={heading}>
                  {kind === 'anyone' ? 'anyone, without a token' : heading.replaceAll('`', '')}
                </option>
              ))}
            </select>
          </label>
          {caller.asks.length > 1 && (
            <label>
              <span>Grant and API</span>
              <select value={chosen?.name ?? ''} onChange={(event) => onAsk(event.currentTarget.value)}>
                {caller.asks.map(({ name }) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          )}
          {chosen !== undefined && (
            <>
              <fieldset>
                <legend>Scopes to request</legend>
                {chosen.declared.map((scope) => (
                  <label class="tick" key={scope}>
                    <input
                      type="checkbox"
                      checked={ticked.has(scope)}
                      onChange={(event) => onTick(scope, event.currentTarget.checked)}
                    />
                    <code>{scope}</code>
                  </label>
                ))}
              </fieldset>
              <label>
                <span>Others, which the API does not declare</span>
                <input
                  type="text"
                  value={extra}
                  placeholder="delete:user"
                  autocomplete="off"
                  spellcheck={false}
                  onInput={(event) => onExtra(event.currentTarget.value)}
                />
              </label>
              <p>
                <button type="submit" class="primary">
                  Get a token
                </button>
              </p>
            </>
          )}
        </div>
        {chosen?.login === false && <Curl key={caller.heading + chosen.name} {...props} />}
        {chosen?.login === true && (
          <Text label="The request to /authorize">
            {Object.entries(parameters)
              .map(([name, value]) => `${name}: ${value}`)
              .join('\n')}
          </Text>
        )}
      </div>
    </form>
  );
}

/** The request as a command; its secrets are asked for when somebody wants to see or copy them. */
function Curl({ state, caller, chosen, parameters }: Props): ComponentChildren {
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>();
  const [problem, setProblem] = useState('');
  // What is shown may have been rotated by then.
  useEffect(() => setSecrets(undefined), [state]);
  const reveal = (): Promise<Readonly<Record<string, string>>> =>
    ask('secrets', { caller: caller.heading, ask: chosen?.name ?? '' });
  const toggle = async (): Promise<void> => {
    try {
      setSecrets(secrets === undefined ? await reveal() : undefined);
      setProblem('');
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <div class="curl">
      <Text label="The token request as a command">{curlOf(parameters, secrets ?? {}, state.caFile)}</Text>
      <p class="row">
        <button type="button" aria-pressed={secrets !== undefined} onClick={() => void toggle()}>
          {secrets === undefined ? 'Show secrets' : 'Mask secrets'}
        </button>
        <Copy
          what="the token request, with its secrets"
          text={async () => curlOf(parameters, await reveal(), state.caFile)}
        />
      </p>
      <p role="status">{problem}</p>
    </div>
  );
}

function curlOf(
  parameters: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
  caFile: string,
): string {
  const real = Object.entries(parameters).map(([name, value]) => [
    name,
    value === MASK ? (secrets[name] ?? MASK) : value,
  ]);
  const body = JSON.stringify(Object.fromEntries(real), null, 2).replaceAll("'", String.raw`'\''`);
  const trust = caFile === '' ? '' : ` --cacert '${caFile.replaceAll("'", String.raw`'\''`)}'`;
  return `curl -s${trust} ${location.origin}/oauth/token \\\n  -H 'content-type: application/json' \\\n  -d '${body}'`;
}
