import { chownSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/common/user-error.ts';
import { openState } from '../../src/server/state.ts';
import { startHere } from '../support/cli.ts';
import { useHandlers } from '../../../tests/support/handlers.ts';
import { copyProject, type ProjectCopy } from '../../../tests/support/project.ts';
import { exists } from '../../../tests/support/running.ts';
import { canMount, mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { call, startTestTwin, type TestTwin } from '../support/twin.ts';

describe('A full or unusable disk', () => {
  let project: ProjectCopy;
  let disk: SmallDisk | undefined;
  beforeEach(() => {
    project = copyProject();
  });
  afterEach(() => {
    disk?.unmount();
    disk = undefined;
    project.remove();
  });
  const mount = (size: number): SmallDisk => (disk = mountSmallDisk(join(project.path, '.twin/dev'), size));

  const rows: readonly (readonly [string, boolean, () => void, RegExp])[] = [
    [
      'if .twin/dev is a file',
      true,
      () => {
        mkdirSync(join(project.path, '.twin'));
        project.write('.twin/dev', '');
      },
      /EEXIST|ENOTDIR/,
    ],
    ['if .twin is a file', true, () => project.write('.twin', ''), /ENOTDIR|EEXIST/],
    ['if .twin is a broken link', true, () => symlinkSync('/no/where', join(project.path, '.twin')), /ENOENT/],
    [
      'if the seed is a folder',
      true,
      () => mkdirSync(join(project.path, '.twin/dev/seed'), { recursive: true }),
      /EISDIR/,
    ],
    [
      'if the disk is full',
      canMount,
      () => {
        mount(4);
        project.write('.twin/dev/other', 'x'.repeat(4096));
      },
      /ENOSPC/,
    ],
    ['if the disk is read-only', canMount, () => mount(64).remountReadOnly(), /EROFS/],
  ];

  it.runIf(process.getuid?.() === 0)('A twin does not use a state folder that another user owns', () => {
    mkdirSync(join(project.path, '.twin/dev'), { recursive: true });
    chownSync(join(project.path, '.twin/dev'), 65_534, 65_534);
    expect(() => openState(project.root, 'dev')).toThrow('.twin/dev/ belongs to another user');
  });

  it('A file that stands where a new one is prepared does not get its content', () => {
    mkdirSync(join(project.path, '.twin/dev'), { recursive: true });
    const planted = join(project.path, 'planted');
    project.write('planted', '');
    symlinkSync(planted, join(project.path, `.twin/dev/seed.${process.pid}.tmp`));
    openState(project.root, 'dev').release();
    expect(project.read('planted')).toBe('');
  });

  it.each(rows)('openState fails with one line about .twin/dev %s', (_when, possible, change, message) => {
    if (!possible) return;
    change();
    let caught: unknown;
    try {
      openState(project.root, 'dev');
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UserError);
    expect((caught as UserError).message).toMatch(/^\.twin\/dev\/ cannot be used \([^\n]*$/);
    expect((caught as UserError).message).toMatch(message);
  });

  it.runIf(canMount)(
    'twin start fails with one line and leaves no run.json if the disk becomes full while it starts',
    async () => {
      // A page for the seed, one for each key and certificate, and the handler's archive does not fit.
      mount(16);
      const error: unknown = await startHere(project).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(/^\.twin\/dev\/ cannot be used \(ENOSPC[^\n]*$/);
      expect(existsSync(join(project.path, '.twin/dev/run.json'))).toBe(false);
      expect(existsSync(join(project.path, '.twin/dev/outputs.json'))).toBe(false);
    },
  );
});

describe('A reload with an unusable disk', () => {
  let twin: TestTwin;
  let disk: SmallDisk | undefined;
  beforeAll(async () => {
    twin = await startTestTwin({
      change: (project) => {
        if (canMount) disk = mountSmallDisk(join(project.path, '.twin/dev'), 256);
        // Archives are unpacked to the folder for temporary files.
        if (canMount) vi.stubEnv('TMPDIR', join(project.path, '.twin/dev'));
        useHandlers(project, {
          pid: 'export const handler = async (event) => (event.pathParameters ? process.cwd() : process.pid);',
          word: wordHandler('first'),
        });
      },
    });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await twin.close();
    disk?.unmount();
    twin.project.remove();
  });

  const pidOf = async (): Promise<number> => Number((await call(twin, undefined, '/pid')).text);
  const folderOf = async (): Promise<string> => (await call(twin, undefined, '/pid/folder')).text;
  const word = async (): Promise<string> => (await call(twin, undefined, '/word')).text;

  it('A reload that cannot write leaves the old program serving, and succeeds once it can write', async () => {
    const [runJson, before] = [twin.project.read('.twin/dev/run.json'), await word()];
    twin.project.write('handler/word.ts', wordHandler('second'));
    // Where the new file would be prepared there is a folder.
    const inTheWay = join(twin.project.path, `.twin/dev/outputs.json.${process.pid}.tmp`);
    mkdirSync(inTheWay);
    await expect(twin.reload()).rejects.toThrow('.twin/dev/ cannot be used');
    expect(await word()).toBe(before);
    expect(twin.project.read('.twin/dev/run.json')).toBe(runJson);

    rmSync(inTheWay, { recursive: true });
    // Processes may be starting from the files of an archive that is not the one that changed.
    const marks = [join(await folderOf(), 'mark')];
    marks.forEach((mark) => writeFileSync(mark, ''));
    expect(await twin.reload()).toBe('changed');
    expect(await word()).toBe('second');
    expect(twin.project.read('.twin/dev/run.json')).not.toBe(runJson);
    expect(marks.filter((mark) => !existsSync(mark))).toEqual([]);
  });

  it.runIf(canMount)(
    'A reload that finds the disk full leaves the old program serving, also in fresh processes',
    async () => {
      const [before, answer] = [await pidOf(), await word()];
      twin.project.write('handler/word.ts', wordHandler('x'.repeat(300_000)));
      await expect(twin.reload()).rejects.toThrow(/cannot be used \(ENOSPC/);
      expect(await word()).toBe(answer);
      expect(await pidOf()).toBe(before);
      process.kill(before, 'SIGKILL');
      await expect.poll(() => exists(before)).toBe(false);
      expect(await pidOf()).toBeGreaterThan(0);
    },
  );
});

function wordHandler(word: string): string {
  return `export const handler = async () => '${word}';`;
}
