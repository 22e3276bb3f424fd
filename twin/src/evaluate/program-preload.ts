import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { dataOf, isUserError, shown } from '../common/user-error.ts';
import { loadLate } from './late-modules.ts';
import { traceSources } from './stack-traces.ts';

/**
 * Loaded into a program's process before Pulumi's own runner. An error that ends the program goes to the twin as data,
 * by a descriptor of its own; without it, Pulumi's runner would print it.
 */

/** The descriptor that an error is written to. */
const ERRORS = 3;

if (isMainThread && process.env['TWIN_PROGRAM'] === 'yes') {
  // Processes that the program starts are none of ours.
  delete process.env['TWIN_PROGRAM'];
  loadLate();
  traceSources();
  const report = (error: unknown): void => {
    writeSync(ERRORS, JSON.stringify(described(error)));
    process.exit(1);
  };
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
}

function described(error: unknown): unknown {
  if (!isUserError(error)) return { kind: 'failed', stack: shown(error), unreadable: isUnreadable(error) };
  return { kind: 'refused', ...dataOf(error) };
}

/** Whether Node cannot parse a file or resolve an import of it. */
function isUnreadable(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  const codes = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_UNKNOWN_FILE_EXTENSION'];
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
