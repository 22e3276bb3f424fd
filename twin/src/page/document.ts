import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLIENT = new URL('./client/', import.meta.url);

/** The page, compiled: one document with its style and its code in it. */
export interface PageDocument {
  readonly html: string;
  /** The content security policy: this very code and style, and the twin's own endpoints, nothing else. */
  readonly policy: string;
}

/** The script and the style, by their file in the package, which is compiled with it, and their source. */
export const PARTS = { 'main.js': 'main.tsx', 'main.css': 'style.css' } as const;

/** Compiles the page on its first request, which takes a tenth of a second. */
export async function compilePage(): Promise<PageDocument> {
  const [script, style, template] = await Promise.all([part('main.js'), part('main.css'), read('index.html')]);
  // A function, or `$&` in the code would mean something.
  const html = template
    .replace('<!-- style -->', () => `<style>${style}</style>`)
    .replace('<!-- script -->', () => `<script type="module">${script}</script>`);
  return { html, policy: policyOf(script, style) };
}

/**
 * Source: https://www.w3.org/TR/CSP3/ and https://w3c.github.io/trusted-types/: with no policy for trusted types at all,
 * the browser itself refuses to make markup or code of a text.
 */
function policyOf(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function part(file: keyof typeof PARTS): Promise<string> {
  return extname(import.meta.url) === '.js' ? read(file) : bundle(PARTS[file]);
}

function read(file: string): Promise<string> {
  return readFile(new URL(file, CLIENT), 'utf8');
}

/** Returns a source of the page with all that it imports, as browsers take it. */
export async function bundle(file: string): Promise<string> {
  const esbuild = await import('esbuild');
  const { outputFiles } = await esbuild.build({
    absWorkingDir: fileURLToPath(CLIENT),
    entryPoints: [file],
    outdir: '.',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
