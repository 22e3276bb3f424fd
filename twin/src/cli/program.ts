import { pathToFileURL } from 'node:url';
import { Command, CommanderError } from 'commander';
import { commandLine } from '../common/command-line.ts';
import { shown } from '../common/user-error.ts';
import type { AccessOptions } from './access.ts';
import { COMMANDS } from './commands.ts';
import type { DiffOptions } from './diff.ts';
import type { StartOptions } from './start.ts';
import type { TokenOptions } from './token.ts';
import type { VerifyOptions } from './verify.ts';

type Action<Options> = (options: Options, root: URL) => Promise<number | void>;

export interface Actions {
  readonly start: Action<StartOptions>;
  readonly access: Action<AccessOptions>;
  readonly diff: Action<DiffOptions>;
  readonly verify: Action<VerifyOptions>;
  readonly token: Action<TokenOptions>;
}

const ACTIONS: Actions = {
  start: async (options, root) => {
    // First, so that the program's process loads the SDKs while this one loads the twin.
    const programs = (await import('../evaluate/reevaluation.ts')).reevaluation(root);
    return (await import('./start.ts')).start(options, root, programs);
  },
  access: async (options, root) => (await import('./access.ts')).access(options, root),
  diff: async (options, root) => (await import('./diff.ts')).diff(options, root),
  verify: async (options, root) => (await import('./verify.ts')).verify(options, root),
  token: async (options, root) => (await import('./token.ts')).token(options, root),
};

export async function main(args: readonly string[], actions: Actions = ACTIONS): Promise<void> {
  try {
    await twinProgram(actions).parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander has already printed its error.
    if (!(error instanceof CommanderError)) process.stderr.write(`${shown(error)}\n`);
    process.exitCode ??= error instanceof CommanderError ? error.exitCode : 1;
  }
}

/** Returns the command line. It throws a `CommanderError` after printing help or an invalid argument. */
export function twinProgram(actions: Actions): Command {
  const program = new Command('twin')
    .description('Serves a Pulumi program’s HTTP API and Auth0 tenant locally; reports and verifies who may call what.')
    .option('--cwd <folder>', 'run as if started in this folder, the one with Pulumi.yaml')
    .addHelpText('after', '\nExample: npx --no twin --cwd ../api start\nEach command has its own --help.')
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) => (command.name() === 'help' ? 'help [command]' : typed(command.name())),
      commandUsage: (command) =>
        command.parent === null ? 'npx --no twin [options] [command]' : typed(command.name(), '[options]'),
    })
    .configureOutput({
      writeOut: (text) => {
        endWithOutput(1);
        process.stdout.write(text);
      },
    })
    .showHelpAfterError('(--help explains every option)')
    .exitOverride();
  for (const name of ['start', 'access', 'diff', 'verify', 'token'] as const) {
    const { description, failure, options, examples } = COMMANDS[name];
    const command = program
      .command(name)
      .description(description)
      .addHelpText('after', () => `\nExamples:${examples.map((one) => `\n  ${typed(name, one)}`).join('')}`)
      .exitOverride((error) => {
        process.exitCode = error.exitCode === 0 ? 0 : failure;
        throw error;
      })
      .action(async (chosen: StartOptions & AccessOptions & DiffOptions & VerifyOptions & TokenOptions) => {
        process.exitCode = failure;
        enter(program);
        endWithOutput(failure);
        process.exitCode = (await actions[name](chosen, here())) ?? 0;
      });
    for (const option of options) command.addOption(option);
  }
  return program;
}

/** Ends the command as failed if the reader of its output exits (`| head`), or the output cannot be written. */
function endWithOutput(failure: number): void {
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') process.stderr.write(`The output cannot be written: ${message}\n`);
    process.exit(failure);
  });
}

function here(): URL {
  return pathToFileURL(`${process.cwd()}/`);
}

function typed(name: string, ...options: readonly string[]): string {
  return commandLine(`twin ${name as keyof Actions}`, here(), ...options);
}

function enter(program: Command): void {
  const { cwd } = program.opts<{ readonly cwd?: string }>();
  if (cwd === undefined) return;
  try {
    process.chdir(cwd);
  } catch (error) {
    program.error(`error: --cwd ${cwd}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
