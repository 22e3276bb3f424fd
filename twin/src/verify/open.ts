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

/** What the present checkout declares, and a system to compare it with. */
export interface Opened {
  readonly model: Model;
  readonly target: Target;
  /** The names and ids of the clients in the graph. */
  readonly clientIds: Readonly<Record<string, string>>;
}

/**
 * @param evaluate runs the program; in a process of its own by default
 * @throws UserError for an error of the user, and for a running twin that serves something else than the checkout
 */
export async function open(
  options: SystemOptions,
  root: URL,
  evaluate: typeof runProgram = runProgram,
): Promise<Opened> {
  const { stack, config = {} } = options;
  const folder = stateFolder(root, stack, options.stateDir);
  // The quick checks come before the evaluation, which takes longest.
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

/** The twin's own, so that the hash over the graph can be compared; without one it does not matter. */
function seedOf(folder: URL): string {
  const file = new URL('seed', folder);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : 'verify';
}
