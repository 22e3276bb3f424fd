import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ShownState } from '../messages.ts';
import { ask, messageOf } from './ask.ts';
import { partOf, partsOf, segmentOf, type Parts } from './jwt.ts';
import type { Request } from './request.ts';
import { Field, Fold } from './ui.tsx';

/** Where a changed token gets its signature from. */
const SIGNATURES = [
  ['kept', 'the old one, as if the token had been tampered with'],
  ['twin', 'a new one by the twin’s key, as if the tenant had issued it'],
  ['broken', 'the old one, damaged'],
  ['none', 'none at all'],
] as const;
type Signature = (typeof SIGNATURES)[number][0];

interface Edit {
  readonly header: string;
  readonly claims: string;
  readonly signature: Signature;
}

interface Props {
  readonly state: ShownState;
  readonly token: string;
  readonly changeToken: Request['changeToken'];
}

/** Changes a token by hand, signed again or not. */
export function EditToken({ state, token, changeToken }: Props): ComponentChildren {
  const [base, setBase] = useState<Parts>();
  const [edit, setEdit] = useState<Edit>();
  const [problem, setProblem] = useState('');
  /** The token that came of the last change. */
  const made = useRef('');
  // Another token came from elsewhere.
  useLayoutEffect(() => {
    if (token === made.current) return;
    const parts = partsOf(token);
    setBase(parts);
    setEdit(parts && { header: parts.header.text, claims: parts.claims.text, signature: 'kept' });
    setProblem('');
  }, [token]);

  if (base === undefined || edit === undefined) return undefined;
  const change = (next: Edit): void => {
    setEdit(next);
    setProblem('');
    const changed = tokenOf(next, base).then((result) => (made.current = result));
    void changeToken(changed).catch((error: unknown) => setProblem(messageOf(error)));
  };
  return (
    <Fold title="Edit the token">
      <Field
        label="Try a change"
        value=""
        options={[['', 'choose …'], ...PRESETS.map(({ name }) => [name, name] as const)]}
        onInput={(name) => {
          const preset = PRESETS.find((one) => one.name === name);
          if (preset !== undefined) change(preset.make(base, state));
        }}
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
        options={SIGNATURES}
        error={problem}
        onInput={(signature) => change({ ...edit, signature: signature as Signature })}
      />
    </Fold>
  );
}

/** What is wrong with a part. It can still be sent. */
function errorIn(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? '' : 'Not a JSON object: the gateway will reject the token.';
  } catch (error) {
    return `Not JSON, so the gateway will reject the token: ${messageOf(error)}`;
  }
}

async function tokenOf({ header, claims, signature }: Edit, base: Parts): Promise<string> {
  const [oldHeader, oldClaims, old] = base.segments;
  // What was not touched stays as it was written, to the last space.
  const head = header === base.header.text ? oldHeader : segmentOf(header);
  const payload = claims === base.claims.text ? oldClaims : segmentOf(claims);
  const signed = `${head}.${payload}`;
  if (signature === 'kept') return `${signed}.${old}`;
  if (signature === 'broken') return `${signed}.${old.startsWith('A') ? 'B' : 'A'}${old.slice(1)}`;
  if (signature === 'none') return `${signed}.`;
  const alg = partOf(header).fields?.['alg'];
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
  { name: 'as it came', make: (base) => edited(base, 'kept') },
  { name: 'algorithm none', make: (base) => edited(base, 'none', {}, { alg: 'none' }) },
  { name: 'broken signature', make: (base) => edited(base, 'broken') },
  {
    name: 'a scope more',
    make: (base) => edited(base, 'kept', { scope: `${scopeOf(base)} delete:everything`.trim() }),
  },
  { name: 'expired', make: (base) => edited(base, 'twin', { exp: inAnHour() - 3660 }) },
  { name: 'not valid yet', make: (base) => edited(base, 'twin', { nbf: inAnHour() }) },
  { name: 'issued in the future', make: (base) => edited(base, 'twin', { iat: inAnHour() }) },
  { name: 'another audience', make: (base) => edited(base, 'twin', { aud: 'https://another-api.example.com' }) },
  {
    name: 'issuer without its slash',
    make: (base, { issuer }) => edited(base, 'twin', { iss: issuer.replace(/\/$/, '') }),
  },
  { name: 'an unknown key', make: (base) => edited(base, 'twin', {}, { kid: 'unknown' }) },
];

function edited(base: Parts, signature: Signature, claims: object = {}, header: object = {}): Edit {
  const changed = (part: Parts['claims'], fields: object): string =>
    Object.keys(fields).length === 0 ? part.text : JSON.stringify({ ...part.fields, ...fields }, undefined, 2);
  return { header: changed(base.header, header), claims: changed(base.claims, claims), signature };
}

function scopeOf({ claims }: Parts): string {
  const scope = claims.fields?.['scope'];
  return typeof scope === 'string' ? scope : '';
}
