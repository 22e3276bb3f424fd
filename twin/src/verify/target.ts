import { execFile } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setDefaultCACertificates, getCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { z } from 'zod';
import { commandLine } from '../common/command-line.ts';
import { LOCAL_HOSTS } from '../common/local-hosts.ts';
import { printable } from '../common/printable.ts';
import { runningTwin, stateFolder } from '../common/running.ts';
import { parsedJson } from '../common/shapes.ts';
import { UserError } from '../common/user-error.ts';

/** The stack outputs that `verify` and `token` need, of a deployed stack or a twin. */
const OUTPUTS = z.object({
  apiUrl: z.url(),
  apiUrls: z.record(z.string(), z.url()).optional(),
  issuer: z.url(),
  tokenUrl: z.url(),
  secondIssuer: z.object({ issuer: z.url(), tokenUrl: z.url() }).optional(),
  audience: z.string().min(1),
  clientIds: z.record(z.string(), z.string()),
  clientSecrets: z.record(z.string(), z.string()),
  testUser: z.object({ email: z.string(), connection: z.string() }).optional(),
  testUserPassword: z.string().optional(),
  users: z.array(z.object({ email: z.string(), connection: z.string() })).optional(),
  userPasswords: z.record(z.string(), z.string()).optional(),
  production: z.boolean().optional(),
  /** The client that exists for verifying: a key of `clientIds`. */
  probe: z.string().optional(),
});

/** Returns a user's credentials from the outputs; undefined without a password there. */
export function credentialsOf(
  { users = [], userPasswords = {}, testUser, testUserPassword }: Outputs,
  email: string,
): { readonly password: string; readonly connection: string } | undefined {
  const password = userPasswords[email] ?? (testUser?.email === email ? testUserPassword : undefined);
  const user = [...users, testUser].find((candidate) => candidate?.email === email);
  return user === undefined || password === undefined ? undefined : { password, connection: user.connection };
}

/** A stack's outputs, including secrets and passwords: never print them. */
export type Outputs = z.infer<typeof OUTPUTS>;

export interface Target {
  readonly name: string;
  readonly outputs: Outputs;
  /** Whether the tenant runs on this machine, without a rate limit. */
  readonly local: boolean;
  /** The routes that a twin has a local backend for; undefined if requests reach the deployed backends. */
  readonly forwarded: readonly string[] | undefined;
  readonly playable?: readonly string[];
  /** The private keys of clients that sign with one, by client name. */
  readonly keys?: Readonly<Record<string, KeyObject>>;
  /** A hash of what a twin serves; undefined for a deployed system. */
  readonly graph: string | undefined;
}

export function restrictedToProbe(target: Target): Target {
  const { production, probe } = target.outputs;
  return target.local || production !== true ? target : { ...target, playable: probe === undefined ? [] : [probe] };
}

export interface SystemOptions {
  readonly stack: string;
  readonly deployed?: boolean;
  readonly outputs?: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly stateDir?: string;
}

/** @throws UserError if the twin is not running, or if outputs are missing, incomplete or from another program */
export async function targetOf({ stack, deployed, outputs, stateDir }: SystemOptions, root: URL): Promise<Target> {
  if (outputs !== undefined) return elsewhere(`the system of ${outputs}`, readOutputs(outputs), stack, root);
  if (deployed === true) return elsewhere(`the deployed stack ${stack}`, await deployedOutputs(stack), stack, root);
  return twinTarget(stack, root, stateFolder(root, stack, stateDir));
}

function elsewhere(name: string, text: string, stack: string, root: URL): Target {
  const outputs = checkedOutputs(text, name, stack, root);
  return {
    name,
    outputs,
    local: LOCAL_HOSTS.includes(new URL(outputs.tokenUrl).hostname),
    forwarded: undefined,
    graph: undefined,
  };
}

function twinTarget(stack: string, root: URL, folder: URL): Target {
  const file = new URL('run.json', folder);
  const twin = runningTwin(existsSync(file) ? readFileSync(file, 'utf8') : undefined);
  if (twin === undefined) {
    throw new UserError(
      `No twin of stack ${stack} is running. Start it with ${commandLine('twin start', root, '--stack', stack)}, or add --deployed to use the deployed stack.`,
    );
  }
  if (twin.tenantUrl === '') {
    throw new UserError(`The twin of stack ${stack} runs with --no-tenant, so there are no tokens. Start it without.`);
  }
  trust(new URL('ca.pem', folder), twin.tenantUrl);
  const name = `the running twin of stack ${stack}`;
  const outputs = checkedOutputs(readFileSync(new URL('outputs.json', folder), 'utf8'), name, stack, root);
  return { name, outputs, local: true, forwarded: twin.forwards, graph: twin.graph };
}

/** Trusts the authority of a twin with `--tls`. */
function trust(file: URL, tenantUrl: string): void {
  if (!tenantUrl.startsWith('https:') || !existsSync(file)) return;
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(file, 'utf8')]);
}

async function deployedOutputs(stack: string): Promise<string> {
  const words = ['stack', 'output', '--json', '--show-secrets', '--non-interactive', '--stack', stack];
  try {
    const { stdout } = await promisify(execFile)('pulumi', words, { maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new UserError(
        'pulumi is not on the path: install its CLI, or name a file of its outputs (pulumi stack output --json --show-secrets > FILE) with --outputs FILE.',
      );
    }
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    const lastLine = output.trim().split('\n').at(-1) ?? '';
    throw new UserError(`Pulumi returned no outputs of the stack ${stack}: ${printable(lastLine)}`);
  }
}

function readOutputs(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Parses a stack's outputs. Error messages contain no value, since some are secret. */
function checkedOutputs(text: string, whose: string, stack: string, root: URL): Outputs {
  const json = parsedJson(text);
  if (typeof json !== 'object' || json === null) throw new UserError(`${whose} has no outputs in JSON.`);
  if (Object.keys(json).length === 0) {
    const deploy = commandLine('pulumi up', root, '--stack', stack);
    throw new UserError(`${whose} has no outputs: it is not deployed. Deploy it with ${deploy}`);
  }
  const checked = OUTPUTS.safeParse(json);
  if (checked.success) return checked.data;
  const places = [...new Set(checked.error.issues.map(({ path }) => path.join('.')))];
  throw new UserError(
    `${whose} has outputs of another version of the program (missing or wrong: ${places.join(', ')}). Deploy this one, or check out that one.`,
  );
}
