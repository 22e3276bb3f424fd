import { writeFileSync } from 'node:fs';
import { generatedFiles } from './generated.ts';

// The entry of `npm run docs`.
for (const [file, text] of Object.entries(generatedFiles())) {
  writeFileSync(new URL(`../../${file}`, import.meta.url), text);
  process.stdout.write(`${file}\n`);
}
