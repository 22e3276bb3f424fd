/** What kind of mistake a problem is. Tests and tools match this, never the message. */
export type ProblemCode =
  | 'missing'
  | 'unknown'
  | 'invalid'
  | 'undeclared'
  | 'duplicate'
  | 'conflict'
  | 'unused'
  | 'quota'
  | 'encrypted'
  | 'placeholder'
  | 'production'
  | 'insecure';

/** One mistake: where it is, and what to write instead. */
export interface Problem {
  readonly code: ProblemCode;
  /** File and key: `Pulumi.dev.yaml:4, api:audience`. */
  readonly place: string;
  readonly message: string;
}

export function problem(code: ProblemCode, place: string, message: string): Problem {
  return { code, place, message };
}

/** What could not be done because of the mistakes. */
type UserErrorCode =
  'contract' | 'stack-file' | 'bundle' | 'client-secret' | 'rotate' | 'deploy' | 'openapi' | 'issuer';

/** A mistake of the user, shown without a stack trace. It carries every problem found, so one edit can fix them all. */
export class UserError extends Error {
  /** Pulumi's engine prints an error with this mark without its stack trace (`RunError` in the SDK's `errors.ts`). */
  readonly __pulumiRunError = true;
  readonly code: UserErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: UserErrorCode, summary: string, problems: readonly Problem[] = []) {
    super([summary, ...problems.map(({ place, message }) => `  ${place}: ${message}`)].map(printable).join('\n'));
    this.name = 'UserError';
    this.code = code;
    this.problems = problems;
  }
}

function printable(lines: string): string {
  return lines.split('\n').map(printableLine).join('\n');
}

/** Escapes what moves a terminal's cursor, hides or reorders text: files and documents that others wrote may hold it. */
export function printableLine(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The first line of an error about a file. */
export function countOf(file: string, { length }: readonly Problem[]): string {
  return `${file} has ${length} error${length === 1 ? '' : 's'}`;
}
