import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, onTestFinished } from 'vitest';

/** A folder with these files, for as long as the test runs, or until all tests of the file have. */
export function folderWith(
  files: Readonly<Record<string, string>>,
  until: 'the test' | 'the whole file' = 'the test',
): URL {
  const folder = mkdtempSync(join(tmpdir(), 'auth0-http-api-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  if (until === 'the test') onTestFinished(remove);
  else afterAll(remove);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return pathToFileURL(`${folder}/`);
}
