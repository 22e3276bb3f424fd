/**
 * Lets a command finish with its own exit code after the reader of its output has exited (`| head`). Any other write
 * error, for example a full disk, is a failure.
 * @param code the exit code of such a failure
 */
export function surviveCutOutput(code: number): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`What is printed cannot be written: ${error.message}\n`);
    process.exit(code);
  });
}
