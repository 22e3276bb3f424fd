const cleanups: (() => unknown)[] = [];

/** Registers what runs after all tests of the file, in reverse order, even when a set-up or a test fails. */
export function afterFile(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** Runs all of them; one that fails does not keep back the others. */
export async function cleanUp(): Promise<void> {
  const cleanup = cleanups.pop();
  if (cleanup === undefined) return;
  try {
    await cleanup();
  } finally {
    await cleanUp();
  }
}
