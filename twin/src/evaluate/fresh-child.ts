import { isUserError, shown, UserError } from '../common/user-error.ts';
import type { Evaluation, EvaluationResult } from './fresh.ts';
import { loadLate } from './late-modules.ts';
import type { Program } from './record.ts';
import { readStackFile } from './stack-file.ts';

/** The entry of the process that `evaluate` starts: one program, one answer, and it ends. */
process.once('message', (message) => {
  const { root, stack, config, seed } = message as Evaluation;
  const folder = new URL(root);
  const answer = (result: EvaluationResult): void => {
    process.send?.(result, () => process.exit(0));
  };
  let environments: readonly string[] = [];
  const refuse = (error: unknown): void => {
    answer(
      isUserError(error)
        ? { kind: 'refused', message: error.message + environmentHint(environments) }
        : isSyntaxError(error)
          ? { kind: 'refused', message: `The program cannot be read:\n  ${shown(error).split('\n    at ')[0]}` }
          : { kind: 'failed', stack: shown(error) },
    );
  };
  process.on('uncaughtException', refuse);
  const load = async (): Promise<Program> => {
    const { default: program } = (await import(new URL('index.ts', folder).href)) as { default?: unknown };
    if (typeof program !== 'function') throw new UserError('index.ts must default-export one async function.');
    return program as Program;
  };
  Promise.resolve()
    .then(async () => {
      loadLate();
      const { record } = await import('./record.ts');
      const stackConfig = readStackFile(folder, stack, config);
      environments = stackConfig.environments;
      return record({ config: stackConfig, load, seed });
    })
    .then((recorded) => answer({ kind: 'recorded', recorded }), refuse);
});

/** What is missing may be in an environment of Pulumi ESC, which nobody but Pulumi reads. */
function environmentHint(names: readonly string[]): string {
  if (names.length === 0) return '';
  return `\nThe stack's environment ${names.join(', ')} was not read, as only Pulumi can; give what it holds with --config key=<value>.`;
}

/** A file that Node cannot parse or whose imports do not resolve: a mistake in the program, not in the twin. */
function isSyntaxError(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}
