import { readFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stateFolder } from '../common/running.ts';
import { textsOf } from '../common/texts-of.ts';
import { UserError } from '../common/user-error.ts';
import { evaluate as runProgram } from '../evaluate/program-process.ts';
import { modelOf, type Model } from '../model/model.ts';
import { readStackFile } from '../evaluate/stack-file.ts';
import { targetOf, type SystemOptions, type Target } from './target.ts';

export type { SystemOptions } from './target.ts';

export interface Opened {
  readonly model: Model;
  readonly target: Target;
  /** The clients' ids in the graph, by name. */
  readonly clientIds: Readonly<Record<string, string>>;
}

/**
 * Evaluates the program and finds the system to compare it with.
 * @param evaluate runs the program, by default in a separate process
 * @throws UserError for a mistake of the user, or for a running twin that serves something other than the checkout
 */
export async function open(
  options: SystemOptions,
  root: URL,
  evaluate: typeof runProgram = runProgram,
): Promise<Opened> {
  const { stack, config = {} } = options;
  const folder = stateFolder(root, stack, options.stateDir);
  readStackFile(root, stack, config);
  const target = await targetOf(options, root);
  const recorded = await evaluate({ root: root.href, stack, config, seed: seedOf(folder) });
  if (target.graph !== undefined && target.graph !== recorded.hash) {
    throw new UserError(
      `The running twin of stack ${stack} does not serve what this checkout declares. If its last reload failed, fix that first; otherwise restart it. To compare anyway, add --outputs ${fileURLToPath(new URL('outputs.json', folder))}`,
    );
  }
  const model = modelOf(recorded);
  return {
    model,
    target,
    clientIds:
      recorded.outputs['clientIds'] === undefined
        ? Object.fromEntries(model.tenant.clients.map(({ name, clientId }) => [name, clientId]))
        : textsOf(recorded.outputs['clientIds']),
  };
}

/** Returns the twin's own seed, so that the graph's hash can be compared; without a twin, any seed will do. */
function seedOf(folder: URL): string {
  const file = new URL('seed', folder);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : 'verify';
}
