import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { UserError } from '../common/user-error.ts';
import type { Plain } from '../resources/resource.ts';

/** A property in the resource monitor's protocol: JSON that includes marked objects. */
export type Wire = null | boolean | number | string | readonly Wire[] | WireObject;
export interface WireObject {
  readonly [key: string]: Wire;
}

/** Marks of special values. Source: pulumi/pulumi, sdk/nodejs/runtime/rpc.ts. */
export const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';
const ASSET = 'c44067f5952c0a294b673a41bacd8c17';
const ARCHIVE = '0def7320c3a5731c473e5ecbe6d01bc7';
export const RESOURCE = '5cf8f73096256a8f31e491e813e4eb8e';

export function secret(value: Wire): Wire {
  return isObject(value) && value[SIGNATURE] === SECRET ? value : { [SIGNATURE]: SECRET, value };
}

interface PlainProperties {
  readonly value: Readonly<Record<string, Plain>>;
  readonly secrets: readonly string[];
}

/**
 * Returns properties as plain data. Secrets are unwrapped, a resource becomes its id, and an archive becomes
 * `{ archive: { file name: text }, binary: { file name: base64 } }`; `binary` is absent without binary files.
 * @param folder the base of assets' relative paths
 * @throws UserError for an asset that is not on this machine
 */
export function plain(properties: WireObject, folder: string): PlainProperties {
  const secrets: string[] = [];
  const convert = (value: Wire, path: string): Plain => {
    if (Array.isArray(value)) return value.map((item: Wire, index) => convert(item, `${path}.${index}`));
    if (!isObject(value)) return value;
    const { [SIGNATURE]: kind, value: inner = null, id, urn } = value;
    if (kind === undefined) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item, `${path}.${key}`)]));
    }
    if (kind === SECRET) {
      secrets.push(path);
      return convert(inner, path);
    }
    if (kind === RESOURCE) return typeof id === 'string' && id !== '' ? id : asText(urn);
    if (kind === ARCHIVE || kind === ASSET) return asPlain(filesOf(value, folder, path));
    throw new UserError(`input ${path} has a type that the twin does not support`, { code: 'not-emulated' });
  };
  const value = Object.fromEntries(Object.entries(properties).map(([key, item]) => [key, convert(item, key)]));
  return { value, secrets };
}

type Files = ReadonlyMap<string, Uint8Array>;

/** The name in an archive for an asset, which is a single file. */
const ALONE = '';

function filesOf(value: WireObject, folder: string, path: string): Files {
  const { text, path: file, uri, assets } = value;
  if (typeof uri === 'string') {
    throw new UserError(`input ${path}: the twin downloads nothing; use a file instead of ${uri}`, {
      code: 'not-emulated',
    });
  }
  if (typeof text === 'string') return new Map([[ALONE, Buffer.from(text)]]);
  if (typeof file === 'string') return read(resolve(folder, file), value[SIGNATURE] === ARCHIVE, path);
  const files = new Map<string, Uint8Array>();
  for (const [name, asset] of Object.entries(isObject(assets ?? null) ? (assets as WireObject) : {})) {
    if (!isObject(asset)) continue;
    for (const [inner, bytes] of filesOf(asset, folder, `${path}.${name}`)) {
      files.set(inner === ALONE ? name : `${name}/${inner}`, bytes);
    }
  }
  return files;
}

function read(file: string, isArchive: boolean, path: string): Files {
  try {
    if (!isArchive) return new Map([[ALONE, readFileSync(file)]]);
    if (statSync(file).isDirectory()) {
      const names = readdirSync(file, { recursive: true, encoding: 'utf8' });
      const inside = names.filter((name) => statSync(join(file, name)).isFile());
      return new Map(inside.map((name) => [name.replaceAll('\\', '/'), readFileSync(join(file, name))]));
    }
    if (!/\.(zip|jar)$/.test(file)) throw new Error('only .zip and .jar archives are supported');
    return new Map(Object.entries(unzipSync(readFileSync(file))).filter(([name]) => !name.endsWith('/')));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`input ${path}: the twin cannot read ${file}: ${why}`, { code: 'not-emulated' });
  }
}

function asPlain(files: Files): Plain {
  const archive: Record<string, string> = {};
  const binary: Record<string, string> = {};
  for (const [name, bytes] of files) {
    const text = Buffer.from(bytes).toString('utf8');
    if (text.includes('\uFFFD')) binary[name] = Buffer.from(bytes).toString('base64');
    else archive[name] = text;
  }
  return Object.keys(binary).length === 0 ? { archive } : { archive, binary };
}

function asText(value: Wire | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function isObject(value: Wire): value is WireObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
