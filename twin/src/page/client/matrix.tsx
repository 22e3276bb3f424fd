import type { ComponentChildren } from 'preact';
import type { ShownState } from '../messages.ts';
import { Inline } from './parts.tsx';

/** A cell chosen in the matrix. Choosing it again makes a new object, so that it takes effect again. */
export interface MatrixChoice {
  readonly caller: string;
  readonly routeKey: string;
}

interface Props {
  readonly state: ShownState;
  /** Takes the caller and the route of a cell to where they can be tried. */
  readonly onTry: (caller: string, routeKey: string) => void;
}

/** Who may call what: the access report's table, its cells word for word. */
export function Matrix({ state, onTry }: Props): ComponentChildren {
  const { callers, rows } = state;
  return (
    <section aria-labelledby="matrix">
      <h2 id="matrix">Who may call what</h2>
      <p class="lead">
        Each cell is the verdict with the most that the caller can get, and the scope that decides it. Choose one to try
        it.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="The matrix">
        {/* In a narrow window it is laid out as lists, and a browser would no longer take it for a table. */}
        <table class="matrix" role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">
                Route
              </th>
              {callers.map(({ heading }) => (
                <th scope="col" role="columnheader" key={heading}>
                  <Inline text={heading} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {rows.map(({ routeKey, needs, cells }) => (
              <tr role="row" key={routeKey}>
                <th scope="row" role="rowheader">
                  <code>{routeKey}</code>
                  <span class="needs">
                    {needs === 'public' ? '' : 'needs '}
                    <Inline text={needs} />
                  </span>
                </th>
                {cells.map((cell, at) => {
                  const heading = callers[at]?.heading ?? '';
                  return (
                    <td role="cell" key={heading}>
                      <span class="who">
                        <Inline text={heading} />
                      </span>
                      <Verdict cell={cell} onTry={() => onTry(heading, routeKey)} />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Verdict({ cell, onTry }: { readonly cell: string; readonly onTry: () => void }): ComponentChildren {
  const colon = cell.indexOf(': ');
  const [word, reason] = [cell.slice(0, colon), cell.slice(colon + 2)];
  const allowed = word === 'allowed';
  return (
    <button type="button" class={`verdict ${allowed ? 'good' : 'bad'}`} onClick={onTry}>
      <span class="word">
        <span aria-hidden="true">{allowed ? '✓' : '✗'}</span> {word}
      </span>
      <span class="reason">
        <Inline text={reason} />
      </span>
    </button>
  );
}
