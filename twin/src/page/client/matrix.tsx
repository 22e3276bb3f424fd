import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ShownApi, ShownCaller, ShownRow, ShownState } from '../messages.ts';
import { Field, Inline } from './ui.tsx';
import { plain } from './words.ts';

/** A cell of the matrix. */
export interface Cell {
  readonly caller: ShownCaller;
  readonly api: ShownApi;
  readonly row: ShownRow;
  /** The caller's place in the row. */
  readonly column: number;
}

/** Up to so many callers each cell has its reason in words. */
const FEW = 6;
/** From so many routes on they are grouped by the first segment of their path. */
const MANY = 9;
/** Pixels of a line, as the style has it: only those in sight are drawn, since 12,000 cells would scroll slowly. */
const HEIGHT = 44;
/** Lines that are drawn above and below those in sight. */
const MARGIN = 6;

const KINDS = { client: 'Services', role: 'Roles', user: 'Users', anyone: 'No token' } as const;

/** Who may call what: the access report's table, its cells word for word. */
export function Matrix({
  state,
  onChoose,
}: {
  readonly state: ShownState;
  readonly onChoose: (cell: Cell) => void;
}): ComponentChildren {
  const [query, setQuery] = useState('');
  const [current, setCurrent] = useState<Cell>();
  const [first, setFirst] = useState(0);
  const { lines, columns, isLarge } = useMemo(() => tableOf(state, query.trim().toLowerCase()), [state, query]);
  const last = first + Math.ceil(innerHeight / HEIGHT) + 2 * MARGIN;

  const show = ({ target }: Event): Cell | undefined => {
    const cell = cellAt(target as Element, state);
    if (cell !== undefined) setCurrent(cell);
    return cell;
  };
  return (
    <section aria-labelledby="matrix" class="card matrix-card">
      <div class="bar">
        <h2 id="matrix">Who may call what</h2>
        {isLarge && <Field label="Search routes and callers" value={query} onInput={setQuery} class="search" />}
      </div>
      <p class="detail">
        {current === undefined ? (
          'Choose a cell to call the route as that caller.'
        ) : (
          <>
            <Inline text={current.row.cells[current.column] ?? ''} /> · <Inline text={current.caller.heading} /> →{' '}
            <code>{current.row.routeKey}</code>
          </>
        )}
      </p>
      <div
        class={`matrix ${columns.length > FEW ? 'dense' : ''}`}
        role="grid"
        aria-labelledby="matrix"
        aria-rowcount={lines.length + 2}
        style={{ '--callers': columns.length }}
        tabIndex={first === 0 ? undefined : 0}
        onScroll={({ currentTarget: { scrollTop } }) => setFirst(Math.max(0, Math.floor(scrollTop / HEIGHT) - MARGIN))}
        onClick={(event) => {
          const cell = show(event);
          if (cell !== undefined) onChoose(cell);
        }}
        onMouseOver={show}
        onFocusIn={show}
        onKeyDown={move}
      >
        <Heads callers={columns.flatMap((column) => state.callers[column] ?? [])} />
        <div
          role="rowgroup"
          style={{ paddingTop: first * HEIGHT, paddingBottom: Math.max(0, lines.length - last) * HEIGHT }}
        >
          {lines.slice(first, last)}
        </div>
      </div>
      {lines.length === 0 && <p class="quiet">No route.</p>}
    </section>
  );
}

function Heads({ callers }: { readonly callers: readonly ShownCaller[] }): ComponentChildren {
  const kinds = Object.entries(KINDS).map(([kind, words]) => {
    return { words, count: callers.filter((caller) => caller.kind === kind).length };
  });
  return (
    <div role="rowgroup" class="heads">
      <div role="row" class="kinds">
        <div role="columnheader">Callers</div>
        {kinds.map(
          ({ words, count }) =>
            count > 0 && (
              <div key={words} role="columnheader" aria-colspan={count} style={{ gridColumn: `span ${count}` }}>
                {words}
              </div>
            ),
        )}
      </div>
      <div role="row">
        <div role="columnheader">Route</div>
        {callers.map(({ heading, name, detail }) => (
          <div role="columnheader" key={heading} title={plain(heading)}>
            <code>{name === '' ? 'anyone' : name}</code>
            <span class="quiet">{detail}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

interface LineProps {
  /** The API's place and the row's, with a space between. */
  readonly at: string;
  readonly row: ShownRow;
  readonly columns: readonly number[];
  /** Its place among the rows. */
  readonly index: number;
}

function Line({ at, row: { routeKey, needs, cells }, columns, index }: LineProps): ComponentChildren {
  const [method = '', path = ''] = routeKey.split(' ');
  return (
    <div role="row" data-row={at} aria-rowindex={index + 3}>
      <div role="rowheader" title={`${routeKey}, needs ${plain(needs)}`}>
        <code>
          <span class="method">{method}</span> {path}
        </code>
        <span class="quiet">
          <Inline text={needs} />
        </span>
      </div>
      {columns.map((column, place) => {
        const cell = cells[column] ?? '';
        const allowed = cell.startsWith('allowed');
        return (
          <div role="gridcell" key={column}>
            <button
              type="button"
              class={allowed ? 'good' : 'bad'}
              data-column={column}
              tabIndex={index === 0 && place === 0 ? 0 : -1}
              aria-label={plain(cell)}
            >
              {allowed ? '✓' : '✗'}
              {columns.length <= FEW && <Inline text={cell.replace(/^\w+: (lacks )?/, ' ')} />}
            </button>
          </div>
        );
      })}
    </div>
  );
}

/** The rows with the headings of their groups, and the columns, as far as the search has them. */
function tableOf({ apis, callers }: ShownState, query: string) {
  const matches = (...texts: readonly string[]): boolean => texts.some((text) => text.toLowerCase().includes(query));
  const all = apis.flatMap(({ name, url, rows }, apiIndex) =>
    rows.map((row, index) => ({
      row,
      at: `${apiIndex} ${index}`,
      group: apis.length > 1 ? `${name} · ${url}` : `/${row.routeKey.split('/')[1] ?? ''}`,
    })),
  );
  const found = all.filter(({ row, group }) => matches(row.routeKey, row.needs, group));
  const columns = callers.map((_, column) => column);
  const foundColumns = columns.filter((column) => matches(callers[column]?.heading ?? ''));
  // A word is a route's or a caller's: the other side stays whole.
  const rows = found.length === 0 && foundColumns.length > 0 ? all : found;
  const shown = foundColumns.length === 0 ? columns : foundColumns;
  const groups = new Set(all.map(({ group }) => group)).size;
  const isGrouped = apis.length > 1 || (all.length >= MANY && groups > 1 && groups * 2 <= all.length);
  const lines = rows.flatMap(({ row, at, group }, index) => [
    ...(isGrouped && group !== rows[index - 1]?.group
      ? [
          <div role="row" class="group" key={group}>
            <div role="rowheader">{group}</div>
          </div>,
        ]
      : []),
    <Line key={at} at={at} row={row} columns={shown} index={index} />,
  ]);
  return { lines, columns: shown, isLarge: all.length >= MANY || columns.length > FEW };
}

function cellAt(target: Element, { apis, callers }: ShownState): Cell | undefined {
  const button = target.closest<HTMLElement>('[data-column]');
  const [apiIndex, index] = (button?.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? '').split(' ').map(Number);
  const column = Number(button?.dataset['column']);
  const api = apis[apiIndex ?? NaN];
  const row = api?.rows[index ?? NaN];
  const caller = callers[column];
  return api && row && caller && { api, row, caller, column };
}

/** Moves the focus by the arrow keys, Home and End; the cell that has it is the one in the order of Tab. */
function move(event: TargetedKeyboardEvent<HTMLElement>): void {
  const grid = event.currentTarget;
  const now = document.activeElement;
  const rows = [...grid.querySelectorAll('[data-row]')];
  const inRow = (row: Element | null | undefined): HTMLElement[] => [...(row?.querySelectorAll('button') ?? [])];
  const y = rows.findIndex((row) => row.contains(now));
  const x = inRow(rows[y]).findIndex((button) => button === now);
  const [column, row] = new Map<string, readonly [number, number]>([
    ['ArrowRight', [x + 1, y]],
    ['ArrowLeft', [Math.max(x - 1, 0), y]],
    ['ArrowDown', [x, y + 1]],
    ['ArrowUp', [x, Math.max(y - 1, 0)]],
    ['Home', [0, event.ctrlKey ? 0 : y]],
    ['End', [inRow(rows[y]).length - 1, event.ctrlKey ? rows.length - 1 : y]],
  ]).get(event.key) ?? [-1, -1];
  if (column < 0) return;
  event.preventDefault();
  const next = inRow(rows[row])[column];
  if (next === undefined) return;
  for (const button of grid.querySelectorAll<HTMLElement>('button[tabindex="0"]')) button.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
