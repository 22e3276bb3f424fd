import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { CODE } from '../../limits/lambda.ts';

/** The contents of an archive by name: strings, and paths of local files and folders. */
export interface Contents {
  readonly texts: Readonly<Record<string, string>>;
  readonly paths: Readonly<Record<string, string>>;
}

function filesOf(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile());
}

/** Adds up the sizes of an archive's strings and files. */
function sumOf({ texts, paths }: Contents, ofText: (text: string) => number, ofFile: (path: string) => number): number {
  const files = Object.values(paths).flatMap(filesOf);
  return [...Object.values(texts).map(ofText), ...files.map(ofFile)].reduce((sum, size) => sum + size, 0);
}

/** Returns the uncompressed bytes of an archive. */
export function bytesOf(contents: Contents): number {
  return sumOf(
    contents,
    (text) => Buffer.byteLength(text),
    (file) => statSync(file).size,
  );
}

/** Returns why Lambda would reject an archive of this many uncompressed bytes, or undefined. */
export function sizeProblem(contents: Contents, bytes: number): string | undefined {
  if (bytes > CODE.unzipped)
    return `its archive has ${sizeText(bytes)}; Lambda accepts at most ${sizeText(CODE.unzipped)}`;
  if (bytes <= CODE.zipped) return undefined;
  const compressed = (content: string | Buffer): number => deflateRawSync(content).length;
  const zipped = sumOf(contents, compressed, (file) => compressed(readFileSync(file)));
  return zipped > CODE.zipped
    ? `its archive has ${sizeText(zipped)} compressed; Lambda accepts an upload of at most ${sizeText(CODE.zipped)}`
    : undefined;
}

/** Formats a size: `3 kB`, `17.3 MB`. */
export function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
