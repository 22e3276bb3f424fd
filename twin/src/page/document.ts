import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLIENT = new URL('./client/', import.meta.url);

interface PageDocument {
  readonly html: string;
  /** The content security policy: allows only this code, this style and the twin's endpoints. */
  readonly policy: string;
}

export const PARTS = { 'main.js': 'main.tsx', 'main.css': 'style.css' } as const;

let compiled: Promise<PageDocument> | undefined;

/** Returns the page, compiled once in a process. After an error, the next load compiles it again. */
export function compilePage(): Promise<PageDocument> {
  compiled ??= compile().catch((error: unknown) => {
    compiled = undefined;
    throw error;
  });
  return compiled;
}

async function compile(): Promise<PageDocument> {
  const [script, style, template] = await Promise.all([part('main.js'), part('main.css'), read('index.html')]);
  // A function, since `$&` in a string would be replaced.
  const html = template
    .replace('<!-- style -->', () => `<style>${style}</style>`)
    .replace('<!-- script -->', () => `<script type="module">${script}</script>`);
  return { html, policy: policyOf(script, style) };
}

/**
 * Returns the content security policy. Without a policy for trusted types, the browser never turns a string into code.
 * Source: https://www.w3.org/TR/CSP3/ and https://w3c.github.io/trusted-types/
 */
function policyOf(script: string, style: string): string {
  const [scriptHash, styleHash] = [script, style].map((text) => hash('sha256', text, 'base64'));
  return (
    `default-src 'none'; script-src 'sha256-${scriptHash}'; style-src 'sha256-${styleHash}'; connect-src 'self'; ` +
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'"
  );
}

function part(file: keyof typeof PARTS): Promise<string> {
  return extname(import.meta.url) === '.js' ? read(file) : bundle(PARTS[file]);
}

function read(file: string): Promise<string> {
  return readFile(new URL(file, CLIENT), 'utf8');
}

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
