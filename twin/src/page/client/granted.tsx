import type { ComponentChildren } from 'preact';
import type { Asked, ShownCaller, ShownStep } from '../messages.ts';
import type { Gone } from './chosen.ts';
import { Inline, Status, Text } from './parts.tsx';
import { Scopes } from './scopes.tsx';
import { visible } from './words.ts';

/** The answer to a token request, with what was asked for. */
export interface Issued {
  readonly answer: Asked['token']['answer'];
  readonly requested: readonly string[];
  readonly permitted: readonly string[];
  /** Empty where there is none. */
  readonly token: string;
}

/**
 * The tenant's answer, and what was requested, permitted and granted.
 * @param token the one that is held now, which may have been changed by hand since
 */
export function Granted({ issued, token }: { readonly issued: Issued; readonly token: string }): ComponentChildren {
  const { answer, requested, permitted } = issued;
  const granted = grantedOf(issued);
  return (
    <>
      {token !== issued.token && <p class="advice">The token below is another one. What the tenant gave was this:</p>}
      <p class="outcome">
        <Status status={answer.status} />{' '}
        {granted === undefined
          ? refusalOf(issued)
          : granted.length === 0
            ? 'A token, without any scope'
            : `A token with the scope ${granted.join(' ')}`}
      </p>
      <Scopes requested={requested} permitted={permitted} granted={granted} />
      {answer.steps.length > 0 && (
        <details class="steps">
          <summary>The login, step by step</summary>
          <ol>
            {answer.steps.map((step, at) => (
              <Step key={at} {...step} />
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

/** A request of the login and its answer. */
function Step({ request, sent, status, got }: ShownStep): ComponentChildren {
  return (
    <li>
      <code>{request}</code> <Status status={status} />
      <Values title="Sent" values={sent} />
      <Values title="Answered" values={got} />
    </li>
  );
}

function Values({ title, values }: { title: string; values: ShownStep['sent'] }): ComponentChildren {
  const lines = Object.entries(values).map(([name, value]) => `${name}: ${visible(value)}`);
  return (
    lines.length > 0 && (
      <>
        <p class="quiet">{title}</p>
        <Text label={title}>{lines.join('\n')}</Text>
      </>
    )
  );
}

/** What came of asking again, in a sentence. */
export function againWords(issued: Issued): string {
  const granted = grantedOf(issued);
  if (granted === undefined) return refusalOf(issued);
  return `The new token has ${granted.length === 0 ? 'no scope' : `the scope ${granted.join(' ')}`}: call again.`;
}

/** Whether the token that is shown came of a request for other scopes than these. */
export function isStale(issued: Issued | undefined, token: string, scopes: readonly string[]): boolean {
  if (issued === undefined || token === '' || issued.token !== token) return false;
  const requested = new Set(issued.requested);
  return new Set(scopes).size !== requested.size || scopes.some((one) => !requested.has(one));
}

/** That the ticks above are not those of the token. */
export function Stale(): ComponentChildren {
  return <p class="advice">This token was asked for with other scopes. Get a token for those chosen now.</p>;
}

export function NoToken({
  caller,
  token,
}: {
  readonly caller: ShownCaller;
  readonly token: string;
}): ComponentChildren {
  if (token !== '') return undefined;
  const text = caller.kind === 'anyone' ? 'Anyone has none; calls go without.' : 'None yet; a call goes without one.';
  return <p class="quiet">{text}</p>;
}

/** What a reload has taken away of what was chosen. */
export function GoneAdvice({ gone: { caller, ask } }: { readonly gone: Gone }): ComponentChildren {
  return (
    <p class="advice">
      The program no longer has <Inline text={caller} />
      {ask !== undefined && (
        <>
          {' '}
          ask by <code>{visible(ask)}</code>
        </>
      )}
      . Its token is forgotten: choose {ask === undefined ? 'a caller' : 'another way'}.
    </p>
  );
}

/** Whom to choose in the place of somebody who cannot ask for a token. */
export function Absent({
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

function grantedOf({ answer }: Issued): readonly string[] | undefined {
  const { scope } = answer.body;
  if (answer.status !== 200) return undefined;
  return typeof scope === 'string' ? scope.split(' ') : [];
}

function refusalOf({ answer: { body } }: Issued): string {
  return `The tenant refuses: ${visible(`${text(body['error'])}: ${text(body['error_description'])}`)}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
