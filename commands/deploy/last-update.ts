/** One entry of `pulumi stack history --json`, newest first. */
export interface HistoryEntry {
  readonly kind: string;
  readonly result: string;
  readonly endTime?: string;
  /** Includes `pulumi.flag.<name>` for each option of the command. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The fields read from `pulumi stack export`. */
export interface ExportedState {
  readonly deployment: {
    readonly manifest?: { readonly time?: string };
    readonly resources?: readonly { readonly custom?: boolean }[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: { readonly urn: string } }[];
  };
}

/**
 * Returns why the state may differ from the services, or undefined. After a failed change the state holds the program's
 * inputs, so the next update sees no difference and writes nothing. Only a refresh of the whole stack corrects that.
 */
export function doubtAbout(history: readonly HistoryEntry[], { deployment }: ExportedState): string | undefined {
  if (!deployment.resources?.some(({ custom }) => custom === true)) return undefined;
  if ((deployment.pending_operations ?? []).length > 0) return 'operations are pending';
  const [last] = history;
  if (last === undefined) return 'the history has no entry';
  const refreshed = history.findIndex(isWholeRefresh);
  const since = refreshed === -1 ? history : history.slice(0, refreshed);
  if (since.some(({ result }) => result !== 'succeeded')) return 'an update failed';
  // A killed CLI writes state but no history entry. The history has whole seconds.
  const written = Math.floor(Date.parse(deployment.manifest?.time ?? '') / 1000);
  const recorded = Date.parse(last.endTime ?? '') / 1000;
  return written <= recorded ? undefined : 'the state is newer than the last entry of the history';
}

function isWholeRefresh({ kind, result, environment = {} }: HistoryEntry): boolean {
  const isOfPart = 'pulumi.flag.target' in environment || 'pulumi.flag.exclude' in environment;
  return kind === 'refresh' && result === 'succeeded' && !isOfPart;
}
