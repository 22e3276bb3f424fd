import type { ComponentChildren } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import { messageOf } from './ask.ts';
import { visibleText } from './words.ts';

// The page's vocabulary: everything on it is made of these, and of tables and lists.

type Children = { readonly children: ComponentChildren };

/** A line of the access report, with names in backticks as code. The report escapes backticks in names. */
export function Inline({ text }: { readonly text: string }): ComponentChildren {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly class?: string;
  /** What is wrong with the value, shown at the field. */
  readonly error?: string;
  /** A choice of these instead of text: values, with the words for each. */
  readonly options?: readonly (readonly [value: string, words: string])[];
  readonly rows?: number;
  readonly placeholder?: string;
  /** Values to suggest. */
  readonly list?: readonly string[];
}

/** A labelled input, text area or choice. */
export function Field({ label, value, onInput, error = '', options, rows, placeholder, list, ...rest }: FieldProps) {
  const id = useId();
  const input = {
    id,
    value,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) => onInput(event.currentTarget.value),
    spellcheck: false,
    autocomplete: 'off',
    'aria-invalid': error !== '',
    'aria-describedby': error === '' ? undefined : `${id}-error`,
  };
  return (
    <div class={`field ${rest.class ?? ''}`}>
      <label for={id}>{label}</label>
      {options !== undefined ? (
        <select {...input}>
          {options.map(([one, words]) => (
            <option key={one} value={one}>
              {words}
            </option>
          ))}
        </select>
      ) : rows !== undefined ? (
        <textarea {...input} rows={rows} />
      ) : (
        <input type="text" {...input} placeholder={placeholder} list={list && `${id}-list`} />
      )}
      {list !== undefined && (
        <datalist id={`${id}-list`}>
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
      {error !== '' && (
        <p class="error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** A title that opens its content. */
export function Fold({
  title,
  children,
  open,
}: Children & { readonly title: ComponentChildren; readonly open?: boolean }) {
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

/** Preformatted text that scrolls by keyboard as well; invisible characters are escaped. */
export function Text({ label, text }: { readonly label: string; readonly text: string }): ComponentChildren {
  return (
    <pre tabIndex={0} role="group" aria-label={label}>
      {visibleText(text)}
    </pre>
  );
}

/** A button that shows the result of its action, or the error. */
export function Action({
  children,
  act,
  pressed,
}: Children & {
  /** Returns the message to show; an error's message is shown too. */
  readonly act: () => string | void | Promise<string | void>;
  readonly pressed?: boolean;
}): ComponentChildren {
  const [news, setNews] = useState('');
  useEffect(() => {
    if (news === '') return undefined;
    const timer = setTimeout(() => setNews(''), 8000);
    return () => clearTimeout(timer);
  }, [news]);
  const run = async (): Promise<void> => {
    try {
      setNews((await act()) ?? '');
    } catch (error) {
      setNews(messageOf(error));
    }
  };
  return (
    <>
      <button type="button" aria-pressed={pressed} onClick={() => void run()}>
        {children}
      </button>
      <span role="status" class="news">
        {news}
      </span>
    </>
  );
}

/** Copies a text, which may have to be requested first. */
export function Copy({ what, text }: { readonly what: string; readonly text: () => string | Promise<string> }) {
  return (
    <Action
      act={async () => {
        await navigator.clipboard.writeText(await text());
        return 'Copied';
      }}
    >
      Copy {what}
    </Action>
  );
}

/** How many buttons of a list each key goes on. */
const STEPS: ReadonlyMap<string, number> = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
  ['Home', -Infinity],
  ['End', Infinity],
]);

/** Moves the focus among the buttons of an element by the arrow keys. */
export function moveFocus(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = STEPS.get(event.key);
  if (step === undefined) return;
  event.preventDefault();
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.findIndex((one) => one === document.activeElement);
  buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)]?.focus();
}

/** The time now in milliseconds since 1970, anew every five seconds. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
