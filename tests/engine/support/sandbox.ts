import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { COMPILE_CACHE } from '@auth0-http-api/twin';
import { afterFile } from '../../support/cleanup.ts';
import { copyShippedProject, ROOT, type ProjectCopy } from '../../support/project.ts';
import { PACKAGES } from '../standin/kinds.ts';
import type { Faults } from '../standin/provider.ts';
import { secretTexts, type Properties } from '../standin/values.ts';
import {
  changeNames,
  isChange,
  ofType,
  Services,
  valueOf,
  type Resource,
  type ResourceEntry,
} from '../standin/services.ts';
import { begin, LIMIT, start, type Ended, type Running } from './cli.ts';
import { withoutEncryption } from './encrypted.ts';

/** The values that the shipped stack files leave open; these tests change no others. */
const FILLED_IN = { 'auth0:domain': 'acme.eu.auth0.com', 'auth0:clientId': 'the-deploying-application' };
/** Hosts in the shipped stack files: the callbacks of prod, and the audiences. */
const PLACEHOLDER_HOSTS = /your-app\.example\.com|[a-z.]*test-api-for-jwt-authorizer\.example\.com/g;
const REGION = 'eu-central-1';
const ISSUERS = new URL('../standin/issuers.ts', import.meta.url);
/** Not in a project that has the tools as an installed package. */
const LATE_SDKS = new URL('twin/tests/support/late-sdks.ts', ROOT);

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly custom?: boolean;
  readonly protect?: boolean;
  readonly inputs?: Properties;
  readonly outputs?: Properties;
}

export interface Deployment {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly { readonly type: string; readonly resource: StateResource }[];
}

/** A copy of the project with its own Pulumi backend, home and clouds, in temporary folders until the file's tests end. */
export class Sandbox {
  readonly project: ProjectCopy;
  readonly services: Services;
  /** The value of the stack's secret configuration, `auth0:clientSecret`. */
  readonly configSecret = randomBytes(24).toString('hex');
  readonly #folder = mkdtempSync(join(tmpdir(), 'auth0-http-api-engine-'));
  readonly #printed: string[] = [];
  readonly #standIns: ChildProcess;
  readonly #preloaded: readonly URL[];
  readonly #backend: string;
  /** The stack that `select` created last. */
  stack = '';

  /**
   * @param sdk whether commands load parts of Pulumi's SDK on first use, in half the time, or all of it at once
   * @param shared a sandbox whose backend and services this one shares, except for the Auth0 tenant
   */
  constructor(sdk: 'fast' | 'as it ships' = 'fast', shared?: Sandbox) {
    this.#preloaded = sdk === 'fast' && existsSync(LATE_SDKS) ? [ISSUERS, LATE_SDKS] : [ISSUERS];
    this.project = copyShippedProject();
    afterFile(() => {
      this.#standIns.kill();
      rmSync(this.#folder, { recursive: true, force: true });
    });
    this.services = new Services(this.#path('journal.jsonl'));
    this.#backend = (shared ?? this).#path('backend');
    for (const folder of [this.#backend, ...['home', 'bin'].map((name) => this.#path(name))]) {
      mkdirSync(folder, { recursive: true });
    }
    for (const name of PACKAGES) {
      const port = (name === 'auth0' ? this : (shared ?? this)).#path('port');
      const script = `until [ -s "${port}" ]; do sleep 0.05; done; cat "${port}"; exec sleep ${LIMIT / 1000}`;
      this.addCommand(`pulumi-resource-${name}`, script);
    }
    const standIns = fileURLToPath(new URL('../standin/main.ts', import.meta.url));
    const files = ['journal.jsonl', 'faults.json'].map((name) => this.#path(name));
    this.#standIns = spawn(process.execPath, [standIns, ...files, REGION], {
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
      stdio: ['ignore', openSync(this.#path('port'), 'w'), 'inherit'],
    });
  }

  /** Puts a command of a test's own on the PATH, before the machine's. */
  addCommand(name: string, script: string): void {
    const file = this.#path(`bin/${name}`);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** Creates a stack with the missing values of its file, and selects it. */
  async select(stack: string): Promise<void> {
    this.stack = stack;
    const file = `Pulumi.${stack}.yaml`;
    const { text, paths } = withoutEncryption(this.project.read(file));
    this.project.write(file, text.replaceAll(PLACEHOLDER_HOSTS, 'app.acme.io'));
    await this.pulumi(['stack', 'init', stack]);
    const plaintext = Object.entries(FILLED_IN).flatMap(([key, value]) => ['--plaintext', `${key}=${value}`]);
    const secret = ['--secret', `auth0:clientSecret=${this.configSecret}`];
    await this.pulumi(['config', 'set-all', '--stack', stack, ...plaintext, ...secret]);
    for (const path of paths.filter((candidate) => !candidate.startsWith('auth0:'))) {
      await this.pulumi(['config', 'set', '--secret', '--path', path, randomBytes(24).toString('hex')]);
    }
  }

  /** Runs a command of the CLI to its end, whether it succeeds or fails. */
  async attempt(args: readonly string[], faults: Partial<Faults> = {}): Promise<Ended> {
    const ended = await this.begin(args, faults).ended;
    this.#printed.push(ended.text);
    return ended;
  }

  /** Runs a command of the CLI; it must succeed. */
  async pulumi(args: readonly string[], faults: Partial<Faults> = {}): Promise<Ended> {
    const ended = await this.attempt(args, faults);
    if (ended.code !== 0) throw new Error(`pulumi ${args.join(' ')} failed:\n${ended.text}`);
    return ended;
  }

  begin(args: readonly string[], faults: Partial<Faults> = {}): Running {
    return start(args, this.project.path, this.environment(faults));
  }

  /**
   * The environment in which a command finds the sandbox's backend, engine and services, and nothing else.
   * @param faults until the next command; `failFrom` counts its changes
   */
  environment(faults: Partial<Faults> = {}): NodeJS.ProcessEnv {
    const { failFrom } = faults;
    const counted = failFrom === undefined ? faults : { ...faults, failFrom: this.changes().length + failFrom };
    writeFileSync(this.#path('faults.json'), JSON.stringify(counted));
    const inherited = Object.entries(process.env).filter(([name]) => !/^(PULUMI|AWS|AUTH0|NODE_OPTIONS)/.test(name));
    return {
      ...Object.fromEntries(inherited),
      // The project's own Node comes before the machine's: it runs the program.
      PATH: [this.#path('bin'), join(this.project.path, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      HOME: this.#folder,
      PULUMI_HOME: this.#path('home'),
      PULUMI_BACKEND_URL: `file://${this.#backend}`,
      PULUMI_CONFIG_PASSPHRASE: 'the passphrase of a test',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      // Commands cannot reach other machines.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      HTTP_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: '127.0.0.1,localhost',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      NODE_OPTIONS: this.#preloaded.map(({ href }) => `--import=${href}`).join(' '),
      STANDIN_ISSUERS: inject('issuers'),
    };
  }

  /** `up` without its preview. */
  up(faults: Partial<Faults> = {}): Promise<Ended> {
    return this.pulumi(UP, faults);
  }

  /** Runs `npm run up -- --yes` without the type check. */
  npmRunUp(args: readonly string[] = [], faults: Partial<Faults> = {}): Promise<Ended> {
    const command = ['commands/deploy/main.ts', '--yes', ...args];
    return begin(process.execPath, command, this.project.path, this.environment(faults)).ended;
  }

  /** Runs the `pulumi` command in a page of `docs/` that contains an example, with a replacement for the example. */
  async runDocumented(page: string, example: string, text = example): Promise<void> {
    const lines = readFileSync(new URL(`docs/${page}`, ROOT), 'utf8').split('\n');
    const command = lines.find((line) => line.startsWith('pulumi ') && line.includes(example));
    if (command === undefined) throw new Error(`docs/${page} has no command with ${example}`);
    const shell = ['-c', command.replaceAll(example, text)];
    const ended = await begin('bash', shell, this.project.path, this.environment()).ended;
    if (ended.code !== 0) throw new Error(`${command} failed:\n${ended.text}`);
  }

  /** `up`, which must find nothing to do. */
  upUnchanged(): Promise<Ended> {
    return this.pulumi([...UP, '--expect-no-changes']);
  }

  async state(): Promise<Deployment> {
    const { stdout } = await this.pulumi(['stack', 'export', '--stack', this.stack]);
    return (JSON.parse(stdout) as { deployment: Deployment }).deployment;
  }

  /** Returns the state with its secrets in plain text, without adding it to `printed`. */
  async stateWithSecrets(): Promise<Deployment> {
    const { code, text, stdout } = await this.begin(['stack', 'export', '--show-secrets', '--stack', this.stack]).ended;
    if (code !== 0) throw new Error(`pulumi stack export failed:\n${text}`);
    return (JSON.parse(stdout) as { deployment: Deployment }).deployment;
  }

  resources(type: string): Resource[] {
    return ofType(this.services.resources, type);
  }

  values(type: string, property: string): unknown[] {
    return this.resources(type).map((resource) => valueOf(resource, property));
  }

  /** Returns the changes in the services since an entry of the journal. */
  changes(since = 0): ResourceEntry[] {
    return this.services.entries.slice(since).filter(isChange);
  }

  /** Runs commands, and returns what they changed in the services, in order: "created Stage". */
  async changesBy(run: () => Promise<unknown>): Promise<string[]> {
    const before = this.services.entries.length;
    await run();
    return changeNames(this.changes(before));
  }

  /** Returns every secret: of the clouds and of the configuration. */
  secrets(): string[] {
    const texts = this.changes().flatMap(({ resource: { inputs, outputs } }) => secretTexts([inputs, outputs]));
    return [...new Set([...texts, this.configSecret])];
  }

  printed(): string {
    return this.#printed.join('\n');
  }

  /** Returns all files of the backend, including copies and history, as one text. */
  stored(): string {
    const files = readdirSync(this.#backend, { recursive: true, withFileTypes: true });
    return files
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
  }

  /** The file of attributes that a file backend keeps next to the state of the stack. */
  attributesFile(): string {
    return join(this.#backend, `.pulumi/stacks/auth0-http-api/${this.stack}.json.attrs`);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

export const UP = ['up', '--yes', '--skip-preview', '--suppress-progress'];
export const DESTROY = ['destroy', '--yes', '--skip-preview', '--suppress-progress'];
/** The options of every import: the program exists already, and sets the protection. */
export const IMPORT = ['--generate-code=false', '--protect=false', '--yes', '--skip-preview', '--suppress-progress'];
