/** The kind of a problem. Tests and tools match this, never the message. */
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

/** One mistake: its place, and what to write instead. */
export interface Problem {
  readonly code: ProblemCode;
  /** File and key, such as `Pulumi.dev.yaml:4, api:audience`. */
  readonly place: string;
  readonly message: string;
}

export function problem(code: ProblemCode, place: string, message: string): Problem {
  return { code, place, message };
}

/** What failed because of the mistakes. */
type UserErrorCode =
  'contract' | 'stack-file' | 'bundle' | 'client-secret' | 'rotate' | 'deploy' | 'openapi' | 'issuer';

/** A user's mistake, shown without a stack trace. It lists every problem, so that one edit can fix them all. */
export class UserError extends Error {
  /** Makes Pulumi's engine print the error without a stack trace (`RunError` in the SDK's `errors.ts`). */
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

/** Escapes characters that move a terminal's cursor, or hide or reorder text: untrusted files may contain them. */
export function printableLine(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Returns the first line of an error about a file. */
export function countOf(file: string, { length }: readonly Problem[]): string {
  return `${file} has ${length} error${length === 1 ? '' : 's'}`;
}
