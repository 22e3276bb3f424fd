import { existsSync, readdirSync } from 'node:fs';
import { STACK_FILE, STACK_NAME } from '../../../limits/stack-name.ts';
import { ENCRYPTED } from '../common/encrypted.ts';
import { isRecord } from '../common/shapes.ts';
import { UserError } from '../common/user-error.ts';
import { readProject } from './project.ts';
import { invalidFile, readYaml } from './yaml-file.ts';

export interface StackConfig {
  readonly project: string;
  readonly stack: string;
  /** Namespaced key to value, as in `pulumi.runtime.allConfig()`: lists and maps are JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** The keys whose value is at least partly encrypted in the file. */
  readonly secretKeys: readonly string[];
  /** The paths of encrypted values without a replacement on the command line; each value becomes `ENCRYPTED`. */
  readonly encrypted: readonly string[];
  /** The Pulumi ESC environments that the engine would add. The twin reads none of them. */
  readonly environments: readonly string[];
}

/**
 * Reads `Pulumi.yaml` and `Pulumi.<stack>.yaml` by Pulumi's rules: a key without a namespace belongs to the project,
 * and `Pulumi.yaml` contains defaults.
 * Source: https://www.pulumi.com/docs/iac/concepts/config/ and .../reference/pulumi-yaml/
 * @param chosen values of `--config key=value` that replace those of the file. A key may continue with the path to an
 *   encrypted part: `api:handlers.test.environment.PIN`
 * @throws UserError if the file is missing or not YAML
 */
export function readStackFile(root: URL, stack: string, chosen: Readonly<Record<string, string>> = {}): StackConfig {
  if (!STACK_NAME.test(stack)) {
    throw new UserError(`Invalid stack name ${JSON.stringify(stack)}; use letters, digits and ._- only.`, {
      code: 'stack-name',
    });
  }
  const file = `Pulumi.${stack}.yaml`;
  if (!existsSync(new URL(file, root))) {
    throw new UserError(`${file} does not exist. Stacks in this folder: ${stackNames(root).join(', ') || 'none'}`, {
      code: 'unknown-stack',
    });
  }
  const { name, content: project } = readProject(root);
  const stackFile = readYaml(root, file);
  const namespaced = (key: string): string => (key.includes(':') ? key.replace(':config:', ':') : `${name}:${key}`);
  const overrides: Readonly<Record<string, string>> = Object.fromEntries(
    Object.entries(chosen).map(([key, value]) => [namespaced(key), value]),
  );
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  const encrypted: string[] = [];
  const parts = new Set<string>();
  const take = (key: string, value: unknown): void => {
    const full = namespaced(key);
    const secrets: string[] = [];
    const text = asText(
      withParts(value, full, (path) => {
        secrets.push(path);
        // The program may reject the placeholder, or the input that it reaches.
        return overrides[path] ?? ENCRYPTED;
      }),
    );
    if (secrets.length === 0) values[full] = text;
    else if (isCredential(full)) delete values[full];
    else {
      secretKeys.push(full);
      if (overrides[full] !== undefined) return;
      for (const path of secrets) {
        parts.add(path);
        if (overrides[path] === undefined) encrypted.push(path);
      }
      values[full] = text;
    }
  };
  for (const [key, declared] of Object.entries(configOf(project, 'Pulumi.yaml'))) {
    const value = isRecord(declared) ? (declared['value'] ?? declared['default']) : declared;
    if (value !== undefined && value !== null) take(key, value);
  }
  for (const [key, value] of Object.entries(configOf(stackFile, file))) take(key, value);
  return {
    project: name,
    stack,
    values: { ...values, ...Object.fromEntries(Object.entries(overrides).filter(([key]) => !parts.has(key))) },
    secretKeys,
    encrypted,
    environments: environmentNames(stackFile),
  };
}

export function stackNames(root: URL): string[] {
  return readdirSync(root)
    .map((file) => STACK_FILE.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .toSorted();
}

/** Returns whether a key holds cloud credentials. The twin calls no cloud and needs none. */
function isCredential(key: string): boolean {
  return /^(aws|auth0):/.test(key) && !['aws:region', 'aws:defaultTags', 'auth0:domain'].includes(key);
}

function configOf(content: Record<string, unknown>, file: string): Record<string, unknown> {
  const config = content['config'] ?? {};
  if (!isRecord(config)) throw invalidFile(file, [{ place: `${file}, config`, message: 'write keys and values' }]);
  return config;
}

function environmentNames(file: Record<string, unknown>): string[] {
  const value = file['environment'];
  const listed: unknown = isRecord(value) ? value['imports'] : value;
  if (typeof listed === 'string') return [listed];
  if (Array.isArray(listed)) return listed.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
  return value === undefined ? [] : ['(written in the stack file)'];
}

/** Returns a value with each `{ secure: … }` in it replaced. */
function withParts(value: unknown, path: string, decrypt: (path: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withParts(item, `${path}.${index}`, decrypt));
  if (!isRecord(value)) return value;
  if (Object.keys(value).join() === 'secure') return decrypt(path);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withParts(item, `${path}.${key}`, decrypt)]),
  );
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
