import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Entry } from '../messages.ts';
import { callerOf, titleOf, type Kept } from './history.ts';
import { Status } from './parts.tsx';
import { clockTime } from './words.ts';

/** Pixels of a row: all are of one height, so that those in sight are found without measuring. */
const ROW = 56;
/** Rows beyond the edges, so that the keyboard finds the next one. */
const BEYOND = 8;

/** How many rows a key goes on. */
const STEPS: ReadonlyMap<string, number> = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
  ['Home', -Infinity],
  ['End', Infinity],
]);

interface Props {
  readonly rows: readonly Kept[];
  readonly onOpen: (row: Kept) => void;
}

/** The rows in sight of a list that may be long, and the one that last had the focus, to which it comes back. */
export function Window({ rows, onOpen }: Props): ComponentChildren {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const [current, setCurrent] = useState<number>();
  const goes = useRef(false);
  const newest = useRef<number>(undefined);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // Whoever has scrolled down, or goes through it by keyboard, keeps what is in sight; otherwise what is new comes into it.
  useLayoutEffect(() => {
    const element = box.current;
    const before = rows.findIndex(({ key }) => key === newest.current);
    const stays = element !== null && (element.scrollTop > 0 || element.querySelector(':focus-visible') !== null);
    if (stays && before > 0) element.scrollTop += before * ROW;
    newest.current = rows[0]?.key;
  }, [rows[0]?.key]);

  const at = rows.findIndex(({ key }) => key === current);
  useLayoutEffect(() => {
    if (!goes.current) return;
    goes.current = false;
    box.current?.querySelector<HTMLElement>('[data-current] button')?.focus();
  }, [current]);
  // The row with the focus may be the oldest, which goes.
  useLayoutEffect(() => {
    if (at < 0 && current !== undefined && document.activeElement === document.body) box.current?.focus();
  }, [at < 0]);

  const move = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const step = STEPS.get(event.key);
    if (step === undefined) return;
    event.preventDefault();
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (next === undefined || next.key === current) return;
    goes.current = true;
    setCurrent(next.key);
  };
  return (
    <div
      class="window"
      ref={box}
      tabIndex={-1}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={move}
    >
      <ol style={{ height: `${rows.length * ROW}px` }}>
        {placesOf(rows.length, top, height, at).map((place) => {
          const row = rows[place];
          return row === undefined ? undefined : (
            <li
              key={row.key}
              style={{ transform: `translateY(${place * ROW}px)` }}
              aria-setsize={rows.length}
              aria-posinset={place + 1}
              data-current={row.key === current ? '' : undefined}
              onFocusIn={() => setCurrent(row.key)}
            >
              <Row entry={row.entry} onOpen={() => onOpen(row)} />
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** The places in sight, in order, and one more. */
function placesOf(count: number, top: number, height: number, more: number): number[] {
  const first = Math.max(0, Math.floor(top / ROW) - BEYOND);
  const last = Math.min(count, Math.ceil((top + height) / ROW) + BEYOND);
  const places = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
  if (more < 0 || places.includes(more)) return places;
  return more < first ? [more, ...places] : [...places, more];
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
