import type { ComponentChildren } from 'preact';
import type { ShownStep } from '../messages.ts';
import * as jwt from './jwt.ts';
import { caller, changeToken, setToken, tried, type Issued } from './request.ts';
import { state } from './store.ts';
import { messageOf } from './twin.ts';
import { Copy, Field, Fold, Status, Table, Text } from './ui.tsx';
import { claimWords, headerWords, linesOf, scopeWords, stepWords, visible } from './words.ts';

/** The token: how it was requested and granted, its contents, and an editor. */
export function Token(): ComponentChildren {
  const { token, issued } = tried.value;
  const parts = jwt.partsOf(token);
  const isIssued = token === issued?.token;
  const none =
    caller.value?.kind === 'anyone' ? 'A call as anyone has no token.' : 'No token yet: a call requests one first.';
  return (
    <>
      {issued !== undefined && !isIssued && (
        <p class="advice">The token below was changed by hand. The tenant issued this:</p>
      )}
      {issued !== undefined && <Granted issued={issued} />}
      {token === '' && issued === undefined && <p class="quiet">{none}</p>}
      {token !== '' && parts === undefined && (
        <p class="quiet">Not a JWT, which has three parts of text separated by dots.</p>
      )}
      {parts !== undefined && (
        <>
          <Table name="claims" head={['Claim', 'Value']}>
            <Fields part={parts.claims} words={(name, value) => claimWords(name, value, state.value)} />
            <Fields part={parts.header} words={(name, value) => `header: ${headerWords(name, value, state.value)}`} />
          </Table>
          <EditToken />
        </>
      )}
      <Fold title={token === '' ? 'Paste a token' : 'Show or replace the token'}>
        <Field label="The token" rows={4} value={token} onInput={(text) => setToken(bare(text))} />
      </Fold>
      {token !== '' && (
        <p class="row">
          <Copy what="the token" text={() => token} />
        </p>
      )}
    </>
  );
}

/** Returns a token without the header name and scheme that are often copied with it. */
function bare(text: string): string {
  return text.trim().replace(/^(authorization:\s*)?bearer\s+/i, '');
}

function Granted({ issued }: { readonly issued: Issued }): ComponentChildren {
  const { answer, requested, permitted } = issued;
  const { scope, error, error_description: description } = answer.body;
  const granted = answer.status === 200 && typeof scope === 'string' ? scope.split(' ') : [];
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
      <Scopes {...{ requested, permitted, granted }} />
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

type ScopesProps = Pick<Issued, 'requested' | 'permitted'> & { readonly granted: readonly string[] };

/** Each scope that was requested, permitted or granted, with its outcome. */
export function Scopes({ requested, permitted, granted }: ScopesProps): ComponentChildren {
  const all = [...new Set([...requested, ...granted, ...permitted])];
  if (all.length === 0) return <p class="quiet">No scope was requested, and none is permitted.</p>;
  return (
    <Table name="scopes" head={['Scope', 'In the token', 'Why']}>
      {all.map((scope) => {
        const isGranted = granted.includes(scope);
        return (
          <tr key={scope}>
            <th scope="row">
              <code>{visible(scope)}</code>
            </th>
            <td class={isGranted ? 'good' : 'quiet'}>{isGranted ? '✓ granted' : '– not granted'}</td>
            <td>{scopeWords(requested.includes(scope), permitted.includes(scope), isGranted)}</td>
          </tr>
        );
      })}
    </Table>
  );
}

/** A request of a login and its response, collapsed. */
function Step({ request, sent, status, received }: ShownStep): ComponentChildren {
  const title = (
    <>
      {stepWords(request, sent['grant_type'] === 'refresh_token')} <code>{request}</code> <Status status={status} />
      {received['code'] !== undefined && ' back to the application with a code'}
    </>
  );
  return (
    <li>
      <Fold title={title}>
        <Text label="Sent" text={linesOf(sent)} />
        {Object.keys(received).length > 0 && <Text label="Answered" text={linesOf(received)} />}
      </Fold>
    </li>
  );
}

type FieldsProps = Readonly<{ part: jwt.Part; words: (name: string, value: unknown) => string }>;

function Fields({ part: { text, fields }, words }: FieldsProps): ComponentChildren {
  return (
    <>
      {Object.entries(fields ?? {}).map(([name, value]) => (
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
      {fields === undefined && (
        <tr>
          <td colSpan={2}>
            Not a JSON object that can be shown:
            <Text label="As written" text={text} />
          </td>
        </tr>
      )}
    </>
  );
}

/** An editor for a token, which can sign it again. */
function EditToken(): ComponentChildren {
  const { original, edit: made } = tried.value;
  const base = jwt.partsOf(original);
  const edit = made ?? (base && jwt.changed(base, 'as it came'));
  if (base === undefined || edit === undefined) return undefined;
  const change = (next: jwt.Edit): void => changeToken(next, base);
  return (
    <Fold title="Edit the token">
      <Field
        label="Try a change"
        value=""
        options={[['', 'choose …'], ...jwt.CHANGE_NAMES]}
        onInput={(name) => change(jwt.changed(base, name) ?? edit)}
      />
      {(['header', 'claims'] as const).map((name) => (
        <Field
          key={name}
          label={name === 'header' ? 'Header' : 'Claims'}
          rows={name === 'header' ? 5 : 12}
          value={edit[name]}
          error={errorIn(edit[name])}
          onInput={(text) => change({ ...edit, [name]: text })}
        />
      ))}
      <Field
        label="Signature"
        value={edit.signature}
        options={jwt.SIGNATURES}
        onInput={(signature) => change({ ...edit, signature: signature as jwt.Edit['signature'] })}
      />
    </Fold>
  );
}

/** Returns the problem of a part. The token can still be sent. */
function errorIn(text: string): string {
  try {
    return jwt.isObject(JSON.parse(text)) ? '' : 'Not a JSON object: the gateway will reject the token.';
  } catch (error) {
    return `Not JSON, so the gateway will reject the token: ${messageOf(error)}`;
  }
}
