import { existsSync, statSync } from 'node:fs';
import { z } from 'zod';
import { shown, UserError } from '../common/user-error.ts';

const FILE = 'twin.config.ts';

const schema = z.strictObject({
  /** The outputs of other stacks, by the name in the `StackReference`. */
  stackReferences: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  /** For each route key, a path with its parameters filled in, for a call that changes nothing. */
  examplePaths: z.record(z.string(), z.string()).optional(),
  /** For each route key, an example of its JSON body. */
  exampleBodies: z.record(z.string(), z.json()).optional(),
  /** The keys of intentionally public routes. */
  publicRoutes: z.array(z.string()).readonly().optional(),
  /** The keys of routes that intentionally accept any token of the audience, whatever its scope. */
  anyTokenRoutes: z.array(z.string()).readonly().optional(),
  /**
   * Reasons for exceptions from a rule, by route key (an open route over a protected one, any token in production), or
   * by a requirement of production as the rule's message names it: `throttle`, `alarms`.
   */
  exceptions: z.record(z.string(), z.string()).optional(),
  /** Whether the rules for production apply to the stack. */
  production: z.boolean().optional(),
  /** The tenant's issuer if it has a custom domain: `https://<domain>/`. */
  issuer: z
    .string()
    .regex(/^https:\/\/[^/\s]+\/$/, { error: 'write https://<domain>/' })
    .optional(),
});

/** Information that the program does not contain: the default export of `twin.config.ts`, beside `Pulumi.yaml`. */
export type TwinConfig = z.input<typeof schema>;

interface ReadConfig {
  readonly stackReferences: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Reads the optional file `twin.config.ts`, again after each change.
 * @throws UserError for a file that cannot be loaded or has unknown content
 */
export async function readTwinConfig(root: URL): Promise<ReadConfig> {
  const file = new URL(FILE, root);
  if (!existsSync(file)) return { stackReferences: {}, outputs: {} };
  const url = `${file.href}?changed=${statSync(file).mtimeMs}`;
  const module = (await withoutWarning('MODULE_TYPELESS_PACKAGE_JSON', () => import(url)).catch((error: unknown) => {
    throw new UserError(`${FILE} cannot be loaded: ${shown(error).split('\n    at ')[0]}`, { code: 'twin-config' });
  })) as { readonly default?: unknown };
  const checked = schema.safeParse(module.default);
  if (!checked.success) {
    const problems = checked.error.issues.map(({ path, message }) => ({
      place: [FILE, path.map(String).join('.')].filter((part) => part !== '').join(', '),
      message,
    }));
    throw new UserError(`${FILE} is invalid:`, { code: 'twin-config', problems });
  }
  const { stackReferences, ...outputs } = checked.data;
  return { stackReferences, outputs };
}

const emitWarning = Reflect.get(process, 'emitWarning');

/** Runs a function and suppresses a warning of Node: the `type` in `package.json` does not matter here. */
async function withoutWarning(code: string, work: () => Promise<unknown>): Promise<unknown> {
  process.emitWarning = (...args: unknown[]): void => {
    const isOfCode = args.some((argument) => argument === code || Reflect.get(Object(argument), 'code') === code);
    if (!isOfCode) Reflect.apply(emitWarning, process, args);
  };
  try {
    return await work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
