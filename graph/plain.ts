import * as pulumi from '@pulumi/pulumi';
import { UserError } from '../common/user-error.ts';

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** Pulumi's mark on a wrapped secret. Source: pulumi/pulumi, sdk/nodejs/runtime/rpc.ts (`specialSigKey`). */
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';

/**
 * Turns a resource's inputs, as mocks see them, into plain data: secrets are unwrapped (and their paths kept), and an
 * archive becomes `{ archive: { file name: text } }`, since its parts are promises that JSON would show as nothing.
 * @throws UserError for an asset that is not text in an archive of the program's own making
 */
export async function plain(
  inputs: Readonly<Record<string, unknown>>,
): Promise<{ value: Record<string, Plain>; secrets: string[] }> {
  const secrets: string[] = [];
  const value: Record<string, Plain> = {};
  for (const [key, input] of Object.entries(inputs)) value[key] = await convert(input, key, secrets);
  return { value, secrets };
}

async function convert(input: unknown, path: string, secrets: string[]): Promise<Plain> {
  if (input === null || typeof input === 'boolean' || typeof input === 'number' || typeof input === 'string')
    return input;
  if (input === undefined) return null;
  if (pulumi.asset.Archive.isInstance(input)) return { archive: await archiveFiles(input, path) };
  if (pulumi.asset.Asset.isInstance(input)) throw unreadable(path);
  if (Array.isArray(input)) {
    const items: unknown[] = input;
    return Promise.all(items.map((item, index) => convert(item, `${path}.${index}`, secrets)));
  }
  if (typeof input !== 'object') throw new Error(`an input at ${path} is a ${typeof input}`);
  const entries = Object.entries(input);
  const fields = new Map<string, unknown>(entries);
  if (fields.get(SIGNATURE) === SECRET) {
    secrets.push(path);
    return convert(fields.get('value'), path, secrets);
  }
  if (fields.has(SIGNATURE)) throw unreadable(path);
  const converted: Record<string, Plain> = {};
  for (const [key, value] of entries) converted[key] = await convert(value, `${path}.${key}`, secrets);
  return converted;
}

async function archiveFiles(archive: pulumi.asset.Archive, path: string): Promise<Record<string, string>> {
  if (!(archive instanceof pulumi.asset.AssetArchive)) throw unreadable(path);
  const files: Record<string, string> = {};
  for (const [name, asset] of Object.entries(await archive.assets)) {
    if (!(asset instanceof pulumi.asset.StringAsset)) throw unreadable(`${path}.${name}`);
    files[name] = await asset.text;
  }
  return files;
}

function unreadable(path: string): UserError {
  return new UserError(
    `The input ${path} is an asset that the twin does not read: use an AssetArchive of StringAssets.`,
  );
}
