import { readFileSync, existsSync } from 'node:fs';
import { textsOf } from '../common/texts-of.ts';
import { evaluate } from '../evaluate/fresh.ts';
import { modelOf, type Model } from '../model/model.ts';
import { readStackFile } from '../evaluate/stack-file.ts';
import { namedTarget, twinTarget, type Choice, type Target } from './target.ts';

/** What the present checkout declares, and a system to compare it with. */
export interface Opened {
  readonly model: Model;
  readonly target: Target;
  /** The names and ids of the clients in the graph. */
  readonly clientIds: Readonly<Record<string, string>>;
  /** Route key to a path with its parameters filled in. */
  readonly examples: ReadonlyMap<string, string>;
}

/** @throws UserError for what the user can put right */
export async function open(choice: Choice): Promise<Opened> {
  const { root, stack, config } = choice;
  // What is wrong with the stack's name or file is said before anything is started.
  readStackFile(root, stack, config);
  // Outputs that cannot be used are said before the program is evaluated, which takes longest.
  const known = choice.from === 'twin' ? undefined : await namedTarget(choice);
  const recorded = await evaluate({ root: root.href, stack, config, seed: seedOf(root, stack) });
  const model = modelOf(recorded);
  const target = known ?? (await twinTarget(choice, recorded.hash));
  return {
    model,
    target,
    clientIds: textsOf(recorded.outputs['clientIds']),
    examples: new Map(Object.entries(model.examplePaths)),
  };
}

/** The twin's own, so that the hash over the graph can be compared; without one it does not matter. */
function seedOf(root: URL, stack: string): string {
  const file = new URL(`.twin/${stack}/seed`, root);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : 'verify';
}
