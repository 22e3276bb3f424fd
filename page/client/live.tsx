import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Entry } from '../messages.ts';
import { Explanation } from './explanation.tsx';
import { MOST, titleOf, type History, type Kept } from './history.ts';
import { Status } from './parts.tsx';
import { clockTime } from './words.ts';

/** Pixels of a row: all are of one height, so that those in sight are found without measuring. */
const ROW = 56;
/** Rows beyond the edges, so that the keyboard finds the next one. */
const BEYOND = 8;

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
  const [opened, setOpened] = useState<Entry>();
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
          options={['2', '4', '5'].map((one) => [one, `${one}xx`])}
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
      {kept.length === 0 ? <Empty apiUrl={apiUrl} /> : <Window rows={shown} onOpen={setOpened} />}
      <p class="quiet" role="status">
        {kept.length > 0 && count(shown.length, kept.length)}
        {skipped > 0 && ` ${skipped} came too fast, or too early, to be listed.`}
        {dropped > 0 && ` The list holds ${MOST}: the oldest ${dropped} were dropped.`}
      </p>
      {opened !== undefined && <Dialog entry={opened} onClose={() => setOpened(undefined)} />}
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

function count(shown: number, all: number): string {
  return shown === all ? `${all} ${all === 1 ? 'request' : 'requests'}.` : `${shown} of ${all} requests.`;
}

interface FilterProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChange: (value: string) => void;
}

function Filter({ label, value, options, onChange }: FilterProps): ComponentChildren {
  // What was chosen stays to be seen, though the last such request may have been dropped.
  const all = value === ALL || options.some(([one]) => one === value) ? options : [...options, [value, value] as const];
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value={ALL}>all</option>
        {all.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The rows in sight of a list that may be long. */
function Window({
  rows,
  onOpen,
}: {
  readonly rows: readonly Kept[];
  readonly onOpen: (entry: Entry) => void;
}): ComponentChildren {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const newest = useRef<number>(undefined);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // Whoever has scrolled down keeps what is in sight; at the top, what is new comes into it.
  useLayoutEffect(() => {
    const element = box.current;
    const before = rows.findIndex(({ key }) => key === newest.current);
    if (element !== null && before > 0 && element.scrollTop > 0) element.scrollTop += before * ROW;
    newest.current = rows[0]?.key;
  }, [rows[0]?.key]);

  const first = Math.max(0, Math.floor(top / ROW) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW) + BEYOND);
  return (
    <div
      class="window"
      ref={box}
      tabIndex={-1}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={moveFocus}
    >
      <ol style={{ height: `${rows.length * ROW}px` }}>
        {rows.slice(first, last).map(({ key, entry }, at) => (
          <li
            key={key}
            style={{ transform: `translateY(${(first + at) * ROW}px)` }}
            aria-setsize={rows.length}
            aria-posinset={first + at + 1}
          >
            <Row entry={entry} onOpen={onOpen} />
          </li>
        ))}
      </ol>
    </div>
  );
}

/** The arrow keys go from row to row. */
function moveFocus(event: TargetedKeyboardEvent<HTMLElement>): void {
  const step =
    event.key === 'ArrowDown' ? 'nextElementSibling' : event.key === 'ArrowUp' ? 'previousElementSibling' : undefined;
  if (step === undefined || !(event.target instanceof HTMLElement)) return;
  const next = event.target.closest('li')?.[step]?.querySelector('button');
  event.preventDefault();
  next?.focus();
}

function Row({ entry, onOpen }: { readonly entry: Entry; readonly onOpen: (entry: Entry) => void }): ComponentChildren {
  const details = [clockTime(new Date(entry.at)), callerOf(entry), entry.why.replace(/^\d+: /, '')];
  return (
    <button type="button" class="entry" onClick={() => onOpen(entry)}>
      <span class="title">
        <Status status={entry.status} /> <code>{titleOf(entry)}</code>
      </span>
      <span class="why">{details.filter((one) => one !== '').join(' · ')}</span>
    </button>
  );
}

function Dialog({ entry, onClose }: { readonly entry: Entry; readonly onClose: () => void }): ComponentChildren {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="opened" onClose={onClose}>
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

function routeOf(entry: Entry): string {
  if (entry.kind === 'token') return 'POST /oauth/token';
  return 'routeKey' in entry && entry.routeKey !== '' ? entry.routeKey : 'no route';
}

function callerOf(entry: Entry): string {
  return 'caller' in entry && entry.caller !== '' ? entry.caller : 'unknown';
}

function named(names: readonly string[]): (readonly [string, string])[] {
  return [...new Set(names)].toSorted().map((name) => [name, name]);
}
