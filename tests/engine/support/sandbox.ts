import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { COMPILE_CACHE } from '@auth0-http-api/twin';
import { copyShippedProject, type ProjectCopy } from '../../support/project.ts';
import { PACKAGES } from '../standin/kinds.ts';
import { secretTexts, type Properties } from '../standin/values.ts';
import { isChange, World } from '../standin/world.ts';
import { start, type Ended, type Running } from './cli.ts';
import { withoutEncryption } from './encrypted.ts';

/** The values that the shipped stack files leave open; these tests change no others. */
const FILLED_IN = { 'auth0:domain': 'acme.eu.auth0.com', 'auth0:clientId': 'the-deploying-application' };
/** Hosts in the shipped stack files: the callbacks of prod, and the audiences. */
const PLACEHOLDER_HOSTS = /your-app\.example\.com|[a-z.]*test-api-for-jwt-authorizer\.example\.com/g;
const REGION = 'eu-central-1';
const ISSUERS = new URL('../standin/issuers.ts', import.meta.url);

/** How the stand-ins are to behave during a command. */
export interface Weather {
  /** Milliseconds that each change takes. */
  readonly delay?: number;
  /** The index of the first change of this command to refuse, with all that follow. */
  readonly failFrom?: number;
  /** Types, by their last word, whose every change is refused. */
  readonly refuse?: readonly string[];
  /** Types, by their last word, whose creation succeeds while the answer is lost. */
  readonly lose?: readonly string[];
  /** Requests a second that each service answers. */
  readonly limit?: number;
  /** Whether the deploying application lacks `read:client_keys`. */
  readonly hideSecrets?: boolean;
}

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

/** A copy of the project with a Pulumi backend, an engine's home and clouds of its own, all in one temporary folder. */
export class Sandbox {
  readonly project: ProjectCopy;
  readonly world: World;
  /** The value of the stack's secret configuration, `auth0:clientSecret`. */
  readonly configSecret = randomBytes(24).toString('hex');
  readonly #folder = mkdtempSync(join(tmpdir(), 'auth0-http-api-engine-'));
  readonly #printed: string[] = [];
  #stack = '';

  constructor() {
    this.project = copyShippedProject();
    this.world = new World(this.#path('world.jsonl'));
    for (const folder of ['backend', 'home', 'bin']) mkdirSync(this.#path(folder));
    const script = fileURLToPath(new URL('../standin/main.ts', import.meta.url));
    for (const name of PACKAGES) {
      const shim = this.#path(`bin/pulumi-resource-${name}`);
      writeFileSync(shim, `#!/bin/sh\nSTANDIN_ENGINE=$PPID exec "${process.execPath}" "${script}" ${name} "$@"\n`);
      chmodSync(shim, 0o755);
    }
  }

  /** Puts a command of a test's own on the PATH, before the machine's. */
  addCommand(name: string, script: string): void {
    const file = this.#path(`bin/${name}`);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }

  /** Makes a stack and fills in what its file leaves open; what follows is about this stack. */
  async select(stack: string): Promise<void> {
    this.#stack = stack;
    const file = `Pulumi.${stack}.yaml`;
    const { text, paths } = withoutEncryption(this.project.read(file));
    this.project.write(file, text.replaceAll(PLACEHOLDER_HOSTS, 'app.acme.io'));
    await this.pulumi(['stack', 'init', stack]);
    const plaintext = Object.entries(FILLED_IN).flatMap(([key, value]) => ['--plaintext', `${key}=${value}`]);
    const secret = ['--secret', `auth0:clientSecret=${this.configSecret}`];
    await this.pulumi(['config', 'set-all', '--stack', stack, ...plaintext, ...secret]);
    for (const path of paths.filter((one) => !one.startsWith('auth0:'))) {
      await this.pulumi(['config', 'set', '--secret', '--path', path, randomBytes(24).toString('hex')]);
    }
  }

  /** Runs a command of the CLI to its end, in any weather. */
  async attempt(args: readonly string[], weather: Weather = {}): Promise<Ended> {
    const ended = await this.begin(args, weather).ended;
    this.#printed.push(ended.text);
    return ended;
  }

  /** Runs a command of the CLI; it must succeed. */
  async pulumi(args: readonly string[], weather: Weather = {}): Promise<Ended> {
    const ended = await this.attempt(args, weather);
    if (ended.code !== 0) throw new Error(`pulumi ${args.join(' ')} failed:\n${ended.text}`);
    return ended;
  }

  /** Begins a command of the CLI. */
  begin(args: readonly string[], weather: Weather = {}): Running {
    return start(args, this.project.path, this.environment(weather));
  }

  /** The environment in which a command finds the sandbox's backend, engine and clouds, and nothing else. */
  environment(weather: Weather = {}): NodeJS.ProcessEnv {
    const { delay = 0, failFrom = Infinity, refuse = [], lose = [], limit = Infinity, hideSecrets = false } = weather;
    const changes = this.world.entries.filter(isChange).length;
    const inherited = Object.entries(process.env).filter(([name]) => !/^(PULUMI|AWS|AUTH0|NODE_OPTIONS)/.test(name));
    return {
      ...Object.fromEntries(inherited),
      // The project's own Node comes before the machine's: it runs the program.
      PATH: [this.#path('bin'), join(this.project.path, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      HOME: this.#folder,
      PULUMI_HOME: this.#path('home'),
      PULUMI_BACKEND_URL: `file://${this.#path('backend')}`,
      PULUMI_CONFIG_PASSPHRASE: 'the passphrase of a test',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      // Whatever asks for more than this machine gets nothing.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      HTTP_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: '127.0.0.1,localhost',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      NODE_OPTIONS: `--import=${ISSUERS.href}`,
      STANDIN_ISSUERS: inject('issuers'),
      STANDIN_WORLD: this.#path('world.jsonl'),
      STANDIN_REGION: REGION,
      STANDIN_DELAY: String(delay),
      STANDIN_FAIL_FROM: String(changes + failFrom),
      STANDIN_REFUSE: refuse.join(),
      STANDIN_LOSE: lose.join(),
      STANDIN_LIMIT: String(limit),
      STANDIN_HIDE: hideSecrets ? '1' : '0',
    };
  }

  /** `up` without its preview. */
  up(weather: Weather = {}): Promise<Ended> {
    return this.pulumi(UP, weather);
  }

  /** `up`, which must find nothing to do. */
  upUnchanged(): Promise<Ended> {
    return this.pulumi([...UP, '--expect-no-changes']);
  }

  /** What the engine has recorded of the stack. */
  async state(): Promise<Deployment> {
    const { stdout } = await this.pulumi(['stack', 'export', '--stack', this.#stack]);
    return (JSON.parse(stdout) as { deployment: Deployment }).deployment;
  }

  /** The same with its secrets in plain text, of which `printed` knows nothing. */
  async stateWithSecrets(): Promise<Deployment> {
    const { code, text, stdout } = await this.begin(['stack', 'export', '--show-secrets', '--stack', this.#stack])
      .ended;
    if (code !== 0) throw new Error(`pulumi stack export failed:\n${text}`);
    return (JSON.parse(stdout) as { deployment: Deployment }).deployment;
  }

  /** Every secret that there is: those that the clouds made or were given, and the configuration's. */
  secrets(): string[] {
    const things = this.world.entries.filter(isChange).map(({ thing }) => thing);
    const texts = things.flatMap(({ inputs, outputs }) => secretTexts([inputs, outputs]));
    return [...new Set([...texts, this.configSecret])];
  }

  /** All that the CLI printed so far. */
  printed(): string {
    return this.#printed.join('\n');
  }

  /** Every file that the backend keeps, its copies and its history included, as one text. */
  stored(): string {
    const files = readdirSync(this.#path('backend'), { recursive: true, withFileTypes: true });
    return files
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
  }

  /** The file of attributes that a file backend keeps next to the state of the stack. */
  attributesFile(): string {
    return this.#path(`backend/.pulumi/stacks/auth0-http-api/${this.#stack}.json.attrs`);
  }

  remove(): void {
    this.project.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

export const UP = ['up', '--yes', '--skip-preview', '--suppress-progress'];
export const DESTROY = ['destroy', '--yes', '--skip-preview', '--suppress-progress'];
/** The options of every import: the program is there already, and says what is protected. */
export const IMPORT = ['--generate-code=false', '--protect=false', '--yes', '--skip-preview', '--suppress-progress'];
