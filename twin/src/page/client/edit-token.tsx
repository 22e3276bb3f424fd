import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ShownState } from '../messages.ts';
import { ask, messageOf } from './ask.ts';
import { PRESETS, SIGNATURES, tokenOf, type Edit, type Signature } from './changes.ts';
import { partsOf, type Parts } from './jwt.ts';
import type { Request } from './request.ts';
import { Field, Fold } from './ui.tsx';

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
    const changed = tokenOf(next, base, sign).then((result) => (made.current = result));
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

const sign = async (signed: string, alg: string): Promise<string> =>
  (await ask('signature', { signed, alg })).signature;
