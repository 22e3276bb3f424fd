/** Prints a command's help and exits, if its arguments contain `--help` or `-h`. */
export function printHelp(args: readonly string[], help: string): void {
  if (!args.includes('--help') && !args.includes('-h')) return;
  process.stdout.write(`${help}\n`);
  process.exit();
}
