import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ShownApi, ShownCaller, ShownRow, ShownState } from '../messages.ts';
import { Field, Inline } from './ui.tsx';
import { plain } from './words.ts';

/** A route of an API. */
interface Route {
  readonly api: ShownApi;
  readonly row: ShownRow;
}

/** A cell of the matrix. */
export interface Cell extends Route {
  readonly caller: ShownCaller;
  /** The caller's place in the row. */
  readonly column: number;
}

/** What the search leaves: lines are routes with the headings of their groups, columns are places of callers. */
interface Table {
  readonly lines: readonly (Route | string)[];
  readonly routes: readonly Route[];
  readonly columns: readonly number[];
}

/** Up to so many callers each cell has its reason in words. */
const FEW = 6;
/** From so many routes on they are grouped by the first segment of their path. */
const MANY = 9;
/** Pixels of a line, and of a column at least, as the style has them. */
const [HEIGHT, WIDTH] = [44, 56];
/** Lines and columns are drawn by so many, and one step beyond what is in view: 12,000 cells would scroll slowly. */
const STEP = 2;

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
  const choose = useRef(onChoose);
  choose.current = onChoose;
  // What has not changed is not compared again.
  const [grid, isLarge] = useMemo(() => {
    const table = tableOf(state, query.trim().toLowerCase());
    const count = state.apis.reduce((sum, { rows }) => sum + rows.length, 0);
    const shown = <Grid table={table} state={state} onShow={setCurrent} onChoose={(cell) => choose.current(cell)} />;
    return [shown, count >= MANY || state.callers.length > FEW];
  }, [state, query]);
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
      {grid}
    </section>
  );
}

interface GridProps {
  readonly table: Table;
  readonly state: ShownState;
  readonly onShow: (cell: Cell) => void;
  readonly onChoose: (cell: Cell) => void;
}

/** Draws the lines and columns in view, and the cell that the keyboard is at. */
function Grid({ table: { lines, routes, columns }, state, onShow, onChoose }: GridProps): ComponentChildren {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState('0 0 0 0');
  const [chosen, setChosen] = useState({ y: 0, x: 0 });
  const isMoved = useRef(false);
  const at = { y: Math.min(chosen.y, routes.length - 1), x: Math.min(chosen.x, columns.length - 1) };
  const look = (): void => {
    if (box.current === null) return;
    const { scrollTop, clientHeight, scrollLeft, clientWidth } = box.current;
    const places = [
      scrollTop / HEIGHT,
      (scrollTop + clientHeight) / HEIGHT,
      scrollLeft / WIDTH,
      (scrollLeft + clientWidth) / WIDTH,
    ];
    setView(places.map((place, side) => (Math.floor(place / STEP) + (side % 2 === 0 ? -1 : 2)) * STEP).join(' '));
  };
  useLayoutEffect(() => {
    // In a task of its own: the frame that draws the page is long enough.
    const observer = new ResizeObserver(() => setTimeout(look));
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (isMoved.current) box.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    isMoved.current = false;
  }, [chosen]);

  const [top = 0, bottom = 0, left = 0, right = 0] = view.split(' ').map(Number);
  const drawn = columns
    .map((column, x) => ({ column, x }))
    .filter(({ x }) => (x >= left && x < right) || x === at.x || columns.length <= FEW);
  const cellAt = (target: EventTarget | null): Cell | undefined => {
    const { y, x } = placeOf(target);
    const [route, column] = [routes[y], columns[x] ?? -1];
    const caller = state.callers[column];
    return route && caller && { ...route, caller, column };
  };
  const show = ({ target }: Event): void => {
    const cell = cellAt(target);
    if (cell !== undefined) onShow(cell);
  };
  return (
    <div
      class={`matrix ${columns.length > FEW ? 'dense' : ''}`}
      role="grid"
      aria-labelledby="matrix"
      aria-rowcount={lines.length + 2}
      aria-colcount={columns.length + 1}
      style={{ '--callers': columns.length }}
      ref={box}
      onScroll={look}
      onClick={({ target }) => {
        const cell = cellAt(target);
        if (cell !== undefined) onChoose(cell);
      }}
      onMouseOver={show}
      onFocusIn={(event) => {
        if (cellAt(event.target) !== undefined) setChosen(placeOf(event.target));
        show(event);
      }}
      onKeyDown={(event) => {
        const next = moved(event, at, routes.length - 1, columns.length - 1);
        if (next === undefined) return;
        event.preventDefault();
        isMoved.current = true;
        setChosen(next);
      }}
    >
      <Heads callers={columns.flatMap((column) => state.callers[column] ?? [])} />
      <div role="rowgroup" class="lines" style={{ height: `${lines.length * HEIGHT}px` }}>
        {lines.map((line, index) => {
          if ((index < top || index >= bottom) && line !== routes[at.y]) return undefined;
          const place = {
            key: index,
            role: 'row',
            'aria-rowindex': index + 3,
            style: { top: `${index * HEIGHT}px` },
          } as const;
          if (typeof line === 'string') {
            return (
              <div {...place} class="group">
                <div role="rowheader">{line}</div>
              </div>
            );
          }
          return (
            <div {...place} data-y={routes.indexOf(line)}>
              <RouteHead row={line.row} />
              {drawn.map(({ column, x }) => {
                const cell = line.row.cells[column] ?? '';
                const allowed = cell.startsWith('allowed');
                return (
                  <button
                    type="button"
                    role="gridcell"
                    key={column}
                    class={allowed ? 'good' : 'bad'}
                    data-x={x}
                    style={{ '--x': x }}
                    tabIndex={line === routes[at.y] && x === at.x ? 0 : -1}
                    aria-colindex={x + 2}
                    aria-label={plain(cell)}
                  >
                    {allowed ? '✓' : '✗'}
                    {columns.length <= FEW && <Inline text={cell.replace(/^\w+: (lacks )?/, ' ')} />}
                  </button>
                );
              })}
            </div>
          );
        })}
      </div>
      {lines.length === 0 && <p class="quiet">No route.</p>}
    </div>
  );
}

function Heads({ callers }: { readonly callers: readonly ShownCaller[] }): ComponentChildren {
  return (
    <div role="rowgroup" class="heads">
      <div role="row" class="kinds">
        <div role="columnheader">Callers</div>
        {Object.entries(KINDS).map(([kind, words]) => {
          const x = callers.findIndex((caller) => caller.kind === kind);
          const count = callers.filter((caller) => caller.kind === kind).length;
          return (
            count > 0 && (
              <div key={kind} role="columnheader" aria-colspan={count} style={{ '--x': x, '--span': count }}>
                {words}
              </div>
            )
          );
        })}
      </div>
      <div role="row">
        <div role="columnheader">Route</div>
        {callers.map(({ heading, name, detail }, x) => (
          <div role="columnheader" key={heading} style={{ '--x': x }} title={plain(heading)}>
            <code>{name === '' ? 'anyone' : name}</code>
            <span class="quiet">{detail}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

function RouteHead({ row: { routeKey, needs } }: { readonly row: ShownRow }): ComponentChildren {
  const [method, path] = routeKey.split(' ');
  return (
    <div role="rowheader" title={`${routeKey}, needs ${plain(needs)}`}>
      <code>
        <span class="quiet">{method}</span> {path}
      </code>
      <span class="quiet">
        <Inline text={needs} />
      </span>
    </div>
  );
}

/** A word of the search is a route's or a caller's: the other side stays whole. */
function tableOf({ apis, callers }: ShownState, query: string): Table {
  const matches = (...texts: readonly string[]): boolean => texts.some((text) => text.toLowerCase().includes(query));
  const all = apis.flatMap((api) => api.rows.map((row) => ({ api, row })));
  const groupOf = ({ api, row }: Route): string =>
    apis.length > 1 ? `${api.name} · ${api.url}` : `/${row.routeKey.split('/')[1] ?? ''}`;
  const found = all.filter((route) => matches(route.row.routeKey, route.row.needs, groupOf(route)));
  const every = callers.map((_, column) => column);
  const foundColumns = every.filter((column) => matches(callers[column]?.heading ?? ''));
  const routes = found.length === 0 && foundColumns.length > 0 ? all : found;
  const groups = new Set(all.map(groupOf)).size;
  const isGrouped = apis.length > 1 || (all.length >= MANY && groups > 1 && groups * 2 <= all.length);
  const lines = routes.flatMap((route, index): Table['lines'] => {
    const before = routes[index - 1];
    const group = groupOf(route);
    return isGrouped && (before === undefined || groupOf(before) !== group) ? [group, route] : [route];
  });
  return { lines, routes, columns: foundColumns.length === 0 ? every : foundColumns };
}

interface Place {
  readonly y: number;
  readonly x: number;
}

function placeOf(target: EventTarget | null): Place {
  const button = target instanceof Element ? target.closest<HTMLElement>('[data-x]') : null;
  return { y: Number(button?.parentElement?.dataset['y']), x: Number(button?.dataset['x']) };
}

/** Where a key leads from a cell; nowhere for any other key. */
function moved({ key, ctrlKey }: KeyboardEvent, { y, x }: Place, lastY: number, lastX: number): Place | undefined {
  const [toY, toX] =
    new Map<string, readonly [number, number]>([
      ['ArrowRight', [y, x + 1]],
      ['ArrowLeft', [y, x - 1]],
      ['ArrowDown', [y + 1, x]],
      ['ArrowUp', [y - 1, x]],
      ['Home', [ctrlKey ? 0 : y, 0]],
      ['End', [ctrlKey ? lastY : y, lastX]],
    ]).get(key) ?? [];
  if (toY === undefined || toX === undefined) return undefined;
  return { y: Math.min(Math.max(toY, 0), lastY), x: Math.min(Math.max(toX, 0), lastX) };
}
