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

/** Returns the uncompressed bytes of an archive. */
export function bytesOf({ texts, paths }: Contents): number {
  const all = [
    ...Object.values(texts).map((text) => Buffer.byteLength(text)),
    ...Object.values(paths)
      .flatMap(filesOf)
      .map((file) => statSync(file).size),
  ];
  return all.reduce((sum, bytes) => sum + bytes, 0);
}

/** Returns why Lambda would reject an archive of this many uncompressed bytes, or undefined. */
export function sizeProblem(contents: Contents, bytes: number): string | undefined {
  if (bytes > CODE.unzipped)
    return `its archive has ${sizeText(bytes)}; Lambda accepts at most ${sizeText(CODE.unzipped)}`;
  if (bytes <= CODE.zipped) return undefined;
  const zipped = [
    ...Object.values(contents.texts).map((text) => Buffer.from(text)),
    ...Object.values(contents.paths)
      .flatMap(filesOf)
      .map((file) => readFileSync(file)),
  ].reduce((sum, content) => sum + deflateRawSync(content).length, 0);
  return zipped > CODE.zipped
    ? `its archive has ${sizeText(zipped)} compressed; Lambda accepts an upload of at most ${sizeText(CODE.zipped)}`
    : undefined;
}

/** Formats a size: `3 kB`, `17.3 MB`. */
export function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
