import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, type ProjectCopy } from '../../../tests/support/project.ts';

export interface Run {
  readonly child: ChildProcess;
  /** Everything printed so far. */
  readonly text: () => string;
  /** Resolves once the text has come; rejects with what there was when it has not. */
  readonly until: (wanted: string | RegExp) => Promise<void>;
  readonly ended: Promise<number | null>;
}

/** Runs a script of the twin, or one of a copied project, in the copy with this very Node, as its npm scripts would. */
export function run(project: ProjectCopy, script: string, args: readonly string[]): Run {
  const file = join(script.startsWith('twin/') ? fileURLToPath(ROOT) : project.path, script);
  const child = spawn(process.execPath, [file, ...args], { cwd: project.path, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      waiting.forEach((check) => check());
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const until = (wanted: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${String(wanted)} did not come within 20 s:\n${text}`)), 20_000);
      const check = (): void => {
        if (typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text)) return;
        clearTimeout(timer);
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return { child, text: () => text, until, ended };
}
