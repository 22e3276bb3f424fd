// `npm run -s package`: compiles the twin into a folder of its own, packs that, and prints the tarball's path. The
// sources never see what is compiled, so a stale build cannot replace them.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundle, PARTS } from './src/page/document.ts';

const TWIN = import.meta.dirname;
const PACKAGE = join(TWIN, '.package');
const STAGED = join(PACKAGE, 'staged');
/** The folder of `twin/src` in the package; `limits` is compiled beside it. */
const DIST = 'dist/twin/src';
const CLIENT = 'page/client';
const DOCS = ['access', 'fidelity', 'login', 'verification'];

rmSync(PACKAGE, { recursive: true, force: true });
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [compiler, '-p', join(TWIN, 'tsconfig.package.json')], { stdio: ['ignore', 2, 2] });

const staged = (file: string): string => join(STAGED, DIST, file);
chmodSync(staged('cli/main.js'), 0o755);
mkdirSync(staged(CLIENT), { recursive: true });
cpSync(join(TWIN, 'src', CLIENT, 'index.html'), staged(`${CLIENT}/index.html`));
for (const [file, source] of Object.entries(PARTS)) writeFileSync(staged(`${CLIENT}/${file}`), await bundle(source));

cpSync(join(TWIN, 'examples'), join(STAGED, 'examples'), { recursive: true });
for (const name of DOCS) cpSync(join(TWIN, `../docs/${name}.md`), join(STAGED, `docs/${name}.md`));
const readme = readFileSync(join(TWIN, 'README.md'), 'utf8');
writeFileSync(join(STAGED, 'README.md'), readme.replaceAll('](../docs/', '](docs/'));
const {
  private: _,
  devDependencies: __,
  ...manifest
} = JSON.parse(readFileSync(join(TWIN, 'package.json'), 'utf8')) as Record<string, unknown>;
const compiled = {
  ...manifest,
  bin: { twin: `${DIST}/cli/main.js` },
  // For an older moduleResolution, which reads no exports.
  types: `./${DIST}/index.d.ts`,
  exports: {
    '.': { types: `./${DIST}/index.d.ts`, default: `./${DIST}/index.js` },
    './rules': { types: `./${DIST}/rules/rules.d.ts`, default: `./${DIST}/rules/rules.js` },
  },
  files: ['dist', 'docs', 'examples'],
};
writeFileSync(join(STAGED, 'package.json'), JSON.stringify(compiled, null, 2));

const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', PACKAGE], {
  cwd: STAGED,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 2],
});
const [{ filename }] = JSON.parse(packed) as [{ readonly filename: string }];
process.stdout.write(`${join(PACKAGE, filename)}\n`);
