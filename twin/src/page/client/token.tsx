import type { ComponentChildren } from 'preact';
import { MASK, type ShownState, type ShownStep } from '../messages.ts';
import { EditToken } from './edit-token.tsx';
import { partsOf, type Part } from './jwt.ts';
import type { Issued, Request } from './request.ts';
import { Copy, Field, Fold, Status, Text, useNow } from './ui.tsx';
import { claimWords, headerWords, scopeWords, visible } from './words.ts';

/** The token: how it was requested and granted, what it says, and how to change it. */
export function Token({
  state,
  request,
}: {
  readonly state: ShownState;
  readonly request: Request;
}): ComponentChildren {
  const { token, issued, caller, setToken, changeToken } = request;
  const parts = partsOf(token);
  const none =
    caller?.kind === 'anyone' ? 'A call as anyone has no token.' : 'No token yet: a call requests one first.';
  return (
    <>
      {issued !== undefined && (
        <>
          {token !== issued.token && <p class="advice">The token below was changed by hand. The tenant issued this:</p>}
          <Granted issued={issued} />
        </>
      )}
      {token === '' && issued === undefined && <p class="quiet">{none}</p>}
      {token !== '' && parts === undefined && (
        <p class="quiet">Not a JWT, which has three parts of text separated by dots.</p>
      )}
      {parts !== undefined && <Claims header={parts.header} claims={parts.claims} state={state} />}
      {parts !== undefined && <EditToken state={state} token={token} changeToken={changeToken} />}
      <Fold title={token === '' ? 'Paste a token' : 'Show or replace the token'}>
        <Field label="The token" rows={4} value={token} onInput={(text) => setToken(bare(text))} />
      </Fold>
      {token !== '' && (
        <p class="row">
          <code class="quiet">{masked(token)}</code> <Copy what="the token" text={() => token} />
        </p>
      )}
    </>
  );
}

function Granted({ issued }: { readonly issued: Issued }): ComponentChildren {
  const { answer, requested, permitted } = issued;
  const { scope, error, error_description: description } = answer.body;
  const granted = typeof scope === 'string' ? scope.split(' ') : [];
  return (
    <>
      <p>
        <Status status={answer.status} />{' '}
        {answer.status !== 200
          ? `No token: ${visible(`${String(error)}: ${String(description)}`)}`
          : granted.length === 0
            ? 'A token without any scope'
            : `A token with the scope ${granted.join(' ')}`}
      </p>
      <Scopes requested={requested} permitted={permitted} granted={answer.status === 200 ? granted : []} />
      {answer.steps.length > 0 && (
        <ol class="steps" aria-label="The login, step by step">
          {answer.steps.map((step, at) => (
            <Step key={at} {...step} />
          ))}
        </ol>
      )}
    </>
  );
}

interface ScopesProps {
  readonly requested: readonly string[];
  readonly permitted: readonly string[];
  readonly granted: readonly string[];
}

/** Each scope that was requested, permitted or granted, and what became of it. */
export function Scopes({ requested, permitted, granted }: ScopesProps): ComponentChildren {
  const all = [...new Set([...requested, ...granted, ...permitted])];
  if (all.length === 0) return <p class="quiet">No scope was requested, and none is permitted.</p>;
  return (
    <table class="scopes">
      <thead>
        <tr>
          <th scope="col">Scope</th>
          <th scope="col">In the token</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {all.map((scope) => {
          const [isRequested, isPermitted, isGranted] = [requested, permitted, granted].map((of) => of.includes(scope));
          const of = { requested: isRequested === true, permitted: isPermitted === true, granted: isGranted === true };
          return (
            <tr key={scope}>
              <th scope="row">
                <code>{visible(scope)}</code>
              </th>
              <td class={of.granted ? 'good' : 'quiet'}>
                <span aria-hidden="true">{of.granted ? '✓' : '–'}</span> {of.granted ? 'granted' : 'not granted'}
              </td>
              <td>{scopeWords(of)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** A request of a login and its response, to open. */
function Step({ request, sent, status, got }: ShownStep): ComponentChildren {
  const lines = (values: ShownStep['sent']): string =>
    Object.entries(values)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n');
  const title = (
    <>
      {stepWords(request, sent)} <code>{request}</code> <Status status={status} />
      {got['code'] !== undefined && ' back to the application with a code'}
    </>
  );
  return (
    <li>
      <Fold title={title}>
        <Text label="Sent" text={lines(sent)} />
        {Object.keys(got).length > 0 && <Text label="Answered" text={lines(got)} />}
      </Fold>
    </li>
  );
}

function stepWords(request: string, sent: ShownStep['sent']): string {
  if (request === 'POST /oauth/token') {
    return sent['grant_type'] === 'refresh_token'
      ? 'The application renews the token'
      : 'The application exchanges the code';
  }
  return STEPS.get(request) ?? 'The browser follows';
}

const STEPS: ReadonlyMap<string, string> = new Map([
  ['GET /authorize', 'The application sends the browser to the tenant'],
  ['GET /u/login', 'The tenant shows its login page'],
  ['POST /u/login', 'The user logs in'],
  ['GET /u/consent', 'The tenant asks for consent'],
  ['POST /u/consent', 'The user consents'],
]);

function Claims({ header, claims, state }: { header: Part; claims: Part; state: ShownState }): ComponentChildren {
  const now = useNow();
  return (
    <table class="claims">
      <thead>
        <tr>
          <th scope="col">Claim</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <Rows part={claims} words={(name, value) => claimWords(name, value, state, now)} />
      <Rows part={header} words={(name, value) => `header: ${headerWords(name, value, state)}`} />
    </table>
  );
}

function Rows({ part, words }: { part: Part; words: (name: string, value: unknown) => string }): ComponentChildren {
  return (
    <tbody>
      {Object.entries(part.fields ?? {}).map(([name, value]) => (
        <tr key={name}>
          <th scope="row">
            <code>{visible(name)}</code>
          </th>
          <td>
            <code>{visible(typeof value === 'string' ? value : JSON.stringify(value))}</code>
            <span class="quiet">{words(name, value)}</span>
          </td>
        </tr>
      ))}
      {(!part.exact || part.fields === undefined) && (
        <tr>
          <td colSpan={2}>
            {part.fields === undefined
              ? 'Not a JSON object that can be shown:'
              : 'Parsers may read other values: a name is duplicated, or a number is not written as usual. As written:'}
            <Text label="As written" text={part.text} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

/** Without what stands before a token in a header, which is often copied with it. */
function bare(text: string): string {
  return text.trim().replace(/^(authorization:\s*)?bearer\s+/i, '');
}

function masked(token: string): string {
  const [header = '', claims = '', ...rest] = token.split('.');
  const beginning = (text: string): string => (text.length > 12 ? `${text.slice(0, 12)}…` : text);
  return rest.length === 0 ? MASK : [beginning(header), beginning(claims), MASK].join('.');
}
