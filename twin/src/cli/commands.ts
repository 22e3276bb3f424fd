import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';

interface CommandLine {
  readonly description: string;
  readonly failure: number;
  readonly options: readonly Option[];
  /** Example options; each option of the command is in one of them. */
  readonly examples: readonly string[];
}

const stack = (description: string): Option => new Option('--stack <name>', description);

const whole = (flags: string, description: string, most: number, form: string): Option =>
  new Option(flags, description).argParser((text) => {
    if (/^\d{1,6}$/.test(text) && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`It must be ${form}.`);
  });

const port = (flags: string, description: string): Option =>
  whole(flags, `${description}; 0 chooses a free one`, 65_535, 'a number from 0 to 65535');

const forward = new Option(
  '--forward <route=address>',
  'send a route that no handler serves to a local backend (repeatable)',
).argParser<readonly string[] | undefined>((text, all) => [...(all ?? []), text]);

const pairs = (flags: string, description: string, form: string, read = (value: string) => value): Option =>
  new Option(flags, `${description} (repeatable)`).argParser<Readonly<Record<string, string>> | undefined>(
    (text, all) => {
      const equals = text.indexOf('=');
      if (equals < 1) throw new InvalidArgumentError(`It must be ${form}.`);
      return { ...all, [text.slice(0, equals)]: read(text.slice(equals + 1)) };
    },
  );

const config = pairs(
  '--config <key=value>',
  'replace a value of the stack file, for example one that only Pulumi can decrypt; key=@file reads a file, key=@- standard input',
  'key=value, key=@file or key=@- (standard input)',
  valueOf,
);

/** Reads the value from a file for `@file`: the shell history and the process list would show a secret. */
function valueOf(text: string): string {
  if (!text.startsWith('@')) return text;
  const file = text.slice(1);
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidArgumentError(`${file === '-' ? 'Standard input' : file} cannot be read: ${reason}`);
  }
}

const stateDir = (description: string): Option => new Option('--state-dir <folder>', description);

const keyOf = pairs('--key <client=file>', 'sign as this client with the private key in the file', 'client=file');

const state = (description: string): Option => new Option('--state <file>', `${description}; - reads standard input`);

const system = [
  stack('the stack, whose running twin is used').default('dev'),
  new Option('--deployed', 'use the deployed stack instead, as `pulumi stack output` has it'),
  new Option('--outputs <file>', 'use the system that this file of stack outputs names instead').conflicts('deployed'),
  stateDir('the folder that the running twin was started with'),
  config,
];

export const COMMANDS = {
  start: {
    description: 'Serves the API and the tenant on this machine, and reloads them when a file changes.',
    failure: 1,
    options: [
      stack('the stack to serve').default('dev'),
      port('--port <number>', 'port of the API').default(3000),
      port('--tenant-port <number>', 'port of the tenant and its page').default(3001),
      new Option('--no-tenant', 'leave the tenant out, as if it could not be reached'),
      new Option('--rotate', 'start with the next signing key; the previous one stays published'),
      new Option('--tls', 'serve the tenant over https; trust .twin/<stack>/ca.pem'),
      stateDir('keep keys, secrets and run.json below this folder instead of .twin (for a read-only checkout)'),
      forward,
      config,
    ],
    examples: [
      '--stack prod --port 4000 --tenant-port 4001',
      '--tls --rotate --state-dir /tmp/twin',
      '--no-tenant',
      '--forward "GET /orders=http://127.0.0.1:4000"',
      '--config api:audience=https://api.example.com',
    ],
  },
  access: {
    description: 'Writes who may call what into access/ for each stack, or checks or compares it.',
    failure: 1,
    options: [
      new Option('--check', 'write nothing, and fail if a committed report is stale'),
      new Option('--since <revision>', 'print what callers gain and lose since a git revision').conflicts('check'),
      new Option('--markdown', 'print that as Markdown'),
      stack('this stack instead of all'),
      state('report on the deployed stack in a file that `pulumi stack export` wrote').conflicts('stack'),
      config,
    ],
    examples: [
      '--check',
      '--since main --markdown',
      '--stack dev --config api:audience=https://api.example.com',
      '--state deployed.json',
    ],
  },
  diff: {
    description: 'Prints what callers would gain and lose if the program replaced what is deployed.',
    failure: 1,
    options: [
      state('the deployed stack: a file that `pulumi stack export` wrote').makeOptionMandatory(),
      stack('the stack to evaluate (default: the deployed one)'),
      new Option('--markdown', 'print it as Markdown'),
      config,
    ],
    examples: [
      '--state deployed.json --markdown',
      '--state deployed.json --stack dev --config api:audience=https://api.example.com',
    ],
  },
  verify: {
    description:
      'Checks every cell of the access report with real requests to a running system. Exits with 1 if one differs.',
    failure: 2,
    options: [
      ...system,
      new Option('--all-methods', 'also call POST, PUT, PATCH and DELETE'),
      whole('--max-tokens <number>', 'request at most this many tokens', 999_999, 'a whole number'),
      keyOf,
      new Option('--as-clients', 'call a deployed production stack as every client, not only as its probe'),
      new Option('--strict', 'fail unless every cell was tried'),
      new Option('--junit <file>', 'also write the outcome as JUnit XML'),
    ],
    examples: [
      '--all-methods --strict --key importer=key.pem',
      '--stack prod --deployed --as-clients --max-tokens 20 --junit verify.xml',
      '--state-dir /tmp/twin',
      '--outputs outputs.json --config api:audience=https://api.example.com',
    ],
  },
  token: {
    description: 'Prints an access token and nothing else, for use in $(…).',
    failure: 1,
    options: [
      new Option('--as <caller>', 'a client, a user by email address, or "test user"; without it, lists the callers'),
      new Option(
        '--through <client>',
        'the client that the user logs in through, by its grant: a password or a login page',
      ),
      new Option('--scope <scopes>', 'the scopes to request (default: all that the caller can get)'),
      new Option('--audience <api>', 'the API to request the token for'),
      new Option('--key <file>', 'the private key of a client that signs its requests'),
      new Option('--decode', 'print the claims and the routes that they open instead'),
      ...system,
    ],
    examples: [
      '--as test-app --decode',
      '--as importer --key key.pem',
      '--as test-user@example.com --through web',
      '--as "test user" --through test-app --scope "read:user" --stack prod --deployed',
      '--as test-app --audience https://api.example.com --outputs outputs.json',
      '--as test-app --state-dir /tmp/twin --config api:audience=https://api.example.com',
    ],
  },
} satisfies Readonly<Record<string, CommandLine>>;
