import { configurationPage } from './configuration-page.ts';
import { stackFileSchema } from './stack-file-schema.ts';

/** The files that `npm run docs` writes, by path, with what belongs into them. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    'docs/configuration.md': configurationPage(),
    'docs/stack-file.schema.json': `${JSON.stringify(stackFileSchema(), undefined, 2)}\n`,
  };
}
