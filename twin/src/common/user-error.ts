import { printableLines } from './printable.ts';

export interface Problem {
  /** File and key, or resource and input: `Pulumi.dev.yaml, api:audience`. */
  readonly place: string;
  readonly message: string;
}

interface Details {
  /** Identifies the kind of mistake for code and tests, which do not compare messages. */
  readonly code?: string;
  readonly problems?: readonly Problem[];
}

/**
 * A user's mistake, shown without a stack trace; any other error is a bug in this project.
 * It lists every problem found, so that one edit can fix them all.
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

export type UserErrorData = Pick<UserError, 'summary' | 'code' | 'problems'>;

/** Returns whether an error marks a user's mistake. The program and Pulumi's SDK have their own error classes. */
export function isUserError(error: unknown): error is Error & Partial<UserErrorData> {
  return error instanceof Error && '__pulumiRunError' in error;
}

/** Returns an error's data. Pulumi's `RunError` has none: its message becomes the summary. */
export function dataOf(error: Error & Partial<UserErrorData>): UserErrorData {
  const { message, summary, code = 'invalid', problems = [] } = error;
  return summary === undefined ? { summary: message, code, problems: [] } : { summary, code, problems };
}

/**
 * Returns the text to print for a thrown value: a user's mistake as its message, anything else with its stack trace.
 * Control characters are escaped, since the text may quote a user's file.
 */
export function shown(error: unknown): string {
  if (isUserError(error)) return printableLines(error.message);
  return printableLines(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
