import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const FILES = globSync(['**/*.{ts,tsx,css}', '.github/**/*.ts'], {
  cwd: ROOT,
  exclude: ['node_modules/**', '.twin/**', 'coverage/**'],
}).toSorted();
const PROGRAM = ['index.ts', 'contract.ts', 'settings.ts', 'auth0.ts', 'api.ts'];

interface Import {
  readonly file: string;
  /** The path from the root of the project, or the package's name. */
  readonly target: string;
  readonly written: string;
  readonly relative: boolean;
  /** Whether it is gone when the types are: `import type`, which loads nothing. */
  readonly typeOnly: boolean;
}

const IMPORTS = FILES.flatMap(importsOf);

/** The part of the project that a file belongs to. */
function partOf(file: string): string {
  if (PROGRAM.includes(file)) return 'program';
  // `npm start` puts the twin and its page together; nothing imports it.
  if (file === 'twin/start.ts' || file === 'twin/main.ts') return 'start';
  if (file.startsWith('page/client/') || file === 'page/messages.ts') return 'client';
  return file.includes('/') ? (file.split('/')[0] ?? file) : 'top';
}

/** Part to the parts that its files may import, besides packages. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  program: ['program', 'common'],
  common: ['common'],
  graph: ['graph', 'common'],
  twin: ['twin', 'graph', 'common'],
  access: ['access', 'twin', 'graph', 'common'],
  page: ['page', 'client', 'access', 'twin', 'graph', 'common'],
  // It runs in a browser: what both sides say to each other is all that it shares.
  client: ['client'],
  start: ['start', 'twin', 'page', 'common'],
  handler: ['handler'],
  reference: ['reference', 'program', 'graph', 'common'],
  // They run without `npm ci`, in a job that may write to GitHub.
  '.github': ['.github', 'common'],
};

/** The parts whose exports are read by whoever changes another part. */
const DOCUMENTED = ['program', 'common', 'graph', 'twin', 'start', 'access', 'reference'];

describe('The architecture', () => {
  it('is read from all the files', () => {
    expect(FILES).toEqual(expect.arrayContaining([...PROGRAM, 'graph/record.ts', 'common/user-error.ts']));
    expect(IMPORTS).toContainEqual({
      file: 'index.ts',
      target: 'auth0.ts',
      written: './auth0.ts',
      relative: true,
      typeOnly: false,
    });
    expect(IMPORTS.filter(({ typeOnly }) => typeOnly).length).toBeGreaterThan(10);
  });

  it.each(Object.entries(ALLOWED))('has no arrow from %s but to %j', (part, allowed) => {
    const wrong = IMPORTS.filter(
      ({ file, target, relative }) => partOf(file) === part && relative && !allowed.includes(partOf(target)),
    );
    expect(wrong.map(arrow)).toEqual([]);
  });

  it.each([
    { from: 'twin/gateway/', to: 'twin/tenant/' },
    { from: 'twin/tenant/', to: 'twin/gateway/' },
  ])('has no arrow from $from to $to: what they share are tokens and keys', ({ from, to }) => {
    const wrong = IMPORTS.filter(({ file, target }) => file.startsWith(from) && target.startsWith(to));
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('decides the cells of the access report by pure modules alone: no file, no socket, no process', () => {
    const reached = new Set(['access/cells.ts']);
    for (const file of reached) {
      for (const one of IMPORTS.filter((other) => other.file === file && !other.typeOnly)) reached.add(one.target);
    }
    expect([...reached]).toEqual(expect.arrayContaining(['twin/gateway/judge.ts', 'twin/tenant/scopes.ts']));
    expect([...reached].filter((target) => !target.endsWith('.ts'))).toEqual(['node:crypto']);
  });

  it('has no arrow from the page to its client but what they say to each other, nor to what starts it', () => {
    const wrong = IMPORTS.filter(
      ({ file, target }) =>
        (partOf(file) === 'page' && target.startsWith('page/client/')) ||
        (partOf(target) === 'start' && partOf(file) !== 'start' && !file.startsWith('tests/')),
    );
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('keeps the SDKs out of the long-running process: nothing that twin/ loads loads Pulumi or a recording', () => {
    const seen = new Set(FILES.filter((file) => file.startsWith('twin/')));
    const wrong: Import[] = [];
    for (const file of seen) {
      for (const one of IMPORTS.filter((other) => other.file === file && !other.typeOnly)) {
        if (one.target.startsWith('@pulumi/') || one.target === 'graph/record.ts') wrong.push(one);
        else if (one.relative) seen.add(one.target);
      }
    }
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('has relative imports of files that are there, with their ending .ts', () => {
    const wrong = IMPORTS.filter(({ relative, target }) => relative && !FILES.includes(target));
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('has no arrow from a workflow’s script to a package: it runs where none is installed', () => {
    const seen = new Set(FILES.filter((file) => partOf(file) === '.github'));
    expect(seen.size).toBeGreaterThan(4);
    const wrong: Import[] = [];
    for (const file of seen) {
      for (const one of IMPORTS.filter((other) => other.file === file && !other.typeOnly)) {
        if (one.relative) seen.add(one.target);
        else if (!one.target.startsWith('node:')) wrong.push(one);
      }
    }
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('has one default export, the program’s, besides those that a tool’s configuration must have', () => {
    const files = FILES.filter((file) => /^export default |^export \{[^}]*\bas default\b/m.test(read(file)));
    expect(files.filter((file) => !file.endsWith('.config.ts'))).toEqual(['index.ts']);
  });

  it.each(DOCUMENTED)('has a docstring on every function, class and type that %s exports', (part) => {
    const files = FILES.filter((file) => partOf(file) === part);
    expect(files.flatMap((file) => exportsOf(read(file)))).not.toEqual([]);
    const lacking = files.flatMap((file) => undocumented(read(file)).map((name) => `${file}: ${name}`));
    expect(lacking).toEqual([]);
  });

  it.each([
    {
      title: 'a function',
      text: '/** One. */\nexport function a() {}\n\nexport async function b() {}\n',
      lacks: ['b'],
    },
    {
      title: 'a class',
      text: '/**\n * One.\n */\nexport class A {}\nexport abstract class B {}\n',
      lacks: ['B'],
    },
    {
      title: 'a type',
      text: '/** One. */\nconst a = 1;\nexport interface B {}\nexport type C<T> = T;\n',
      lacks: ['B', 'C'],
    },
    {
      title: 'what has another comment',
      text: '/* A. */\nexport type A = 1;\n// B.\nexport type B = 2;\n',
      lacks: ['A', 'B'],
    },
    { title: 'what has an empty docstring', text: '/** */\nexport function a() {}\n', lacks: ['a'] },
    { title: 'a default export', text: 'export default async function a() {}\n', lacks: ['a'] },
    { title: 'nothing exported elsewhere', text: "export type { A } from './a.ts';\nexport { b };\n", lacks: [] },
  ])('would be found to lack one on $title', ({ text, lacks }) => {
    expect(undocumented(text)).toEqual(lacks);
  });

  it('has no file of more than 350 lines', () => {
    const long = FILES.map((file) => ({ file, lines: read(file).split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > 350)).toEqual([]);
  });
});

function read(file: string): string {
  return readFileSync(posix.join(ROOT, file), 'utf8');
}

function importsOf(file: string): Import[] {
  const statements = /^(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm;
  const dynamic = /\bimport\(\s*()'([^']+)'/g;
  const text = read(file);
  return [...text.matchAll(statements), ...text.matchAll(dynamic)].map(([, type, written = '']) => {
    const relative = written.startsWith('.');
    const target = relative ? posix.join(posix.dirname(file), written) : written;
    return { file, target, written, relative, typeOnly: Boolean(type) };
  });
}

interface Export {
  readonly name: string;
  readonly documented: boolean;
}

function exportsOf(text: string): Export[] {
  const exported =
    /(\/\*\*(?:(?!\*\/)[^])*[\p{L}](?:(?!\*\/)[^])*\*\/\n)?^export (?:default )?(?:async |abstract )?(?:function\*?|class|interface|type) (\w+)/gmu;
  return [...text.matchAll(exported)].map(([, docstring, name = '']) => ({
    name,
    documented: docstring !== undefined,
  }));
}

function undocumented(text: string): string[] {
  return exportsOf(text).flatMap(({ name, documented }) => (documented ? [] : [name]));
}

function arrow({ file, written }: Import): string {
  return `${file} -> ${written}`;
}
