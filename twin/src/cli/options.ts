import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { didYouMean } from '../common/nearest.ts';
import { printable } from '../common/printable.ts';
import { UserError } from '../common/user-error.ts';

/** The values of a command's options, by their names. */
type Values<T extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: T }>>['values'];

/**
 * Reads a command's options; it takes nothing else. Asked for `--help`, it says the usage and ends the process.
 * @param usage the command with its options, for the error
 * @param args the command line's, unless others are given
 * @throws UserError for an option that it has not, with the nearest that it has, and for a value too many or missing
 */
export function readOptions<T extends ParseArgsOptionsConfig>(
  options: T,
  usage: string,
  args: readonly string[] = process.argv.slice(2),
): Values<T> {
  if (args.includes('--help')) {
    process.stdout.write(`Usage: ${usage}\n`);
    process.exit(0);
  }
  try {
    return parseArgs({ options, args: [...args] }).values;
  } catch (error) {
    const message = printable(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    const [, unknown] = /^Unknown option '--([^']+)'/.exec(message) ?? [];
    const near =
      unknown === undefined
        ? ''
        : didYouMean(
            `--${unknown}`,
            Object.keys(options).map((name) => `--${name}`),
          );
    throw new UserError(`${message}${near}\nUsage: ${usage}`);
  }
}

/**
 * Takes the values of `--config key=value` apart.
 * @throws UserError for one without a key
 */
export function configValues(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)] as const;
      throw new UserError(`--config must be key=value, not ${JSON.stringify(text)}.`);
    }),
  );
}
