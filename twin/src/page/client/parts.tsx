import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from './ask.ts';

/** A line of the access report: names in backticks are code. The report's own escapes see to it that a name has none. */
export function Inline({ text }: { readonly text: string }): ComponentChildren {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}

/** A status by its number, with a word and a symbol of its own: colour alone says nothing to many. */
export function Status({ status }: { readonly status: number }): ComponentChildren {
  const [kind, symbol] = status < 400 ? ['good', '✓'] : status < 500 ? ['bad', '✗'] : ['broken', '!'];
  return (
    <span class={`status ${kind}`}>
      <span aria-hidden="true">{symbol}</span> {status}
    </span>
  );
}

/** Copies a text, which may have to be asked for first, and says that it did. */
export function Copy({
  text,
  what,
}: {
  readonly text: () => string | Promise<string>;
  readonly what: string;
}): ComponentChildren {
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (said === '') return undefined;
    const timer = setTimeout(() => setSaid(''), 2500);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(await text());
      setSaid('Copied');
    } catch (error) {
      setSaid(messageOf(error));
    }
  };
  return (
    <span class="copy">
      <button type="button" onClick={() => void copy()}>
        Copy <span class="hidden">{what}</span>
      </button>
      <span role="status">{said}</span>
    </span>
  );
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

/** Whether something has been under way for two seconds: what is quicker needs no word. */
export function useLate(busy: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!busy) return undefined;
    const timer = setTimeout(() => setLate(true), 2000);
    return () => clearTimeout(timer);
  }, [busy]);
  return late;
}

/** A preformatted text that scrolls by keyboard as well. */
export function Text({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): ComponentChildren {
  return (
    <pre tabIndex={0} role="group" aria-label={label}>
      {children}
    </pre>
  );
}
