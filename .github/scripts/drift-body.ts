import { bytes, fenced, MOST_BYTES, plainLines } from './text.ts';

/** What the nightly comparison of one stack gave. */
export interface Compared {
  readonly stack: string;
  /** The CLI's exit code; absent when the job did not get as far. */
  readonly code: number | undefined;
  readonly output: string | undefined;
}

/** What the night says of a stack; `not compared` is all that is neither a clean exit nor the CLI's own sentence. */
export type Verdict = 'as declared' | 'drifted' | 'not compared';

/** How the issue begins, by which the next night finds it. */
export const MARKER = '<!-- auth0-http-api: drift -->';
/** What a person sees in the list of issues; the issue is found by the marker, never by this. */
export const TITLE = 'Drift: the cloud is not what main declares, or could not be compared';

/**
 * The CLI's sentence for `--expect-no-changes`, in the wordings that it has had.
 * Source: pulumi/pulumi, `NoChangesExpectedError` in pkg/backend/backenderr
 */
const DRIFTED = /^error: .*no changes were expected\b.* but changes (were proposed|occurred)/m;

/**
 * Whether a stack is as it was declared. The CLI exits alike for a change and for an error, so only its own sentence
 * makes a drift; everything else was not compared.
 */
export function verdict({ code, output }: Compared): Verdict {
  if (code === 0 && output !== undefined) return 'as declared';
  return DRIFTED.test(output ?? '') ? 'drifted' : 'not compared';
}

/** The issue on all stacks: those as declared in a line, the others with what the CLI printed. */
export function driftBody(all: readonly Compared[], commit: string, runUrl: string): string {
  const intro = [
    MARKER,
    `Compared with \`${commit.slice(0, 10)}\` of main by the [last nightly run](${runUrl}), which keeps this text up to date and closes the issue when nothing differs any more.`,
    'To put it right, run the last deployment again, which makes the cloud what main declares, or declare what was changed by hand.',
  ];
  const told = all.filter((compared) => verdict(compared) !== 'as declared');
  const brief = all.map(({ stack }) => `### \`${stack}\`: not compared`);
  const room = (MOST_BYTES - bytes([...intro, ...brief].join('\n\n'))) / Math.max(1, told.length);
  return [...intro, ...all.map((compared) => section(compared, room))].join('\n\n');
}

function section(compared: Compared, most: number): string {
  const found = verdict(compared);
  const title = `### \`${compared.stack}\`: ${found}`;
  if (found === 'as declared') return title;
  if (compared.output === undefined) return `${title}\n\nThe job ended before the comparison; its log says why.`;
  const block = fenced(plainLines(compared.output), most - bytes(title) - 4, found === 'drifted' ? 'diff' : 'text');
  return `${title}\n\n${block}`;
}
