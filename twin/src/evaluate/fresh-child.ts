import { dataOf, isUserError, shown, UserError } from '../common/user-error.ts';
import type { Evaluation, EvaluationResult } from './fresh.ts';
import { loadLate } from './late-modules.ts';
import type { Program } from './record.ts';
import { readStackFile } from './stack-file.ts';

/** The entry of the process that `evaluate` starts: it evaluates one program, answers once and exits. */
process.once('message', (message) => {
  const { root, stack, config, seed } = message as Evaluation;
  const folder = new URL(root);
  const answer = (result: EvaluationResult): void => {
    process.send?.(result, () => process.exit(0));
  };
  let environments: readonly string[] = [];
  const refuse = (error: unknown): void => {
    if (isUserError(error)) {
      const { summary, code, problems } = dataOf(error);
      const place = `Pulumi.${stack}.yaml, environment`;
      const hints = environments.map((name) => ({
        place,
        message: `only Pulumi can read ${name}; write a value that it holds as --config key=<value>`,
      }));
      answer({ kind: 'refused', summary, code, problems: [...problems, ...hints] });
    } else if (isUnreadable(error)) {
      const summary = `Node cannot load the program:\n  ${shown(error).split('\n    at ')[0]}`;
      answer({ kind: 'refused', summary, code: 'unreadable-program', problems: [] });
    } else answer({ kind: 'failed', stack: shown(error) });
  };
  process.on('uncaughtException', refuse);
  const load = async (): Promise<Program> => {
    const { default: program } = (await import(new URL('index.ts', folder).href)) as { default?: unknown };
    if (typeof program !== 'function') {
      throw new UserError('index.ts must default-export one async function.', { code: 'no-program' });
    }
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

/** Whether Node cannot parse a file or resolve an import of it: a mistake in the program, not in the twin. */
function isUnreadable(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}
