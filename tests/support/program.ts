import { setImmediate } from 'node:timers/promises';
import * as pulumi from '@pulumi/pulumi';
import type { UserError } from '../../program/user-error.ts';
import { contract as shipped } from '../../contract.ts';
import {
  record,
  type Program,
  type Recorded,
  type RecordedResource,
  readStackFile,
  type StackConfig,
} from '@auth0-http-api/twin';
import shippedProgram from '../../index.ts';
import type { Contract } from '../../program/contract/define-contract.ts';
import { readSettings, type Settings } from '../../settings.ts';

export const root = new URL('../../', import.meta.url);

/** What a stack file says otherwise than the shipped one: a value replaces, `undefined` takes the key out. */
export type Changes = Readonly<Record<string, unknown>>;

interface Options {
  readonly stack?: string;
  readonly values?: Changes;
  /** The keys whose values the stack file has encrypted. */
  readonly secretKeys?: readonly string[];
  /** What ids and secrets are made of. */
  readonly seed?: string;
  readonly adjust?: (resource: RecordedResource) => Readonly<Record<string, unknown>>;
}

const recordedStacks = new Map<string, Promise<Recorded>>();

/** The shipped program with the shipped file of a stack; a test file evaluates each stack once. */
export function recordStack(stack: string): Promise<Recorded> {
  const recorded = recordedStacks.get(stack) ?? recordProgram(shippedProgram, { stack });
  recordedStacks.set(stack, recorded);
  return recorded;
}

/** The shipped program with the file of stack dev changed, or with other answers of the clouds. */
export function recordDev(values: Changes, adjust?: Options['adjust']): Promise<Recorded> {
  return recordProgram(shippedProgram, { values, ...(adjust && { adjust }) });
}

/** The shipped program with a contract of the test's own. */
export function recordWith({ contract, ...options }: Options & { readonly contract: Contract }): Promise<Recorded> {
  return recordProgram(programOf(contract), options);
}

export const programOf = (contract: Contract): Program => {
  return () => shippedProgram(contract);
};

const { stackTraceLimit } = Error;

/** Records any program. */
export async function recordProgram(
  program: Program,
  { stack = 'dev', values = {}, secretKeys = [], seed = 'a seed for tests', adjust }: Options = {},
): Promise<Recorded> {
  // Pulumi captures a stack trace for each promise, and Vitest maps each to its sources: three quarters of the time.
  Error.stackTraceLimit = 0;
  try {
    const config = { ...configOf(stack, values), secretKeys };
    return await record({ config, program, seed, ...(adjust && { adjust }) });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

interface Registration {
  readonly type: string;
  readonly name: string;
  /** The types of the resources that it waits for, besides those that its inputs come from. */
  readonly dependsOn: readonly string[];
  /** The names by which the engine may know it from before. */
  readonly aliases: readonly string[];
  /** The inputs whose change replaces it. */
  readonly replaceOnChanges: readonly string[];
}

/** What a program registers for stack dev, in its order, with the options that mocks do not see. */
export async function registrations(
  program: Program = shippedProgram,
  values: Changes = {},
): Promise<readonly Registration[]> {
  const all: Registration[] = [];
  const observed: Program = async () => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
      const resources = [opts.dependsOn ?? []].flat() as unknown as readonly { readonly __pulumiType: string }[];
      const aliases = (opts.aliases ?? []) as readonly { readonly name: string }[];
      all.push({
        type,
        name,
        dependsOn: resources.map(({ __pulumiType }) => __pulumiType),
        aliases: aliases.map((alias) => alias.name),
        replaceOnChanges: opts.replaceOnChanges ?? [],
      });
      return undefined;
    });
    return program();
  };
  await recordProgram(observed, { values });
  return all;
}

/** What `readSettings` makes of the stack file. */
export async function settingsOf(stack: string, values: Changes = {}, contract: Contract = shipped): Promise<Settings> {
  const read: Settings[] = [];
  await recordProgram(
    async () => {
      read.push(readSettings(contract));
      return {};
    },
    { stack, values },
  );
  const [settings] = read;
  if (settings === undefined) throw new Error('the program was not run');
  return settings;
}

/** The user's mistake that an attempt ends with; any other end fails the test. */
export async function refusal(attempt: () => unknown): Promise<UserError> {
  // A rejected output of Pulumi's rejects once more, as promises that cannot be awaited: Vitest must not count those.
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', () => undefined);
  try {
    await attempt();
  } catch (error) {
    // By its mark: the program and the twin have a class each.
    if (error instanceof Error && '__pulumiRunError' in error) return error as UserError;
    throw error;
  } finally {
    await setImmediate();
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  }
  throw new Error('nothing was refused');
}

/** The resources of a type; the type is given by its last word. */
export function resourcesOf({ resources }: Recorded, kind: string): readonly RecordedResource[] {
  return resources.filter(({ type }) => type.endsWith(`:${kind}`));
}

/** The one resource of a type. */
export function onlyOf(recorded: Recorded, kind: string): RecordedResource {
  const [resource, ...rest] = resourcesOf(recorded, kind);
  if (resource === undefined || rest.length > 0)
    throw new Error(`there are ${resource ? rest.length + 1 : 0} of ${kind}`);
  return resource;
}

const stackFiles = new Map<string, StackConfig>();

function configOf(stack: string, changes: Changes): StackConfig {
  const config = stackFiles.get(stack) ?? readStackFile(new URL('tests/fixture/', root), stack);
  stackFiles.set(stack, config);
  const values: Record<string, string> = { ...config.values };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) delete values[key];
    else values[key] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return { ...config, values };
}
