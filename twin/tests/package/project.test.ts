import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCommand } from './command.ts';
import { installProject, pack } from './install.ts';

const run = promisify(execFile);

describe('This repository without twin/, with the packed twin installed', () => {
  let folder: string;
  const npm = (...args: readonly string[]) => run('npm', args, { cwd: folder, maxBuffer: 1e8 });

  beforeAll(() => {
    folder = installProject(pack());
    expect(existsSync(join(folder, 'twin'))).toBe(false);
  });

  it('serves the program by npm start', async () => {
    const { printed } = await startCommand(folder, 'npm', 'start', '--', '--port', '0', '--tenant-port', '0');
    expect(printed).toContain('GET /test');
  });

  it('finds the committed access reports up to date by npm run access', async () => {
    const { stdout } = await npm('run', '-s', 'access', '--', '--check');
    expect(stdout).toContain('are what the program declares');
  });

  it('compiles against the declarations of the package', async () => {
    await npm('run', '-s', 'types');
  });

  it('passes the tests of the program', async () => {
    const { stdout } = await npm('test', '--', '--reporter=dot');
    expect(stdout).toContain('passed');
  });
});
