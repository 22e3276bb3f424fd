import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { printable } from '../common/printable.ts';
import { UserError } from '../common/user-error.ts';
import { STACK_NAME } from '../../../limits/stack-name.ts';
import { fromJson, type Report } from './data.ts';
import type { Missing } from './since.ts';

/** The most bytes of a report. With 300 routes and 100 callers, it takes a twentieth. */
const LARGEST = 64 * 1024 * 1024;

/**
 * Reads the committed reports of a revision with `git show`. No code of that revision runs.
 * @returns stack to its report, or why there is none
 * @throws UserError without git, a repository or such a revision
 */
export async function reportsAt(root: URL, revision: string): Promise<ReadonlyMap<string, Report | Missing>> {
  const git = gitIn(fileURLToPath(root));
  const commit = await commitOf(git, revision);
  const listed = await git(['ls-tree', '-z', '--name-only', commit, 'access/']);
  const files = listed.split('\0');
  const stacks = files
    .flatMap((path) => /^access\/(.+)\.(?:md|json)$/.exec(path)?.slice(1) ?? [])
    .filter((stack) => STACK_NAME.test(stack));
  const read = async (stack: string): Promise<Report | Missing> => {
    const file = `access/${stack}.json`;
    if (!files.includes(file)) return 'without JSON';
    const report = fromJson(await git(['show', `${commit}:./${file}`]));
    return report?.stack === stack ? report : 'unreadable';
  };
  return new Map(await Promise.all([...new Set(stacks)].map(async (stack) => [stack, await read(stack)] as const)));
}

type Git = (args: readonly string[]) => Promise<string>;

/** Resolves a revision from the command line, which must be neither an option nor several revisions. */
async function commitOf(git: Git, revision: string): Promise<string> {
  const shown = JSON.stringify(printable(revision, 100));
  if (revision === '' || revision.startsWith('-') || /\p{C}/u.test(revision)) {
    throw new UserError(`--since needs a git revision, like main; ${shown} is none.`);
  }
  try {
    return (await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])).trim();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { stderr = '' } = error as { readonly stderr?: string };
    const reason = stderr.trim() === '' ? '' : ` (git says: ${printable(stderr.split('\n')[0] ?? '')})`;
    throw new UserError(`unknown git revision ${shown}; check the spelling, or fetch it first${reason}`);
  }
}

function gitIn(cwd: string): Git {
  // In English, since the messages are searched.
  const env = { ...process.env, LC_ALL: 'C' };
  return async (args) => {
    try {
      const { stdout } = await promisify(execFile)('git', [...args], { cwd, maxBuffer: LARGEST, env });
      return stdout;
    } catch (error) {
      const { code, stderr = '' } = error as { readonly code?: unknown; readonly stderr?: string };
      if (code === 'ENOENT') throw new UserError('--since needs git, which is not installed here.');
      if (code === 128 && /not a git repository/.test(stderr)) {
        throw new UserError('--since needs a git repository; this folder is not in one.');
      }
      throw error;
    }
  };
}
