import type { ComponentChildren } from 'preact';
import { visible } from './words.ts';

interface Props {
  readonly requested: readonly string[];
  readonly permitted: readonly string[];
  /** Absent where there is no token. */
  readonly granted: readonly string[] | undefined;
}

/** Requested, permitted and granted side by side, a row for each scope: what stands in both is what is granted. */
export function Scopes({ requested, permitted, granted }: Props): ComponentChildren {
  const all = [...new Set([...requested, ...(granted ?? []), ...permitted])];
  if (all.length === 0) return <p class="quiet">No scope was requested, none is permitted, and none was granted.</p>;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="The scopes">
      <table class="scopes">
        <thead>
          <tr>
            <th scope="col">Scope</th>
            <th scope="col">requested</th>
            <th scope="col">permitted</th>
            <th scope="col">granted</th>
          </tr>
        </thead>
        <tbody>
          {all.map((scope) => (
            <tr key={scope} class={granted?.includes(scope) === true ? 'granted' : ''}>
              <th scope="row">
                <code>{visible(scope)}</code>
              </th>
              <Tick yes={requested.includes(scope)} />
              <Tick yes={permitted.includes(scope)} />
              <Tick yes={granted?.includes(scope) === true} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Tick({ yes }: { readonly yes: boolean }): ComponentChildren {
  return (
    <td class={yes ? 'yes' : 'no'}>
      <span aria-hidden="true">{yes ? '✓' : '–'}</span> {yes ? 'yes' : 'no'}
    </td>
  );
}
