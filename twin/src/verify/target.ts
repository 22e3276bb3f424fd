import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setDefaultCACertificates, getCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { z } from 'zod';
import { printable } from '../common/printable.ts';
import { UserError } from '../common/user-error.ts';
import type { Forwards } from '../server/forward.ts';
import { startTwin } from '../server/serve.ts';

/** What a stack's outputs have to say, whether it is deployed or a twin's. */
const OUTPUTS = z.object({
  apiUrl: z.url(),
  issuer: z.url(),
  tokenUrl: z.url(),
  audience: z.string().min(1),
  clientIds: z.record(z.string(), z.string()),
  clientSecrets: z.record(z.string(), z.string()),
  testUser: z.object({ email: z.string(), connection: z.string() }).optional(),
  testUserPassword: z.string().optional(),
});

/** A stack's outputs, its clients' secrets and the test user's password among them: never print them. */
export type Outputs = z.infer<typeof OUTPUTS>;

/** A system to play against. */
export interface Target {
  /** What it is, for the first line of what is printed. */
  readonly name: string;
  readonly outputs: Outputs;
  /** Whether it is on this machine: Auth0's limits do not count then. */
  readonly local: boolean;
  /** The routes that a twin was given a local address for; undefined where the routes go where they say. */
  readonly forwarded: readonly string[] | undefined;
  readonly end: () => Promise<void>;
}

/** Which system a person chose. */
export interface Choice {
  readonly root: URL;
  /** The stack whose graph is compared. */
  readonly stack: string;
  /** `twin`: the stack's twin; `deployed`: what Pulumi knows of it; otherwise the file of its outputs. */
  readonly from: 'twin' | 'deployed' | { readonly file: string };
  readonly config: Readonly<Record<string, string>>;
  /** Local addresses for the twin that is started where none runs. */
  readonly forwards: Forwards;
}

/**
 * A deployed stack, or what a file of outputs names.
 * @throws UserError for outputs that are not there, incomplete or of another program
 */
export async function namedTarget({ from, stack }: Choice): Promise<Target> {
  const file = typeof from === 'object' ? from.file : undefined;
  const text = file === undefined ? await deployedOutputs(stack) : readOutputs(file);
  const outputs = checkedOutputs(text, file ?? `The deployed stack ${stack}`, stack);
  return {
    name: file === undefined ? `the deployed stack ${stack}` : `what ${file} names`,
    outputs,
    local: isLoopback(outputs.tokenUrl),
    forwarded: undefined,
    end: () => Promise.resolve(),
  };
}

/**
 * The stack's twin; where none runs, one is started.
 * @param hash over the graph that the checkout declares
 * @throws UserError for a running twin of something else
 */
export async function twinTarget({ root, stack, config, forwards }: Choice, hash: string): Promise<Target> {
  const folder = new URL(`.twin/${stack}/`, root);
  const running = runningTwin(folder);
  if (running !== undefined) {
    if (forwards.size > 0) {
      throw new UserError(`The twin of ${stack} is running already: give --forward to its npm start, or end it.`);
    }
    if (running.graph !== hash) {
      throw new UserError(
        `The running twin of ${stack} serves something else than this checkout declares. If it says that the program cannot be used, mend that; or end it; or name its outputs, to compare all the same: --outputs .twin/${stack}/outputs.json`,
      );
    }
    if (running.tenantUrl === '') {
      throw new UserError(
        `The running twin of ${stack} was started with --no-tenant, and nobody gives a token there: end it, and start it without.`,
      );
    }
    trust(new URL('ca.pem', folder), running.tenantUrl);
    const name = `the running twin of ${stack}`;
    const outputs = checkedOutputs(readFileSync(new URL('outputs.json', folder), 'utf8'), name, stack);
    return { name, outputs, local: true, forwarded: running.forwards, end: () => Promise.resolve() };
  }
  const twin = await startTwin({
    root,
    stack,
    port: 0,
    tenantPort: 0,
    config,
    forwards,
    watch: {
      exchanged: () => undefined,
      turnedAway: () => undefined,
      tokenAsked: () => undefined,
      tenantAsked: () => undefined,
      printed: () => undefined,
      failed: (error) => {
        throw error;
      },
    },
  });
  const text = readFileSync(new URL('outputs.json', folder), 'utf8');
  const name = `a twin of ${stack} (started for this)`;
  const forwarded = [...forwards.keys()];
  return { name, outputs: checkedOutputs(text, name, stack), local: true, forwarded, end: twin.close };
}

const RUN = z.object({
  pid: z.int().positive(),
  graph: z.string(),
  tenantUrl: z.string(),
  forwards: z.array(z.string()).default([]),
});

function runningTwin(folder: URL): z.infer<typeof RUN> | undefined {
  const file = new URL('run.json', folder);
  if (!existsSync(file)) return undefined;
  const run = RUN.safeParse(parsed(readFileSync(file, 'utf8')));
  if (!run.success) return undefined;
  try {
    process.kill(run.data.pid, 0);
    return run.data;
  } catch {
    return undefined;
  }
}

/** A twin with `--tls` has an authority of its own. */
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
    if (isSystemError(error) && error.code === 'ENOENT') {
      throw new UserError(
        'pulumi is not on the path: install its CLI, or name a file of its outputs (pulumi stack output --json --show-secrets > FILE) with --outputs FILE.',
      );
    }
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new UserError(`Pulumi gave no outputs of the stack ${stack}: ${printable(lastLine(said))}`);
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function readOutputs(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** No message of it may hold a value: secrets are among them. */
function checkedOutputs(text: string, whose: string, stack: string): Outputs {
  const json = parsed(text);
  if (typeof json !== 'object' || json === null) throw new UserError(`${whose} has no outputs in JSON.`);
  if (Object.keys(json).length === 0) {
    throw new UserError(`${whose} has no outputs: it is not deployed. Deploy it with npm run up -- --stack ${stack}`);
  }
  const checked = OUTPUTS.safeParse(json);
  if (checked.success) return checked.data;
  const places = [...new Set(checked.error.issues.map(({ path }) => path.join('.')))];
  throw new UserError(
    `${whose} has outputs of another version of the program (missing or wrong: ${places.join(', ')}). Deploy this one, or check out that one.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
