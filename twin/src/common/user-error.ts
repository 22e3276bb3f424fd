import { printableLines } from './printable.ts';

/** One mistake: where it stands, and what to write there instead. */
export interface Problem {
  /** File and key, or resource and input: `Pulumi.dev.yaml, api:audience`. */
  readonly place: string;
  readonly message: string;
}

interface Details {
  /** Names the kind of mistake for code and tests, which never compare sentences. */
  readonly code?: string;
  readonly problems?: readonly Problem[];
}

/**
 * A mistake of the user, shown without a stack trace; any other error is a defect of ours. It lists every problem that
 * was found, so that one edit can fix them all.
 */
export class UserError extends Error {
  /** Pulumi's engine prints an error with this mark without its stack trace (`RunError` in the SDK's `errors.ts`). */
  readonly __pulumiRunError = true;
  readonly summary: string;
  readonly code: string;
  readonly problems: readonly Problem[];

  constructor(summary: string, { code = 'invalid', problems = [] }: Details = {}) {
    super([summary, ...problems.map(({ place, message }) => `  ${place}: ${message}`)].join('\n'));
    this.name = 'UserError';
    this.summary = summary;
    this.code = code;
    this.problems = problems;
  }
}

/** What crosses from one process to another. */
export type UserErrorData = Pick<UserError, 'summary' | 'code' | 'problems'>;

/** Whether an error has the mark of a user's mistake. The program and Pulumi's SDK have error classes of their own. */
export function isUserError(error: unknown): error is Error & Partial<UserErrorData> {
  return error instanceof Error && '__pulumiRunError' in error;
}

/** Returns the data of a user's mistake. Without any, as in Pulumi's `RunError`, the message is the summary. */
export function dataOf(error: Error & Partial<UserErrorData>): UserErrorData {
  const { message, summary, code = 'invalid', problems = [] } = error;
  return summary === undefined ? { summary: message, code, problems: [] } : { summary, code, problems };
}

/**
 * The text to print for anything thrown: a user's mistake as its message, a defect of ours with its stack trace. A file of
 * the user's may hold characters that move the cursor; they are escaped.
 */
export function shown(error: unknown): string {
  if (isUserError(error)) return printableLines(error.message);
  return printableLines(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
