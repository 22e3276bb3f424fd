import type { Workflow } from '../support/workflows.ts';

/** A place in a workflow that names stacks. */
export interface StackList {
  readonly place: string;
  readonly named: readonly string[];
  /** Whether each stack that has a file must be among them; the others may leave some out. */
  readonly every: boolean;
}

/** Every place that names stacks; a stack that comes or goes is to be edited into them. */
export function stackLists(workflows: ReadonlyMap<string, Workflow>): StackList[] {
  const job = (file: string, name: string) => workflows.get(file)?.jobs[name];
  const matrix = (file: string, name: string): readonly string[] => job(file, name)?.strategy?.matrix.stack ?? [];
  const told = job('drift.yml', 'issue')?.steps?.flatMap(({ env }) => env?.['STACKS']?.split(' ') ?? []) ?? [];
  const deployed = deployments(workflows).map(({ stack }) => stack);
  return [
    {
      place: '.github/workflows/pull-request.yml, matrix of preview',
      named: matrix('pull-request.yml', 'preview'),
      every: false,
    },
    { place: '.github/workflows/deploy.yml, jobs', named: deployed, every: true },
    { place: '.github/workflows/drift.yml, matrix of drift', named: matrix('drift.yml', 'drift'), every: true },
    { place: '.github/workflows/drift.yml, STACKS of issue', named: told, every: true },
  ];
}

export interface Deployment {
  readonly stack: string;
  readonly job: string;
  readonly needs: string | undefined;
}

/** The jobs of deploy.yml that deploy a stack, in the order of the file. */
export function deployments(workflows: ReadonlyMap<string, Workflow>): Deployment[] {
  return Object.entries(workflows.get('deploy.yml')?.jobs ?? {}).flatMap(([job, { uses, needs, with: inputs }]) =>
    uses === './.github/workflows/deploy-stack.yml' ? [{ stack: inputs?.['stack'] ?? '', job, needs }] : [],
  );
}

/** What is to be edited where, a sentence for each, so that the lists fit the stacks that have a file. */
export function edits(lists: readonly StackList[], stacks: readonly string[]): string[] {
  return lists.flatMap(({ place, named, every }) => [
    ...(named.length === 0 ? [`${place}: name at least one stack`] : []),
    ...named
      .filter((stack) => !stacks.includes(stack))
      .map((stack) => `${place}: take out "${stack}", of which there is no Pulumi.${stack}.yaml`),
    ...named.filter((stack, at) => named.indexOf(stack) !== at).map((stack) => `${place}: name "${stack}" once only`),
    ...stacks
      .filter((stack) => every && !named.includes(stack))
      .map((stack) => `${place}: add "${stack}", of which there is a Pulumi.${stack}.yaml`),
  ]);
}
