import { computed, signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ShownApi, ShownRow } from '../messages.ts';
import { choose } from './request.ts';
import { address, chosen, linkTo, state, type Cell } from './store.ts';
import { Field, focusCall, Inline, toPanel } from './ui.tsx';
import { plain } from './words.ts';

/** The most callers for which each cell shows its reason in words. */
const FEW = 6;
/** The fewest routes that are grouped by the first segment of their path. */
const MANY = 9;

/** Rows and columns are drawn in steps of this size, one step beyond the view: all 12,000 cells would take half a second. */
const STEP = 2;

const KINDS = { client: 'Services', role: 'Roles', user: 'Users', anyone: 'None' } as const;

const query = signal('');
/** The cell with the pointer or the focus. */
const pointed = signal<Cell>();
/** The cell that the tab key reaches. */
const place = signal({ y: 0, x: 0 });

/** Who may call what: the table of the access report, with the same text in its cells. */
export function Matrix(): ComponentChildren {
  const { apis, callers } = state.value;
  return (
    <section aria-labelledby="matrix" class="card">
      <div class="bar">
        <h2 id="matrix">Who may call what</h2>
        {(apis.flatMap(({ rows }) => rows).length >= MANY || callers.length > FEW) && (
          <Field
            label="Search routes and callers"
            search
            value={query.value}
            onInput={(text) => (query.value = text)}
          />
        )}
      </div>
      <Detail />
      <Grid />
    </section>
  );
}

function Detail(): ComponentChildren {
  const cell = pointed.value ?? chosen.value;
  if (cell === undefined) return <p class="detail">Choose a cell to call the route as that caller.</p>;
  return (
    <p class="detail">
      <Inline text={cell.row.cells[cell.column] ?? ''} /> · <Inline text={cell.caller.heading} /> →{' '}
      <code>{cell.row.routeKey}</code>
    </p>
  );
}

/** Draws the rows and columns in view, and the focused cell. */
function Grid(): ComponentChildren {
  const { lines, routes, columns } = table.value;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState('0 0 0 0');
  const isMoved = useRef(false);
  const at = { y: Math.min(place.value.y, routes.length - 1), x: Math.min(place.value.x, columns.length - 1) };
  const isDense = columns.length > FEW;
  const [height, width, head] = isDense ? [28, 48, 228] : [44, 108, 64];
  const look = (): void => {
    if (box.current === null) return;
    const { scrollTop, clientHeight, scrollLeft, clientWidth } = box.current;
    const from = [scrollTop / height, scrollLeft / width];
    const sizes = [(clientHeight - head) / height, (clientWidth - head) / width];
    const edge = (lines: number, steps: number): number => (Math.floor(lines / STEP) + steps) * STEP;
    setView(from.flatMap((start, side) => [edge(start, -1), edge(start + (sizes[side] ?? 0), 2)]).join(' '));
  };
  useLayoutEffect(() => {
    // In a separate task, because the frame that draws the page takes long already.
    const observer = new ResizeObserver(() => setTimeout(look));
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, [isDense]);
  useLayoutEffect(() => {
    if (isMoved.current) box.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    isMoved.current = false;
  }, [place.value]);
  const [top = 0, bottom = 0, left = 0, right = 0] = view.split(' ').map(Number);
  const places = [...columns.keys()].filter((x) => (x >= left && x < right) || x === at.x || !isDense);
  const drawn = useMemo(() => places, [places.join()]);

  const withCell = ({ target }: Event, act: (cell: Cell) => void): void => {
    const { y, x } = placeOf(target);
    const [route, column] = [routes[y], columns[x] ?? -1];
    const caller = state.value.callers[column];
    if (route && caller) act({ ...route, caller, column });
  };
  const show = (event: Event): void => withCell(event, (cell) => (pointed.value = cell));
  const callHere = (event: Event): void =>
    withCell(event, (cell) => {
      address.value = linkTo(cell.api.name, cell.row.routeKey, cell.caller.heading);
      void choose(cell).then((isLeft) => isLeft && focusCall());
      toPanel();
    });
  const callers = columns.flatMap((column) => state.value.callers[column] ?? []);
  return (
    <div
      class={`matrix ${isDense ? 'dense' : ''}`}
      style={{ '--callers': columns.length, '--lines': lines.length, '--row': `${height}px`, '--cell': `${width}px` }}
      ref={box}
      onScroll={look}
    >
      <table
        role="grid"
        aria-labelledby="matrix"
        aria-rowcount={lines.length + 2}
        aria-colcount={columns.length + 1}
        onClick={callHere}
        onMouseOver={show}
        onFocusIn={(event) => {
          place.value = placeOf(event.target);
          show(event);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ' ') callHere(event);
          const next = moved(event, at, routes.length - 1, columns.length - 1);
          isMoved.current = next !== undefined;
          if (next !== undefined) place.value = next;
          if (next !== undefined || event.key === ' ') event.preventDefault();
        }}
      >
        <thead>
          <tr>
            <th scope="col" class="first">
              Callers
            </th>
            {Object.entries(KINDS).map(([kind, words]) => {
              const x = callers.findIndex((caller) => caller.kind === kind);
              const span = callers.filter((caller) => caller.kind === kind).length;
              return (
                span > 0 && (
                  <th scope="colgroup" key={kind} colSpan={span} style={{ '--x': x, '--span': span }}>
                    {words}
                  </th>
                )
              );
            })}
          </tr>
          <tr class="names">
            <th scope="col" class="first">
              Route
            </th>
            {callers.map(({ heading, name, detail }, x) => (
              <th scope="col" key={heading} title={plain(heading)} style={{ '--x': x }}>
                <code>{name === '' ? 'anyone' : name}</code> <span class="quiet">{detail}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => {
            const y = line.at;
            if ((index < top || index >= bottom) && y !== at.y) return undefined;
            if ('group' in line) {
              return (
                <tr key={index} aria-rowindex={index + 3} style={{ top: `calc(${index} * var(--row))` }}>
                  <th scope="rowgroup" class="first">
                    {line.group}
                  </th>
                </tr>
              );
            }
            const selected = chosen.value?.row === line.row ? chosen.value.column : undefined;
            const focus = y === at.y ? at.x : undefined;
            return <Row key={index} {...{ index, y, columns, drawn, selected, focus }} row={line.row} />;
          })}
        </tbody>
      </table>
      {routes.length === 0 && <p class="quiet">No route.</p>}
    </div>
  );
}

interface RowProps {
  readonly row: ShownRow;
  /** The index among all lines, and among the routes. */
  readonly index: number;
  readonly y: number;
  readonly columns: readonly number[];
  /** The indexes of the `columns` to draw. */
  readonly drawn: readonly number[];
  readonly selected: number | undefined;
  /** The index of the cell that the tab key reaches. */
  readonly focus: number | undefined;
}

function Row({ row, index, y, columns, drawn, selected, focus }: RowProps): ComponentChildren {
  const { routeKey, needs, cells } = row;
  const [method, path] = routeKey.split(' ');
  const isDense = columns.length > FEW;
  const draw = (): ComponentChildren => (
    <tr data-y={y} aria-rowindex={index + 3} style={{ top: `calc(${index} * var(--row))` }}>
      <th scope="row" class="first" title={`${routeKey}, needs ${plain(needs)}`}>
        <code>
          <span class="quiet">{method}</span> {path}
        </code>
        {!isDense && (
          <span class="quiet">
            <Inline text={needs} />
          </span>
        )}
      </th>
      {drawn.map((x) => {
        const column = columns[x] ?? -1;
        const cell = cells[column] ?? '';
        const isAllowed = cell.startsWith('allowed');
        return (
          <td
            key={column}
            class={isAllowed ? 'good' : 'bad'}
            data-x={x}
            aria-colindex={x + 2}
            style={{ '--x': x }}
            tabIndex={x === focus ? 0 : -1}
            aria-label={plain(cell)}
            aria-selected={column === selected || undefined}
          >
            {isAllowed ? '✓' : '✗'}
            {!isDense && <Inline text={cell.replace(/^\w+: (lacks )?/, ' ')} />}
          </td>
        );
      })}
    </tr>
  );
  // Draw the row again only if one of these changes.
  return useMemo(draw, [row, index, y, columns, drawn, selected, focus]);
}

interface Route {
  readonly api: ShownApi;
  readonly row: ShownRow;
}

/** The matches of the search: routes with group headings between them, and the indexes of callers. */
const table = computed(() => {
  const { apis, callers } = state.value;
  // If a search matches only routes, all callers stay, and the other way round.
  const text = query.value.trim().toLowerCase();
  const matches = (...texts: readonly string[]): boolean => texts.some((one) => one.toLowerCase().includes(text));
  const all = apis.flatMap((api) => api.rows.map((row): Route => ({ api, row })));
  const groupOf = ({ api, row }: Route): string =>
    apis.length > 1 ? `${api.name} · ${api.url}` : `/${row.routeKey.split('/')[1] ?? ''}`;
  const every = [...callers.keys()];
  const found = all.filter((route) => matches(route.row.routeKey, route.row.needs, groupOf(route)));
  const columns = every.filter((column) => matches(callers[column]?.heading ?? ''));
  const routes = found.length === 0 && columns.length > 0 ? all : found;
  const groups = new Set(all.map(groupOf)).size;
  const isGrouped = apis.length > 1 || (all.length >= MANY && groups > 1 && groups * 2 <= all.length);
  const lines = routes.flatMap((route, at) => {
    const group = groupOf(route);
    const before = routes[at - 1];
    const isFirst = isGrouped && (before === undefined || groupOf(before) !== group);
    return [...(isFirst ? [{ group, at: -1 }] : []), { ...route, at }];
  });
  return { lines, routes, columns: columns.length === 0 ? every : columns };
});

interface Place {
  readonly y: number;
  readonly x: number;
}

function placeOf(target: EventTarget | null): Place {
  const td = target instanceof Element ? target.closest('td') : null;
  return { y: Number(td?.parentElement?.dataset['y']), x: Number(td?.dataset['x']) };
}

/** Returns the cell that a key moves the focus to; undefined for any other key. */
function moved({ key, ctrlKey }: KeyboardEvent, { y, x }: Place, lastY: number, lastX: number): Place | undefined {
  const keys: Readonly<Record<string, Place>> = {
    ArrowRight: { y, x: x + 1 },
    ArrowLeft: { y, x: x - 1 },
    ArrowDown: { y: y + 1, x },
    ArrowUp: { y: y - 1, x },
    Home: { y: ctrlKey ? 0 : y, x: 0 },
    End: { y: ctrlKey ? lastY : y, x: lastX },
  };
  const to = keys[key];
  return to && { y: Math.min(Math.max(to.y, 0), lastY), x: Math.min(Math.max(to.x, 0), lastX) };
}
