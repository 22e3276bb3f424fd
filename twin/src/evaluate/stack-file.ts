import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { didYouMean } from '../common/nearest.ts';
import { UNREAD } from '../common/unread.ts';
import { UserError, type Problem } from '../common/user-error.ts';

/** The configuration that Pulumi's engine would hand to the program. */
export interface StackConfig {
  readonly project: string;
  readonly stack: string;
  /** Namespaced key to value, as `pulumi.runtime.allConfig()` has it: lists and maps as JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** The keys whose values the file has encrypted, in whole or in part, and somebody gave. */
  readonly secretKeys: readonly string[];
  /** The encrypted variables of handlers that nobody gave: `UNREAD` stands for each. */
  readonly unread: readonly string[];
  /** The Pulumi ESC environments that the engine would add; nothing of them is known here. */
  readonly environments: readonly string[];
}

/** Pulumi's own alphabet of stack names: no slash, no space, so that one can be part of a file's name. */
export const STACK_NAME = /^[A-Za-z0-9._-]+$/;

/**
 * Reads `Pulumi.yaml` and `Pulumi.<stack>.yaml` by Pulumi's rules: a key without a namespace belongs to the project,
 * and the project's file gives defaults.
 * Source: https://www.pulumi.com/docs/iac/concepts/config/ and .../reference/pulumi-yaml/
 * @param given values from the command line (`--config key=value`), which replace those of the file; a key may go on with
 *   the path to an encrypted part, as `api:handlers.test.environment.PIN`
 * @throws UserError for a stack without a file, a file that is not YAML, or an encrypted value nobody gave
 */
export function readStackFile(root: URL, stack: string, given: Readonly<Record<string, string>> = {}): StackConfig {
  if (!STACK_NAME.test(stack)) {
    throw new UserError(`${JSON.stringify(stack)} is no stack name: letters, digits and ._- only.`);
  }
  const file = `Pulumi.${stack}.yaml`;
  if (!existsSync(new URL(file, root))) {
    const known = stackNames(root);
    throw new UserError(`There is no ${file}${didYouMean(stack, known)} (the stacks here: ${known.join(', ')})`);
  }
  const project = readYaml(root, 'Pulumi.yaml');
  const stackFile = readYaml(root, file);
  const name = project['name'];
  if (typeof name !== 'string') throw new UserError('Pulumi.yaml has no name; write the project’s.');

  const namespaced = (key: string): string => (key.includes(':') ? key.replace(':config:', ':') : `${name}:${key}`);
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  const unread: string[] = [];
  const parts = new Set<string>();
  const problems: Problem[] = [];
  const take = (from: string, key: string, value: unknown): void => {
    const full = namespaced(key);
    if (!holdsSecure(value)) values[full] = asText(value);
    else if (isCredential(full)) delete values[full];
    else {
      secretKeys.push(full);
      if (given[full] !== undefined) return;
      const missing: string[] = [];
      const filled = withParts(value, full, (path) => {
        const part = given[path];
        if (part !== undefined) {
          parts.add(path);
          return part;
        }
        if (VARIABLE.test(path)) unread.push(path);
        // Whatever else is encrypted the program itself refuses.
        else if (full === HANDLERS) missing.push(path);
        return UNREAD;
      });
      values[full] = asText(filled);
      problems.push(
        ...missing.map((path) => ({
          place: `${from}, ${path === full ? key : path}`,
          message: SIZE.test(path)
            ? 'it is encrypted, and nobody needs it to be; write it without --secret'
            : `the value is encrypted, and only Pulumi can read it; give it here with --config ${path}=<value>`,
        })),
      );
    }
  };
  for (const [key, declared] of Object.entries(configOf(project, 'Pulumi.yaml'))) {
    const value = isRecord(declared) ? (declared['value'] ?? declared['default']) : declared;
    if (value !== undefined && value !== null) take('Pulumi.yaml', key, value);
  }
  for (const [key, value] of Object.entries(configOf(stackFile, file))) take(file, key, value);
  if (problems.length > 0)
    throw new UserError(`Stack ${stack} has values that cannot be read without Pulumi:`, problems);
  return {
    project: name,
    stack,
    values: { ...values, ...Object.fromEntries(Object.entries(given).filter(([key]) => !parts.has(key))) },
    secretKeys,
    unread,
    environments: environmentNames(stackFile),
  };
}

/** The stacks that have a file in the folder. */
export function stackNames(root: URL): string[] {
  return readdirSync(root)
    .map((file) => /^Pulumi\.([A-Za-z0-9._-]+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .toSorted();
}

/** Credentials of the clouds: the twin asks no cloud, so it needs none. */
function isCredential(key: string): boolean {
  return /^(aws|auth0):/.test(key) && !['aws:region', 'aws:defaultTags', 'auth0:domain'].includes(key);
}

function readYaml(root: URL, file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(new URL(file, root), 'utf8');
  } catch {
    throw new UserError(`${file} cannot be read.`);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  if (document.errors.length > 0) {
    // What follows a first mistake mostly follows from it.
    const errors = document.errors.filter(({ code }, index) => code === 'DUPLICATE_KEY' || index === 0);
    throw new UserError(
      `${file} is not valid YAML:`,
      errors.map(({ code, pos, message }) => ({
        place: `${file}:${lineCounter.linePos(pos[0]).line}`,
        message: yamlProblem(code, text.slice(pos[0]), message),
      })),
    );
  }
  if (isMap(document.contents)) {
    const astray: Problem[] = [];
    for (const pair of document.contents.items) {
      if (!isPair(pair) || !isScalar(pair.key)) throw new UserError(`${file}: a key at the top is not a plain word.`);
      const key = String(pair.key.value);
      const line = lineCounter.linePos(pair.key.range[0]).line;
      if (key.includes(':')) {
        astray.push({ place: `${file}:${line}, ${key}`, message: 'it must stand under config:, indented' });
      }
    }
    if (astray.length > 0) throw new UserError(`${file} has settings beside config:`, astray);
  }
  const value: unknown = document.toJS();
  if (value === null) return {};
  if (!isRecord(value)) throw new UserError(`${file} must hold keys and values.`);
  return value;
}

function yamlProblem(code: string, from: string, message: string): string {
  if (code === 'DUPLICATE_KEY') {
    return `${/^\S+?(?=:?(\s|$))/.exec(from)?.[0] ?? 'a key'} is written twice; every key must be unique`;
  }
  const said = (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
  return INDENTATION.has(code)
    ? `${said}. See that it, and the lines around it, are indented alike, and that a space follows each colon`
    : said;
}

/** What the parser says of a line that is indented wrong, or has no space after its colon. */
const INDENTATION = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'TAB_AS_INDENT',
  'UNEXPECTED_TOKEN',
]);

function configOf(content: Record<string, unknown>, file: string): Record<string, unknown> {
  const config = content['config'] ?? {};
  if (!isRecord(config)) throw new UserError(`${file}: under config there must be keys and values.`);
  return config;
}

function environmentNames(file: Record<string, unknown>): string[] {
  const value = file['environment'];
  const listed: unknown = isRecord(value) ? value['imports'] : value;
  if (typeof listed === 'string') return [listed];
  if (Array.isArray(listed)) return listed.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
  return value === undefined ? [] : ['(written in the stack file)'];
}

const HANDLERS = 'api:handlers';
/** A number of a handler, which an encrypted text cannot be. */
const SIZE = /^api:handlers\.[^.]+\.(memory|timeout|reservedConcurrency)$/;
/** A variable of a handler: what it holds is for the handler alone, and decides nothing. */
const VARIABLE = /^api:handlers\.[^.]+\.environment\.[^.]+$/;

function holdsSecure(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsSecure);
  if (!isRecord(value)) return false;
  return isSecure(value) || Object.values(value).some(holdsSecure);
}

function isSecure(value: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === 'secure';
}

/** A value with each encrypted part of it replaced. */
function withParts(value: unknown, path: string, part: (path: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one, index) => withParts(one, `${path}.${index}`, part));
  if (!isRecord(value)) return value;
  if (isSecure(value)) return part(path);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withParts(one, `${path}.${key}`, part)]));
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
