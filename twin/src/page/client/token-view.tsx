import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { MASK, type ShownState } from '../messages.ts';
import { EditToken } from './edit-token.tsx';
import type { Member } from './json-text.ts';
import { partsOf, type Parts } from './jwt.ts';
import { Copy, Text, useNow } from './parts.tsx';
import type { Turns } from './turns.ts';
import { claimWords, headerWords, visible, visibleText, writtenWords } from './words.ts';

interface Props {
  readonly state: ShownState;
  /** Empty where there is none. */
  readonly token: string;
  readonly turns: Turns;
  readonly onToken: (token: string) => void;
}

/** The token laid out, with a word on each field; below it the token itself, to change or to replace. */
export function TokenView({ state, token, turns, onToken }: Props): ComponentChildren {
  const parts = partsOf(token);
  return (
    <>
      {parts !== undefined && <Fields parts={parts} state={state} />}
      {token !== '' && parts === undefined && (
        <p class="quiet">This is not a JWT: it has not three parts of text with dots between.</p>
      )}
      <TokenText token={token} onToken={onToken} />
      {parts !== undefined && <EditToken state={state} token={token} turns={turns} onToken={onToken} />}
    </>
  );
}

function Fields({ parts, state }: { readonly parts: Parts; readonly state: ShownState }): ComponentChildren {
  const now = useNow();
  const { header, claims } = parts.fields;
  return (
    <table class="claims">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Value</th>
          <th scope="col">In words</th>
        </tr>
      </thead>
      <Rows
        title="Header"
        text={parts.header}
        fields={header}
        words={(name, value) => headerWords(name, value, state)}
      />
      <Rows
        title="Claims"
        text={parts.claims}
        fields={claims}
        words={(name, value) => claimWords(name, value, state, now)}
      />
    </table>
  );
}

interface RowsProps {
  readonly title: string;
  readonly text: string;
  readonly fields: readonly Member[] | undefined;
  readonly words: (name: string, value: unknown) => string;
}

function Rows({ title, text, fields, words }: RowsProps): ComponentChildren {
  return (
    <tbody>
      <tr class="group">
        <th scope="rowgroup" colSpan={3}>
          {title}
        </th>
      </tr>
      {fields === undefined ? (
        <tr>
          <td colSpan={3}>
            no JSON object: <code>{visibleText(text)}</code>
          </td>
        </tr>
      ) : (
        fields.map(({ name, value, text: written, plain, times }, at) => (
          <tr key={at}>
            <th scope="row">
              <code>{visible(name)}</code>
            </th>
            <td>
              <code>{visible(typeof value === 'string' ? value : written)}</code>
            </td>
            <td>
              {words(name, value)}
              {writtenWords(plain, times)}
            </td>
          </tr>
        ))
      )}
    </tbody>
  );
}

/** The token as it is sent: masked, since whoever has it may use it; shown, it can be replaced by any text. */
function TokenText({ token, onToken }: Pick<Props, 'token' | 'onToken'>): ComponentChildren {
  const [open, setOpen] = useState(false);
  return (
    <>
      <p class="row">
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Mask the token' : token === '' ? 'Paste a token' : 'Show or replace the token'}
        </button>
        {token !== '' && <Copy what="the token" text={() => token} />}
      </p>
      {open ? (
        <label>
          <span>The token</span>
          <textarea
            rows={5}
            value={token}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => onToken(bare(event.currentTarget.value))}
          />
        </label>
      ) : (
        token !== '' && <Text label="The token, masked">{masked(token)}</Text>
      )}
    </>
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
