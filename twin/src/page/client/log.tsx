import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Entry } from '../messages.ts';
import { callerOf, NO_HISTORY, titleOf, type History, type Kept } from './history.ts';
import { address, history, state } from './store.ts';
import { Field, Status, toPanel } from './ui.tsx';
import { clockTime } from './words.ts';

const NO_FILTER = { text: '', status: '', client: '', user: '' } as const;
const filter = signal<Readonly<Record<keyof typeof NO_FILTER, string>>>(NO_FILTER);
/** The list when it was paused. */
const paused = signal<History>();

/** The latest requests of all clients, newest first. */
export function Log(): ComponentChildren {
  const { kept, dropped, skipped } = paused.value ?? history.value;
  const shown = kept.filter(({ entry }) => matches(entry));
  const waiting = history.value.kept.findIndex(({ key }) => key === kept[0]?.key);
  const entries = kept.map(({ entry }) => entry);
  const choices = [
    ['Status', 'status', entries.flatMap(({ status }) => [`${status}`.slice(0, 1), `${status}`])],
    ['Client', 'client', entries.map((entry) => callerOf(entry).client)],
    ['User', 'user', entries.map((entry) => callerOf(entry).user)],
  ] as const;
  return (
    <section aria-labelledby="log" class="card log">
      <div class="bar">
        <h2 id="log">Requests</h2>
        <div class="row">
          <button
            type="button"
            aria-pressed={!!paused.value}
            onClick={() => (paused.value = paused.value ? undefined : history.value)}
          >
            {paused.value === undefined
              ? 'Pause'
              : `Resume${waiting === 0 ? '' : ` (${waiting < 0 ? 'many' : waiting} new)`}`}
          </button>
          <button
            type="button"
            onClick={() => {
              paused.value = undefined;
              history.value = NO_HISTORY;
            }}
          >
            Clear
          </button>
        </div>
      </div>
      <div class="row" role="group" aria-label="Show only">
        <Field
          label="Search requests"
          grow
          search
          value={filter.value.text}
          onInput={(text) => (filter.value = { ...filter.value, text })}
        />
        {choices.map(([label, name, values]) => {
          // Keep the selected option, even if its last request was dropped.
          const all = [...new Set([...values, filter.value[name]])].filter((value) => value !== '').toSorted();
          return (
            <Field
              key={name}
              label={label}
              value={filter.value[name]}
              options={[['', 'all'], ...all.map((value) => [value, value.padEnd(3, 'x')] as const)]}
              onInput={(value) => (filter.value = { ...filter.value, [name]: value })}
            />
          );
        })}
      </div>
      {kept.length === 0 ? (
        <div class="empty">
          <p>No request yet. Call the API from anywhere on this machine:</p>
          <pre tabIndex={0}>curl -i {state.value.apis[0]?.url}/</pre>
          <p>or run one of the commands that {state.value.startCommand} printed.</p>
        </div>
      ) : (
        <Rows rows={shown} />
      )}
      <p class="quiet count">
        {kept.length > 0 &&
          `${shown.length === kept.length ? '' : `${shown.length} of `}${kept.length} request${kept.length === 1 ? '' : 's'}.`}
        {skipped > 0 && ` ${skipped} more are not listed.`}
        {dropped > 0 && ` ${dropped} older ones were dropped.`}
      </p>
    </section>
  );
}

function Rows({ rows }: { readonly rows: readonly Kept[] }): ComponentChildren {
  return (
    <ol class="entries">
      {rows.map((row) => (
        <li key={row.key}>
          <button
            type="button"
            class="entry"
            aria-current={row.key === address.value}
            onClick={() => {
              address.value = row.key;
              toPanel();
            }}
          >
            <Row entry={row.entry} />
          </button>
        </li>
      ))}
    </ol>
  );
}

function Row({ entry }: { readonly entry: Entry }): ComponentChildren {
  const { client, user } = callerOf(entry);
  const caller = [client, user].filter((name) => name !== '').join(' · ');
  return (
    <>
      <Status status={entry.status} />
      <code>{titleOf(entry)}</code>
      <span class="quiet">
        {entry.kind === 'api' && `${entry.milliseconds.toFixed(0)} ms · `}
        {clockTime(new Date(entry.at))}
      </span>
      <span class="why quiet">
        {caller !== '' && <b>{caller}</b>} {entry.why}
      </span>
    </>
  );
}

function matches(entry: Entry): boolean {
  const { status, ...like } = filter.value;
  const { client, user } = callerOf(entry);
  const body = entry.kind === 'api' ? `${entry.request.body} ${entry.routeKey}` : '';
  const text = `${titleOf(entry)} ${client} ${user} ${entry.why} ${body}`.toLowerCase();
  return (
    `${entry.status}`.startsWith(status) &&
    (like.client === '' || client === like.client) &&
    (like.user === '' || user === like.user) &&
    text.includes(like.text.trim().toLowerCase())
  );
}
