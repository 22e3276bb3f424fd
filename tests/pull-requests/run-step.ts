import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { folderWith } from '../support/folder.ts';
import { ROOT } from '../support/project.ts';
import { jobOf } from '../support/workflows.ts';

/**
 * Runs the script of a workflow's step as GitHub does, in a folder with these files and the scripts of the repository.
 * @param step its name or id
 * @returns the folder
 */
export function runStep(
  file: string,
  job: string,
  step: string,
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  prepare?: (folder: URL) => void,
): URL {
  const script = jobOf(file, job).steps?.find(({ name, id }) => step === (name ?? id))?.run;
  if (script === undefined) throw new Error(`${file}, ${job} has no step ${step} with a script`);
  const folder = folderWith(files);
  symlinkSync(fileURLToPath(new URL('.github', ROOT)), new URL('.github', folder));
  prepare?.(folder);
  execFileSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd: fileURLToPath(folder),
    env: { PATH: `${fileURLToPath(folder)}:${process.env['PATH']}`, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return folder;
}
