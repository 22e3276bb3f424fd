/** One thing that the user can put right: where it stands, and what to write there instead. */
export interface Problem {
  /** File and key, as the user would look them up: `Pulumi.dev.yaml, api:audience`. */
  readonly place: string;
  readonly message: string;
}

/**
 * A mistake of the user, the only error that is shown without a stack. Everything else that is thrown is a defect of
 * ours. It carries all the problems that were found, so that they can be mended in one go.
 */
export class UserError extends Error {
  /** Pulumi's engine prints an error that bears this mark without its stack (`RunError` in the SDK's `errors.ts`). */
  readonly __pulumiRunError = true;
  readonly problems: readonly Problem[];

  constructor(summary: string, problems: readonly Problem[] = []) {
    super([summary, ...problems.map(({ place, message }) => `  ${place}: ${message}`)].join('\n'));
    this.name = 'UserError';
    this.problems = problems;
  }
}

/** Whether an error is a user's mistake: it is known by its mark, since the program and the tools have a class each. */
export function isUserError(error: unknown): error is UserError {
  return error instanceof Error && '__pulumiRunError' in error;
}

/** The text to show for anything that was thrown: a user's mistake as a sentence, a defect of ours with its stack. */
export function shown(error: unknown): string {
  if (isUserError(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
