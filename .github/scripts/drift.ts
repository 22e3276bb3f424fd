import { bodyOf, readPreviews, type Preview, type Shown } from './stacks.ts';

/**
 * The CLI's message for `--expect-no-changes`, in all its wordings.
 * Source: pulumi/pulumi, `NoChangesExpectedError` in pkg/backend/backenderr
 */
const DRIFTED = /^error: .*no changes were expected\b.* but changes (were proposed|occurred)/;

/** Returns the issue on all stacks, beginning with `first`; empty without drift. */
export function driftBody(previews: readonly Preview[], first: string): string {
  const all = previews.map(shown);
  if (all.every(({ outcome }) => outcome === 'as declared')) return '';
  return bodyOf([first], all, 'To end it, run the last deployment again, or declare what was changed by hand.');
}

/** Returns a stack's outcome from the CLI's message, because its exit code is the same for drift and errors. */
function shown({ stack, code, lines }: Preview): Shown {
  if (code === 0 && lines.length > 0) return { stack, outcome: 'as declared', lines: [] };
  return { stack, outcome: lines.some((line) => DRIFTED.test(line)) ? 'drifted' : 'not compared', lines };
}

if (import.meta.main) {
  const [folder = '', stacks = '', first = ''] = process.argv.slice(2);
  process.stdout.write(driftBody(readPreviews(folder, stacks), first));
}
