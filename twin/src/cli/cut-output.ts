/**
 * Lets a command go on where nobody reads on what it prints (`| head`), so that its exit code still counts. Output that
 * cannot be written for another reason, as to a full disk, is a failure.
 * @param code the exit code of such a failure
 */
export function surviveCutOutput(code: number): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`What is printed cannot be written: ${error.message}\n`);
    process.exit(code);
  });
}
