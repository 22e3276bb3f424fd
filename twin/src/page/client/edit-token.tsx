import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ShownState } from '../messages.ts';
import { ask } from './ask.ts';
import { withMembers } from './json-text.ts';
import { fieldOf, partsOf, segmentOf, type Parts } from './jwt.ts';
import type { Turns } from './turns.ts';

/** Where a changed token gets its signature from. */
const SIGNATURES = {
  kept: 'the old one, as if somebody had changed a good token',
  twin: 'a new one by the twin’s key, as if the tenant had issued it',
  broken: 'the old one, damaged',
  none: 'none at all',
} as const;
type Signature = keyof typeof SIGNATURES;

interface Edit {
  readonly header: string;
  readonly claims: string;
  readonly signature: Signature;
}

interface Props {
  readonly state: ShownState;
  readonly token: string;
  readonly turns: Turns;
  readonly onToken: (token: string) => void;
}

/** Changes a token by hand, signed again or not. */
export function EditToken({ state, token, turns, onToken }: Props): ComponentChildren {
  const [base, setBase] = useState<Parts>();
  const [edit, setEdit] = useState<Edit>();
  const [problem, setProblem] = useState('');
  const made = useRef('');
  // Another token came from elsewhere: what was changed of the one before is no longer of use.
  useLayoutEffect(() => {
    if (token === made.current) return;
    const parts = partsOf(token);
    setBase(parts);
    setEdit(parts && { header: parts.header, claims: parts.claims, signature: 'kept' });
    setProblem('');
  }, [token]);

  if (base === undefined || edit === undefined) return undefined;
  const change = (next: Edit): void => {
    setEdit(next);
    turns.attempt(
      () => tokenOf(next, base),
      (text) => {
        made.current = text;
        onToken(text);
        setProblem('');
      },
      setProblem,
    );
  };
  return (
    <details class="edit">
      <summary>Edit the token by hand</summary>
      <p class="row" role="group" aria-label="Changes to try">
        {PRESETS.map(({ name, make }) => (
          <button type="button" key={name} onClick={() => change(make(base, state))}>
            {name}
          </button>
        ))}
      </p>
      <div class="columns">
        <label>
          <span>Header</span>
          <textarea
            rows={12}
            value={edit.header}
            spellcheck={false}
            onInput={(event) => change({ ...edit, header: event.currentTarget.value })}
          />
        </label>
        <label>
          <span>Claims</span>
          <textarea
            rows={12}
            value={edit.claims}
            spellcheck={false}
            onInput={(event) => change({ ...edit, claims: event.currentTarget.value })}
          />
        </label>
      </div>
      <label>
        <span>Signature</span>
        <select
          value={edit.signature}
          onChange={(event) => change({ ...edit, signature: event.currentTarget.value as Signature })}
        >
          {Object.entries(SIGNATURES).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <p role="status">{problem}</p>
    </details>
  );
}

async function tokenOf({ header, claims, signature }: Edit, base: Parts): Promise<string> {
  const [oldHeader, oldClaims, old] = base.segments;
  // What was not touched stays as it was written, to the last space.
  const head = header === base.header ? oldHeader : segmentOf(header);
  const payload = claims === base.claims ? oldClaims : segmentOf(claims);
  const signed = `${head}.${payload}`;
  if (signature === 'kept') return `${signed}.${old}`;
  if (signature === 'broken') return `${signed}.${old.startsWith('A') ? 'B' : 'A'}${old.slice(1)}`;
  if (signature === 'none') return `${signed}.`;
  const alg = fieldOf(header, 'alg');
  const answer = await ask('signature', { signed, alg: typeof alg === 'string' ? alg : '' });
  return `${signed}.${answer.signature}`;
}

interface Preset {
  readonly name: string;
  readonly make: (base: Parts, state: ShownState) => Edit;
}

const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;

/** Changes that are worth trying, each made to the token as it came. */
const PRESETS: readonly Preset[] = [
  { name: 'as it came', make: ({ header, claims }) => ({ header, claims, signature: 'kept' }) },
  { name: 'algorithm none', make: (base) => ({ ...withHeader(base, { alg: 'none' }), signature: 'none' }) },
  { name: 'broken signature', make: ({ header, claims }) => ({ header, claims, signature: 'broken' }) },
  {
    name: 'a scope more',
    make: (base) => withClaims(base, { scope: `${scopeOf(base)} delete:everything`.trim() }, 'kept'),
  },
  { name: 'expired', make: (base) => withClaims(base, { exp: inAnHour() - 3660 }) },
  { name: 'not good yet', make: (base) => withClaims(base, { nbf: inAnHour() }) },
  { name: 'issued in the future', make: (base) => withClaims(base, { iat: inAnHour() }) },
  { name: 'another audience', make: (base) => withClaims(base, { aud: 'https://another-api.example.com' }) },
  {
    name: 'issuer without its slash',
    make: (base, { issuer }) => withClaims(base, { iss: issuer.replace(/\/$/, '') }),
  },
  { name: 'an unknown key', make: (base) => ({ ...withHeader(base, { kid: 'unknown' }), signature: 'twin' }) },
];

function withHeader({ header, claims }: Parts, fields: Readonly<Record<string, unknown>>): Omit<Edit, 'signature'> {
  return { header: withMembers(header, fields), claims };
}

function withClaims(
  { header, claims }: Parts,
  fields: Readonly<Record<string, unknown>>,
  signature: Signature = 'twin',
): Edit {
  return { header, claims: withMembers(claims, fields), signature };
}

function scopeOf({ claims }: Parts): string {
  const scope = fieldOf(claims, 'scope');
  return typeof scope === 'string' ? scope : '';
}
