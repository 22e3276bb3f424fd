import { existsSync, statSync } from 'node:fs';
import { z } from 'zod';
import { shown, UserError } from '../common/user-error.ts';

const FILE = 'twin.config.ts';

const schema = z.strictObject({
  stackReferences: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  examplePaths: z.record(z.string(), z.string()).optional(),
  exampleBodies: z.record(z.string(), z.json()).optional(),
  publicRoutes: z.array(z.string()).optional(),
  anyTokenRoutes: z.array(z.string()).optional(),
  exceptions: z.record(z.string(), z.string()).optional(),
  production: z.boolean().optional(),
  issuer: z
    .string()
    .regex(/^https:\/\/[^/\s]+\/$/, { error: 'write https://<domain>/' })
    .optional(),
});

/** What the twin cannot read from a program: the default export of `twin.config.ts`, beside `Pulumi.yaml`. */
export interface TwinConfig {
  /** Outputs of other stacks, by the name that a `StackReference` gives. */
  readonly stackReferences?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Route key to a path with its parameters filled in, for a call that changes nothing. */
  readonly examplePaths?: Readonly<Record<string, string>>;
  /** Route key to an example of the JSON body that it takes. */
  readonly exampleBodies?: Readonly<Record<string, unknown>>;
  /** The keys of the routes that anyone is meant to call. */
  readonly publicRoutes?: readonly string[];
  /** The keys of the routes that are meant to accept any token of the audience, whatever its scope. */
  readonly anyTokenRoutes?: readonly string[];
  /**
   * Reasons for what a rule would reject, by the route key (an open route over a protected one, any token in production)
   * or by a requirement of production, as the rule's message names it: `throttle`, `alarms`.
   */
  readonly exceptions?: Readonly<Record<string, string>>;
  /** Whether the stack is one of production; the rules for production ask for more. */
  readonly production?: boolean;
  /** Who issues the tenant's tokens, where it has a custom domain: `https://<domain>/`. */
  readonly issuer?: string;
}

interface ReadConfig {
  readonly stackReferences: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What the program's outputs may say as well; an output of the program replaces it. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Reads `twin.config.ts`, anew after each change. A program without one needs none.
 * @throws UserError for a file that cannot be loaded, or that has anything else in it
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

/** Does the work without Node's warning of that code: whether `package.json` has a type does not matter here. */
async function withoutWarning(code: string, work: () => Promise<unknown>): Promise<unknown> {
  process.emitWarning = (...args: unknown[]): void => {
    const isOfCode = args.some((one) => one === code || Reflect.get(Object(one), 'code') === code);
    if (!isOfCode) Reflect.apply(emitWarning, process, args);
  };
  try {
    return await work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
