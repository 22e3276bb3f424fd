import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import * as pulumi from '@pulumi/pulumi';
import { isUserError, UserError } from '../common/user-error.ts';
import { Identity } from '../resources/identity.ts';
import { cloudOutputs } from '../resources/ids.ts';
import { plain, type Plain } from './plain.ts';
import type { StackConfig } from './stack-file.ts';
import { leaveStacksUnrecorded } from './unrecorded-stacks.ts';

/** A resource as the program registered it. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, Plain>>;
  /** Inputs that were marked secret, as dotted paths. */
  readonly secretInputs: readonly string[];
  /** What its cloud would have filled in. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  /** The names by which an engine may know it from before. */
  readonly formerly: readonly string[];
}

/** Everything that the program declares, as plain data. */
export interface Recorded {
  readonly project: string;
  readonly stack: string;
  /** The providers' own configuration, credentials left out, and the custom domain that the tenant has. */
  readonly providers: {
    readonly auth0: { readonly domain: string; readonly issuerDomain: string | undefined };
    /** Whether its default tags are on every resource. */
    readonly aws: { readonly region: string; readonly defaultTags: boolean };
  };
  /** The encrypted variables of handlers that a text stands for. */
  readonly unread: readonly string[];
  /** The Pulumi ESC environments that the stack file names, of which nothing was read. */
  readonly environments: readonly string[];
  /** Sorted by type and name: registration order is not the order of the program. */
  readonly resources: readonly RecordedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly secretOutputs: readonly string[];
  /** SHA-256 over all that the program declares. */
  readonly hash: string;
}

/** A program: the default export of `index.ts`. */
export type Program = () => Promise<Record<string, unknown>>;

interface RecordOptions {
  readonly config: StackConfig;
  /** Loads the program once the mocks are in place. */
  readonly load: () => Promise<Program>;
  /** What ids, secrets and passwords are derived from. */
  readonly seed: string;
  /** Replaces what a cloud would have answered, for tests that ask whether a value flows. */
  readonly adjust?: (resource: RecordedResource) => Readonly<Record<string, unknown>>;
}

/**
 * Runs the program under Pulumi's mocks and hands over what it registered. No cloud is asked, no engine is needed.
 * Source: https://www.pulumi.com/docs/iac/guides/testing/unit/
 * @throws UserError for what the engine would refuse, and whatever the program itself throws
 */
export async function record({ config, load, seed, adjust }: RecordOptions): Promise<Recorded> {
  leaveStacksUnrecorded();
  const resources = new Map<string, RecordedResource>();
  const declared = new Set<string>();
  const refused: UserError[] = [];
  const options = new Map<string, pulumi.CustomResourceOptions>();
  const identity = new Identity(`${seed} ${config.stack}`);
  const providers = {
    auth0: { domain: config.values['auth0:domain'] ?? '', issuerDomain: config.values['api:issuerDomain'] },
    aws: { region: config.values['aws:region'] ?? '', defaultTags: config.values['aws:defaultTags'] !== undefined },
  };

  await pulumi.runtime.setMocks(
    {
      newResource: async ({ type, name, inputs: given, custom, id: existing }) => {
        const inputs = given as Readonly<Record<string, unknown>>;
        const key = `${type} ${name}`;
        try {
          const values = await plain(inputs, `${type} "${name}"`);
          if (declared.has(key))
            throw new UserError(`The program declares ${type} "${name}" twice; names must differ.`);
          declared.add(key);
          if (custom === false) return { id: undefined, state: values.value };
          if (existing) {
            throw new UserError(
              `The program reads or imports ${type} "${name}" (${existing}), which the twin cannot know.`,
            );
          }
          const { id, outputs = {} } = cloudOutputs(type, {
            name,
            inputs: values.value,
            identity,
            region: providers.aws.region,
          });
          const { protect = false, aliases = [] } = options.get(key) ?? {};
          const formerly = aliases.flatMap((alias) => formerName(alias));
          const common = { type, name, id, inputs: values.value, secretInputs: values.secrets, protect, formerly };
          const resource = { ...common, outputs };
          resources.set(key, { ...resource, outputs: { ...outputs, ...adjust?.(resource) } });
          return { id, state: { ...inputs, ...outputs, ...adjust?.(resource) } };
        } catch (error) {
          if (isUserError(error)) refused.push(error);
          throw error;
        }
      },
      call: ({ token }) => {
        const error = new UserError(`The program calls ${token}, a provider function that the twin does not imitate.`);
        refused.push(error);
        throw error;
      },
    },
    config.project,
    config.stack,
    false,
  );
  pulumi.runtime.setAllConfig({ ...config.values }, [...config.secretKeys]);
  // The engine tells a program so, and a program may ask.
  process.env['PULUMI_CONFIG_SECRET_KEYS'] = JSON.stringify(config.secretKeys);

  const secretOutputs: string[] = [];
  let outputs: Record<string, unknown> = {};
  const failures: unknown[] = [];
  const fail = (error: unknown): void => void failures.push(error);
  // The engine's own runner too ends on what an `apply` throws that nobody awaits.
  process.on('unhandledRejection', fail);
  try {
    const program = await load();
    outputs = (await pulumi.runtime.runInPulumiStack(async () => {
      pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
        options.set(`${type} ${name}`, opts);
        return undefined;
      });
      try {
        const returned = await program();
        for (const [key, value] of Object.entries(returned)) {
          if (pulumi.Output.isInstance(value) && (await pulumi.isSecret(value))) secretOutputs.push(key);
        }
        return returned;
      } catch (error) {
        // Thrown any further, it would come back once more as a rejection that nobody can await.
        fail(error);
        return {};
      }
    })) as Record<string, unknown>;
  } catch (error) {
    fail(error);
  }
  // Only now has everything arrived: what nothing awaits is still under way when the program itself has ended.
  await pulumi.runtime.disconnect();
  await setImmediate();
  process.off('unhandledRejection', fail);
  if (refused[0]) throw refused[0];
  if (failures.length > 0) throw failures[0];

  const sorted = [...resources.values()].toSorted((a, b) => compare(a.type, b.type) || compare(a.name, b.name));
  return {
    project: config.project,
    stack: config.stack,
    unread: config.unread,
    environments: config.environments,
    providers,
    resources: sorted,
    outputs,
    secretOutputs,
    hash: createHash('sha256')
      .update(JSON.stringify([providers, sorted, outputs]))
      .digest('hex'),
  };
}

/** The name in an alias that names one; a URN is for an engine to read. */
function formerName(alias: unknown): string[] {
  if (typeof alias !== 'object' || alias === null || !('name' in alias)) return [];
  return typeof alias.name === 'string' ? [alias.name] : [];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
