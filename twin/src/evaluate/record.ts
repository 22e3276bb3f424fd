import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import * as pulumi from '@pulumi/pulumi';
import { isUserError, UserError, type Problem } from '../common/user-error.ts';
import { Identity } from '../resources/identity.ts';
import { text, type RecordedResource } from '../resources/resource.ts';
import { cloudOutputs, RESOURCE_TYPES } from '../resources/types.ts';
import { plain } from './plain.ts';
import type { StackConfig } from './stack-file.ts';

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
 * Runs the program under Pulumi's mocks and returns what it registered. It calls no cloud and needs no engine.
 * Source: https://www.pulumi.com/docs/iac/guides/testing/unit/
 * @throws UserError listing all registrations that the engine or the twin rejects; otherwise what the program throws
 */
export async function record({ config, load, seed, adjust }: RecordOptions): Promise<Recorded> {
  const identity = new Identity(`${seed} ${config.stack}`);
  const providers = {
    auth0: { domain: config.values['auth0:domain'] ?? '', issuerDomain: config.values['api:issuerDomain'] },
    aws: { region: config.values['aws:region'] ?? '', defaultTags: config.values['aws:defaultTags'] !== undefined },
  };
  const resources = new Map<string, RecordedResource>();
  const declared = new Set<string>();
  const options = new Map<string, pulumi.CustomResourceOptions>();
  const problems: Problem[] = [];
  const reject = (place: string, message: string): UserError => {
    problems.push({ place, message });
    return new UserError(message);
  };

  const register = async (
    place: string,
    { type, name, inputs, custom, id: imported }: pulumi.runtime.MockResourceArgs,
  ): Promise<pulumi.runtime.MockResourceResult> => {
    if (declared.has(place)) throw new UserError('declared twice; give each resource of a type its own name');
    declared.add(place);
    const given = inputs as Readonly<Record<string, unknown>>;
    const { value, secrets } = await plain(given);
    if (custom === false) return { id: undefined, state: value };
    if (imported) throw new UserError(`the twin cannot read or import an existing resource (${imported})`);
    const { id, outputs = {} } = cloudOutputs(type, { name, inputs: value, identity, region: providers.aws.region });
    const { protect = false, aliases = [] } = options.get(place) ?? {};
    const formerly = aliases.flatMap((alias) => formerName(alias));
    const resource = { type, name, id, inputs: value, secretInputs: secrets, outputs, protect, formerly };
    const adjusted = { ...outputs, ...adjust?.(resource) };
    resources.set(place, { ...resource, outputs: adjusted });
    return { id, state: { ...given, ...adjusted } };
  };
  const mocks: pulumi.runtime.Mocks = {
    newResource: async (registration) => {
      const place = `${registration.type} "${registration.name}"`;
      try {
        return await register(place, registration);
      } catch (error) {
        throw isUserError(error) ? reject(place, error.message) : error;
      }
    },
    call: async ({ token, inputs }) => {
      if (!RESOURCE_TYPES.has(token)) throw reject(token, 'the twin does not emulate provider functions');
      const { value } = await plain(inputs as Readonly<Record<string, unknown>>);
      const name = text(value, 'name');
      const { id, outputs = {} } = cloudOutputs(token, { name, inputs: value, identity, region: providers.aws.region });
      const read = { type: token, name, id, inputs: value, secretInputs: [], outputs, protect: false, formerly: [] };
      const adjusted = { ...outputs, ...adjust?.(read) };
      resources.set(`${token} "${name}"`, { ...read, outputs: adjusted });
      return { ...value, id, ...adjusted };
    },
  };
  await pulumi.runtime.setMocks(mocks, config.project, config.stack, false);
  pulumi.runtime.setAllConfig({ ...config.values }, [...config.secretKeys]);
  // The engine sets it for a program that looks for its secret keys.
  process.env['PULUMI_CONFIG_SECRET_KEYS'] = JSON.stringify(config.secretKeys);

  const secretOutputs: string[] = [];
  let outputs: Record<string, unknown> = {};
  const failures: unknown[] = [];
  const fail = (error: unknown): void => void failures.push(error);
  // Like the engine's own runner, fail on what an `apply` throws although the program does not await it.
  process.on('unhandledRejection', fail);
  try {
    const program = await load();
    outputs = (await pulumi.runtime.runInPulumiStack(async () => {
      pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
        options.set(`${type} "${name}"`, opts);
        return undefined;
      });
      try {
        const returned = await program();
        for (const [key, value] of Object.entries(returned)) {
          if (pulumi.Output.isInstance(value) && (await pulumi.isSecret(value))) secretOutputs.push(key);
        }
        return returned;
      } catch (error) {
        // Rethrown, it would return as an unhandled rejection.
        fail(error);
        return {};
      }
    })) as Record<string, unknown>;
  } catch (error) {
    fail(error);
  }
  // Registrations that the program does not await are complete only now.
  await pulumi.runtime.disconnect();
  await setImmediate();
  process.off('unhandledRejection', fail);
  if (problems.length > 0) {
    throw new UserError('The twin cannot run the program:', { code: 'not-emulated', problems });
  }
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

/** Returns the name in an alias object. The twin ignores URNs. */
function formerName(alias: unknown): string[] {
  if (typeof alias !== 'object' || alias === null || !('name' in alias)) return [];
  return typeof alias.name === 'string' ? [alias.name] : [];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
