import type { ComponentChildren } from 'preact';
import type { ApiEntry, Entry, ShownCheck } from '../messages.ts';
import { Fold, Inline, Status } from './ui.tsx';
import { CHECK_WORDS, comparedWords, plain } from './words.ts';

interface Props {
  readonly entry: Entry;
  /** Calls the route of a rejected request again, as this caller. */
  readonly onRetry: (entry: ApiEntry, heading: string) => void;
}

/** What became of a request in a sentence, and below it the one check that failed. */
export function Verdict({ entry, onRetry }: Props): ComponentChildren {
  return (
    <>
      <p class="verdict">
        <Status status={entry.status} /> <Sentence entry={entry} />
      </p>
      {entry.kind === 'api' && entry.advice !== undefined && <Advised entry={entry} onRetry={onRetry} />}
      {entry.kind === 'api' && <Checks checks={entry.checks} />}
    </>
  );
}

function Sentence({ entry }: { readonly entry: Entry }): ComponentChildren {
  const why = entry.why.replace(/^\d+: /, '');
  if (entry.kind === 'unread') return `Rejected before the gateway could decide on it${why === '' ? '.' : `: ${why}`}`;
  if (entry.kind === 'token') {
    const { client, user, grantType, subject } = entry;
    const who = [client, user].filter((one) => one !== '').join(' for ');
    return why === '' ? `${who} got a token of ${subject}, by ${grantType}` : `${who} got no token: ${why}`;
  }
  const { wanted = '' } =
    (entry.kind === 'api' && entry.checks.find(({ name, outcome }) => name === 'scope' && outcome === 'failed')) || {};
  const became = entry.kind === 'api' ? `let through by the route ${entry.routeKey}` : 'answered by the tenant';
  return (
    <>
      <code>
        {entry.method} {entry.path}
      </code>
      : {wanted === '' ? why || became : <Inline text={`the token lacks \`${wanted}\`.`} />}
    </>
  );
}

/** Who could be let through: this caller with another scope, or another caller. */
function Advised({ entry, onRetry }: Props & { readonly entry: ApiEntry }): ComponentChildren {
  const { caller, scopes, others } = entry.advice ?? { caller: '', scopes: [], others: [] };
  const [scope] = scopes;
  return (
    <p class="advice">
      {caller !== '' && (
        <span>
          <Inline text={caller} /> {scope === undefined ? 'cannot get it.' : 'may request it:'}
        </span>
      )}
      {scope !== undefined ? (
        <button type="button" class="primary" onClick={() => onRetry(entry, caller)}>
          Ask again with {scope}
        </button>
      ) : (
        others.map((one, at) => (
          <button
            type="button"
            class={at === 0 ? 'primary' : ''}
            key={one}
            title={plain(one)}
            onClick={() => onRetry(entry, one)}
          >
            Call as {plain(one).replace(/^user | \(.*| through .*/g, '')}
          </button>
        ))
      )}
      {scope === undefined && others.length === 0 && 'No caller of this stack may call the route.'}
    </p>
  );
}

const SYMBOLS: Readonly<Record<ShownCheck['outcome'], string>> = { passed: '✓', failed: '✗', 'not reached': '·' };

function Checks({ checks }: { readonly checks: readonly ShownCheck[] }): ComponentChildren {
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  const passed = checks.filter(({ outcome }) => outcome === 'passed').length;
  const left = checks.length - passed - failed.length;
  // A public route lets a request through without looking at a token.
  const rest = failed.length > 0 ? 'not reached' : 'not needed';
  return (
    <>
      {failed.map((check) => (
        <Check key={check.name} check={check} rest={rest} />
      ))}
      <Fold title={`${passed} ${passed === 1 ? 'check' : 'checks'} passed${left === 0 ? '' : `, ${left} ${rest}`}`}>
        <ol class="checks">
          {checks.map((check) => (
            <li key={check.name}>
              <Check check={check} rest={rest} />
            </li>
          ))}
        </ol>
      </Fold>
    </>
  );
}

function Check({ check, rest }: { readonly check: ShownCheck; readonly rest: string }): ComponentChildren {
  const { name, outcome, wanted, got } = check;
  return (
    <div class={`check ${outcome.replace(' ', '-')}`}>
      <span class="mark">
        <span aria-hidden="true">{SYMBOLS[outcome]}</span> {outcome === 'not reached' ? rest : outcome}
      </span>
      <span>{CHECK_WORDS.get(name) ?? name}</span>
      {outcome !== 'not reached' && (
        <dl>
          <dt>expected</dt>
          <dd>
            <code>{comparedWords(name, wanted)}</code>
          </dd>
          <dt>actual</dt>
          <dd>
            <code>{comparedWords(name, got)}</code>
          </dd>
        </dl>
      )}
    </div>
  );
}
