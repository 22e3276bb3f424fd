import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onKeys, openInBrowser } from '../../../src/cli/keys.ts';

const PAGE = 'http://localhost:3001/?key=the-page-key';

it('A letter and Enter do what the start screen says, and any other line does nothing', async () => {
  const input = new PassThrough();
  const done: string[] = [];
  onKeys(input, { c: () => done.push('c'), o: () => done.push('o'), q: () => done.push('q') });
  input.end('c\n\nO \ncurl\nq\n');
  await vi.waitFor(() => expect(done).toEqual(['c', 'o', 'q']));
});

describe.runIf(process.platform === 'linux')('The letter o', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keys-'));
    writeFileSync(
      join(folder, 'xdg-open'),
      `#!/bin/sh\necho "$@" > '${folder}/arguments.part'\nmv '${folder}/arguments.part' '${folder}/arguments'\n`,
    );
    chmodSync(join(folder, 'xdg-open'), 0o700);
    vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('The letter o opens a private file that leads to the page, so that no list of processes has the key', async () => {
    expect(openInBrowser(PAGE, pathToFileURL(`${folder}/`))).toContain(PAGE);
    const argument = await vi.waitFor(() => readFileSync(join(folder, 'arguments'), 'utf8').trim(), 10_000);
    expect(argument).toBe(join(folder, 'page.html'));
    expect(readFileSync(argument, 'utf8')).toContain(`url=${PAGE}`);
    expect(statSync(argument).mode & 0o777).toBe(0o600);
  });

  it('The letter o says what to do where no browser comes up, and ends nothing', () => {
    vi.stubEnv('PATH', '/nowhere');
    expect(openInBrowser(PAGE, pathToFileURL(`${folder}/`))).toContain('open it yourself');
    expect(openInBrowser('', pathToFileURL(`${folder}/`))).toContain('There is no page');
  });
});
