import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Entry } from '../messages.ts';
import { Explanation } from './explanation.tsx';
import { callerOf, routeOf, titleOf, type History, type Kept } from './history.ts';
import { Status } from './parts.tsx';
import { clockTime } from './words.ts';

const ALL = '';

/** The last requests, from any client, newest first; each opens to its explanation. */
export function LiveList({
  history,
  apiUrl,
}: {
  readonly history: History;
  readonly apiUrl: string;
}): ComponentChildren {
  const [status, setStatus] = useState(ALL);
  const [route, setRoute] = useState(ALL);
  const [caller, setCaller] = useState(ALL);
  const [opened, setOpened] = useState<Kept>();
  const { kept, dropped, skipped } = history;
  const shown = kept.filter(
    ({ entry }) =>
      (status === ALL || String(entry.status).startsWith(status)) &&
      (route === ALL || routeOf(entry) === route) &&
      (caller === ALL || callerOf(entry) === caller),
  );
  return (
    <section aria-labelledby="live" class="live">
      <h2 id="live">What happens</h2>
      <div class="filters" role="group" aria-label="Show only">
        <Filter
          label="Status"
          value={status}
          onChange={setStatus}
          options={statuses(kept.map(({ entry }) => entry.status))}
          words={(one) => (one.length === 1 ? `${one}xx` : one)}
        />
        <Filter
          label="Route"
          value={route}
          onChange={setRoute}
          options={named(kept.map(({ entry }) => routeOf(entry)))}
        />
        <Filter
          label="Caller"
          value={caller}
          onChange={setCaller}
          options={named(kept.map(({ entry }) => callerOf(entry)))}
        />
      </div>
      {kept.length === 0 ? <Empty apiUrl={apiUrl} /> : <Rows rows={shown} onOpen={setOpened} />}
      <p class="quiet">
        {kept.length > 0 && count(shown.length, kept.length)}
        {skipped > 0 && ` ${skipped} came too fast, or too early, to be listed.`}
        {dropped > 0 && ` ${dropped} older ones were dropped.`}
      </p>
      {opened !== undefined && <Dialog entry={opened.entry} onClose={() => setOpened(undefined)} />}
    </section>
  );
}

function Empty({ apiUrl }: { readonly apiUrl: string }): ComponentChildren {
  return (
    <div class="empty">
      <p>Nothing has been asked yet. Call the API from anywhere on this machine:</p>
      <pre tabIndex={0}>curl -i {apiUrl}/</pre>
      <p>or run one of the commands that npm start has printed.</p>
    </div>
  );
}

/** How many rows a key goes on. */
const STEPS: ReadonlyMap<string, number> = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
  ['Home', -Infinity],
  ['End', Infinity],
]);

function Rows({ rows, onOpen }: { rows: readonly Kept[]; onOpen: (row: Kept) => void }): ComponentChildren {
  const box = useRef<HTMLDivElement>(null);
  const current = useRef<number>(undefined);
  useLayoutEffect(() => {
    const element = box.current;
    // At the top the browser does not keep what is in sight.
    if (element?.scrollTop === 0) element.querySelector(':focus-visible')?.scrollIntoView({ block: 'nearest' });
    const isGone = current.current !== undefined && !rows.some(({ key }) => key === current.current);
    if (!isGone || document.activeElement !== document.body) return;
    current.current = undefined;
    element?.focus();
  }, [rows[0]?.key]);
  const move = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const step = STEPS.get(event.key);
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...event.currentTarget.querySelectorAll('button')];
    const at = buttons.findIndex((one) => one === document.activeElement);
    buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)]?.focus();
  };
  return (
    <div class="window" ref={box} tabIndex={-1} onKeyDown={move}>
      <ol>
        {rows.map((row) => (
          <li key={row.key} onFocusIn={() => (current.current = row.key)}>
            <Row entry={row.entry} onOpen={() => onOpen(row)} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function Row({ entry, onOpen }: { readonly entry: Entry; readonly onOpen: () => void }): ComponentChildren {
  const details = [clockTime(new Date(entry.at)), callerOf(entry), entry.why.replace(/^\d+: /, '')];
  return (
    <button type="button" class="entry" onClick={onOpen}>
      <span class="title">
        <Status status={entry.status} /> <code>{titleOf(entry)}</code>
      </span>
      <span class="why">{details.filter((one) => one !== '').join(' · ')}</span>
    </button>
  );
}

function count(shown: number, all: number): string {
  return shown === all ? `${all} ${all === 1 ? 'request' : 'requests'}.` : `${shown} of ${all} requests.`;
}

interface FilterProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  /** What an option is called; its value where this is absent. */
  readonly words?: (value: string) => string;
  readonly onChange: (value: string) => void;
}

function Filter({ label, value, options, words = (one) => one, onChange }: FilterProps): ComponentChildren {
  // What was chosen stays to be seen, though the last such request may have been dropped.
  const all = value === ALL || options.includes(value) ? options : [...options, value];
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value={ALL}>all</option>
        {all.map((one) => (
          <option key={one} value={one}>
            {words(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Dialog({ entry, onClose }: { readonly entry: Entry; readonly onClose: () => void }): ComponentChildren {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  const close = (): void => {
    onClose();
    // The browser goes back to the row, unless that is gone.
    if (document.activeElement === document.body) document.querySelector<HTMLElement>('.window')?.focus();
  };
  return (
    <dialog ref={dialog} aria-labelledby="opened" onClose={close}>
      <div class="bar">
        <h3 id="opened">
          {titleOf(entry)} at {clockTime(new Date(entry.at))}
        </h3>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <Explanation entry={entry} />
    </dialog>
  );
}

function named(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}

/** Each status that was seen, after the hundred that it is of. */
function statuses(all: readonly number[]): string[] {
  return named([...new Set(all)].flatMap((status) => [`${status}`.slice(0, 1), `${status}`]));
}
