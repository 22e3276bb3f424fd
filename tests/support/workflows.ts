import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { ROOT } from './project.ts';

export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly 'continue-on-error'?: boolean;
}

export interface Concurrency {
  readonly group: string;
  readonly 'cancel-in-progress'?: boolean;
  readonly queue?: string;
}

export interface Job {
  readonly name?: string;
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly outputs?: Readonly<Record<string, string>>;
  readonly uses?: string;
  readonly secrets?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string | { readonly name: string; readonly deployment?: boolean };
  readonly concurrency?: Concurrency;
  readonly strategy?: {
    readonly 'fail-fast'?: boolean;
    readonly matrix: { readonly stack: string | readonly string[] };
  };
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly Step[];
}

export interface Workflow {
  readonly on: string | Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency?: Concurrency;
  readonly defaults?: { readonly run?: { readonly shell?: string } };
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Action {
  readonly runs: { readonly steps: readonly Step[] };
}

const root = fileURLToPath(ROOT);

/** The text of a file of the project. */
export function read(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}

/** Every workflow by its file's name. */
export const WORKFLOWS: ReadonlyMap<string, Workflow> = new Map(
  globSync('.github/workflows/*', { cwd: root })
    .toSorted()
    .map((file) => [file.replace('.github/workflows/', ''), parse(read(file)) as Workflow]),
);

/** Every job, with its workflow and where it stands. */
export const JOBS: readonly {
  readonly place: string;
  readonly file: string;
  readonly workflow: Workflow;
  readonly job: Job;
}[] = [...WORKFLOWS].flatMap(([file, workflow]) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ place: `${file}, ${name}`, file, workflow, job })),
);

/** The composite actions of this repository, by their path. */
const ACTIONS: ReadonlyMap<string, Action> = new Map(
  globSync('.github/actions/*/action.yml', { cwd: root }).map((file) => [
    `./${file.replace('/action.yml', '')}`,
    parse(read(file)) as Action,
  ]),
);

/** Every step of every job and of every action of this repository. */
export const STEPS: readonly { readonly place: string; readonly step: Step }[] = [
  ...JOBS.flatMap(({ place, job }) => (job.steps ?? []).map((step) => ({ place, step }))),
  ...[...ACTIONS].flatMap(([place, { runs }]) => runs.steps.map((step) => ({ place, step }))),
];

/** Whatever a workflow or a step uses. */
export const USES: readonly { readonly place: string; readonly uses: string }[] = [
  ...STEPS.flatMap(({ place, step }) => (step.uses === undefined ? [] : [{ place, uses: step.uses }])),
  ...JOBS.flatMap(({ place, job }) => (job.uses === undefined ? [] : [{ place, uses: job.uses }])),
];

/** The job of a workflow that must be there. */
export function jobOf(file: string, name: string): Job {
  const job = WORKFLOWS.get(file)?.jobs[name];
  if (job === undefined) throw new Error(`there is no job ${name} in ${file}`);
  return job;
}

/** The environment that a job runs in. */
export function environmentOf({ environment }: Job): string | undefined {
  return typeof environment === 'object' ? environment.name : environment;
}
