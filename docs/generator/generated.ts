import { configurationPage } from './configuration-page.ts';
import { stackFileSchema } from './stack-file-schema.ts';

/** Returns the content of each file that `npm run docs` writes, by path. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    'docs/configuration.md': configurationPage(),
    'docs/stack-file.schema.json': `${JSON.stringify(stackFileSchema(), undefined, 2)}\n`,
  };
}
