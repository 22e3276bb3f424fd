import type { ComponentChildren } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import { MASK } from '../messages.ts';
import { messageOf } from './twin.ts';
import { visibleText } from './words.ts';

// The components of the page, beside tables and lists.

export function focusCall(): void {
  document.getElementById('call')?.focus();
}

export function toPanel(): void {
  const panel = document.querySelector('.panel');
  panel?.scrollIntoView();
  panel?.scrollTo(0, 0);
}

/** A line of the access report, with names in backticks as code. The report escapes backticks in names. */
export function Inline({ text }: { readonly text: string }): ComponentChildren {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly grow?: boolean;
  readonly search?: boolean;
  /** The problem of the value, shown at the field. */
  readonly error?: string;
  /** Offers these values instead of free text, each optionally with a label. */
  readonly options?: readonly (string | readonly [value: string, words: string])[];
  readonly rows?: number;
  readonly placeholder?: string;
  /** Values to suggest. */
  readonly list?: readonly string[];
}

/** A labelled input, text area or choice. */
export function Field(props: FieldProps): ComponentChildren {
  const { label, value, onInput, error = '', options, list } = props;
  const id = useId();
  const input = {
    id,
    value,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) => onInput(event.currentTarget.value),
    spellcheck: false,
    autocomplete: 'off',
    placeholder: props.placeholder,
    'aria-invalid': error !== '',
    'aria-describedby': `${id}-error`,
  };
  return (
    <div class={props.grow === true ? 'field grow' : 'field'}>
      <label for={id}>{label}</label>
      {options !== undefined ? (
        <select {...input}>
          {options.map((option) => {
            const [one, words] = typeof option === 'string' ? [option, option] : option;
            return (
              <option key={one} value={one}>
                {words}
              </option>
            );
          })}
        </select>
      ) : props.rows !== undefined ? (
        <textarea {...input} rows={props.rows} />
      ) : (
        <input type={props.search === true ? 'search' : 'text'} {...input} list={list && `${id}-list`} />
      )}
      {list !== undefined && (
        <datalist id={`${id}-list`}>
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
      <p class="error" id={`${id}-error`} role={error === '' ? undefined : 'alert'}>
        {error}
      </p>
    </div>
  );
}

type TableProps = Readonly<{ name: string; head: readonly string[]; children: ComponentChildren }>;

export function Table({ name, head, children }: TableProps): ComponentChildren {
  return (
    <table class={name}>
      <thead>
        <tr>
          {head.map((text) => (
            <th scope="col" key={text}>
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

type FoldProps = Readonly<{ title: ComponentChildren; children: ComponentChildren; open?: boolean }>;

/** A title that shows or hides its content. */
export function Fold({ title, children, open }: FoldProps): ComponentChildren {
  return (
    <details open={open}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}

/** A status with a symbol, since many people cannot tell the colors apart. */
export function Status({ status }: { readonly status: number }): ComponentChildren {
  const [kind, symbol] = status < 400 ? ['good', '✓'] : status < 500 ? ['bad', '✗'] : ['warn', '!'];
  return (
    <span class={`status ${kind}`}>
      <span aria-hidden="true">{symbol}</span> {status}
    </span>
  );
}

/** Preformatted text that the keyboard can scroll; invisible characters are escaped. */
export function Text({ label, text }: Readonly<{ label: string; text: string }>): ComponentChildren {
  return (
    <pre tabIndex={0} role="group" aria-label={label}>
      {visibleText(text)}
    </pre>
  );
}

type ActionProps = Readonly<{ children: ComponentChildren; act: () => Promise<string> }>;

/** A button that shows the message of its action, or of its error. */
export function Action({ children, act }: ActionProps): ComponentChildren {
  const [news, setNews] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setNews(''), 8000);
    return () => clearTimeout(timer);
  }, [news]);
  return (
    <>
      <button type="button" onClick={() => void act().catch(messageOf).then(setNews)}>
        {children}
      </button>
      <span role="status" class="quiet">
        {news}
      </span>
    </>
  );
}

type CopyProps = Readonly<{ what: string; text: () => string | Promise<string> }>;

/** A button that copies a text, which it may first request. */
export function Copy({ what, text }: CopyProps): ComponentChildren {
  const copy = async (): Promise<string> => {
    await navigator.clipboard.writeText(await text());
    return 'Copied';
  };
  return <Action act={copy}>Copy {what}</Action>;
}

interface MaskedProps {
  readonly title: string;
  /** Returns the text, by default with masked secrets. */
  readonly load: (reveal: boolean) => Promise<string>;
  /** What the text depends on. */
  readonly of: readonly unknown[];
}

/** Text that is requested when it is opened. Its secrets stay masked until a person reveals them. */
export function Masked({ title, load, of }: MaskedProps): ComponentChildren {
  const [isOpen, setOpen] = useState(false);
  const [reveal, setReveal] = useState(false);
  const [text, setText] = useState('');
  useEffect(() => setReveal(false), of);
  useEffect(() => {
    if (!isOpen) return undefined;
    let isLatest = true;
    void load(reveal)
      .catch(messageOf)
      .then((loaded) => isLatest && setText(loaded));
    return () => void (isLatest = false);
  }, [isOpen, reveal, ...of]);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{title}</summary>
      <Text label={title} text={text} />
      <p class="row">
        {(reveal || text.includes(MASK)) && (
          <button type="button" aria-pressed={reveal} onClick={() => setReveal(!reveal)}>
            {reveal ? 'Mask secrets' : 'Show secrets'}
          </button>
        )}
        <Copy what="it" text={() => text} />
      </p>
    </details>
  );
}
