import { setImmediate } from 'node:timers/promises';
import * as pulumi from '@pulumi/pulumi';
import type { RecordedResource } from '../resources/resource.ts';
import { LocalEngine } from './local-engine.ts';
import type { Recorded } from './recorded.ts';
import { monitorOf } from './monitor.ts';
import { sdkOf } from './sdk.ts';
import type { StackConfig } from './stack-file.ts';

export type Program = () => Promise<Record<string, unknown>>;

interface RecordOptions {
  readonly config: StackConfig;
  readonly program: Program;
  readonly seed: string;
  /** The program's folder, the base of assets' relative paths; the current folder by default. */
  readonly folder?: string;
  /** Replaces the outputs of a resource, for tests of where a value ends up. */
  readonly adjust?: (resource: RecordedResource) => Readonly<Record<string, unknown>>;
}

/**
 * Runs a program in this process and returns its registrations, for unit tests of a program.
 * @throws UserError listing all registrations that the engine or the twin rejects; otherwise the program's error
 */
export async function record({
  config,
  program,
  seed,
  folder = process.cwd(),
  adjust,
}: RecordOptions): Promise<Recorded> {
  const engine = new LocalEngine({ config, folder, seed, adjust });
  const settings = pulumi.runtime as unknown as InternalSettings;
  settings.setMockOptions(monitorOf(engine, sdkOf(import.meta.url)), config.project, config.stack, false);
  await settings.awaitFeatureSupport();
  pulumi.runtime.setAllConfig({ ...config.values }, [...config.secretKeys]);
  // The engine sets it for programs that look up their secret keys.
  process.env['PULUMI_CONFIG_SECRET_KEYS'] = JSON.stringify(config.secretKeys);

  const failures: unknown[] = [];
  const fail = (error: unknown): void => void failures.push(error);
  // Like the engine's runner, fail for an error in an `apply` that the program does not await.
  process.on('unhandledRejection', fail);
  await pulumi.runtime
    .runInPulumiStack(() =>
      program().catch((error: unknown) => {
        // Rethrown, it would return as an unhandled rejection.
        fail(error);
        return {};
      }),
    )
    .catch(fail);
  // Registrations that the program does not await complete only now.
  await pulumi.runtime.disconnect();
  await setImmediate();
  process.off('unhandledRejection', fail);
  if (engine.problems.length === 0 && failures.length > 0) throw failures[0];
  return engine.finish();
}

/** Internal parts of the SDK. Source: pulumi/pulumi, sdk/nodejs/runtime/settings.ts. */
interface InternalSettings {
  readonly setMockOptions: (monitor: unknown, project: string, stack: string, preview: boolean) => void;
  readonly awaitFeatureSupport: () => Promise<void>;
}
