import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { startCommand } from './command.ts';
import { installProject, pack } from './install.ts';

const run = promisify(execFile);

describe('This repository with the packed twin', () => {
  let folder: string;
  const npm = (...args: readonly string[]) => run('npm', args, { cwd: folder, maxBuffer: 1e8 });

  beforeAll(() => {
    folder = installProject(pack());
    expect(existsSync(join(folder, 'twin'))).toBe(false);
  });

  it('npm start serves the program with the packed twin', async () => {
    const { printed } = await startCommand(folder, 'npm', 'start', '--', '--port', '0', '--tenant-port', '0');
    expect(printed).toContain('GET /test');
  });

  it('npm run access finds the committed reports up to date with the packed twin', async () => {
    const { stdout } = await npm('run', '-s', 'access', '--', '--check');
    expect(stdout).toContain('are what the program declares');
  });

  it('The program compiles against the packed twin’s declarations', async () => {
    await npm('run', '-s', 'types');
  });

  it('The tests of the program pass with the packed twin', async () => {
    const { stdout } = await npm('test', '--', '--reporter=dot');
    expect(stdout).toContain('passed');
  });
});
