import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyProject, ROOT } from './support/project.ts';

it('The linter reports an Output in a plain template string', async () => {
  const project = copyProject();
  cpSync(fileURLToPath(new URL('.oxlintrc.json', ROOT)), join(project.path, '.oxlintrc.json'));
  project.edit('api.ts', 'pulumi.interpolate`integrations/${integration.id}`', '`integrations/${integration.id}`');
  const oxlint = join(project.path, 'node_modules/.bin/oxlint');
  const [code, text] = await new Promise<[number, string]>((resolve) => {
    execFile(oxlint, ['--deny-warnings', 'api.ts'], { cwd: project.path }, (error, stdout) => {
      resolve([error === null ? 0 : 1, stdout]);
    });
  });
  expect(text).toContain('restrict-template-expressions');
  expect(code).toBe(1);
  project.remove();
});
