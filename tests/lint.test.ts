import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyProject, ROOT } from './support/project.ts';

it('the linter catches an Output put into a plain string, which the compiler does not', async () => {
  const project = copyProject();
  cpSync(fileURLToPath(new URL('.oxlintrc.json', ROOT)), join(project.path, '.oxlintrc.json'));
  project.edit('api.ts', 'pulumi.interpolate`integrations/${integration.id}`', '`integrations/${integration.id}`');
  const run = (tool: string, args: readonly string[]): Promise<{ code: number; text: string }> =>
    new Promise((resolve) => {
      const path = join(project.path, 'node_modules/.bin', tool);
      execFile(path, args, { cwd: project.path }, (error, stdout) =>
        resolve({ code: error === null ? 0 : 1, text: stdout }),
      );
    });
  expect(await run('oxlint', ['--deny-warnings', 'api.ts'])).toMatchObject({
    code: 1,
    text: expect.stringContaining('restrict-template-expressions') as string,
  });
  expect(await run('tsc', [])).toMatchObject({ code: 0 });
  project.remove();
});
