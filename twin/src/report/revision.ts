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
    const report = files.includes(file) ? fromJson(await git(['show', `${commit}:./${file}`])) : undefined;
    return report?.stack === stack ? report : 'unreadable';
  };
  return new Map(await Promise.all([...new Set(stacks)].map(async (stack) => [stack, await read(stack)] as const)));
}

type Git = (args: readonly string[]) => Promise<string>;

/** Resolves a revision from the command line, which may not be several revisions. */
async function commitOf(git: Git, revision: string): Promise<string> {
  try {
    return (await git(['rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`])).trim();
  } catch (error) {
    const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string };
    const [says = ''] = (stderr || message).split('\n');
    throw new UserError(
      `--since ${JSON.stringify(printable(revision, 100))}: ${printable(says, 200)}; check its spelling, or fetch it first`,
    );
  }
}

function gitIn(cwd: string): Git {
  return async (args) => (await promisify(execFile)('git', [...args], { cwd, maxBuffer: LARGEST })).stdout;
}
