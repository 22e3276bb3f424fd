import * as pulumi from '@pulumi/pulumi';
import { UserError } from '../common/user-error.ts';
import type { Plain } from '../resources/resource.ts';

/** Pulumi's mark on a wrapped secret. Source: pulumi/pulumi, sdk/nodejs/runtime/rpc.ts (`specialSigKey`). */
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';

interface PlainInputs {
  readonly value: Readonly<Record<string, Plain>>;
  /** Dotted paths of the inputs that were marked secret. */
  readonly secrets: readonly string[];
}

/**
 * Returns a resource's inputs, as mocks receive them, as plain data. Secrets are unwrapped, and an archive becomes
 * `{ archive: { file name: text } }`.
 * @throws UserError for an asset, or an archive of anything but `StringAsset`s
 */
export async function plain(inputs: Readonly<Record<string, unknown>>): Promise<PlainInputs> {
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
  return new UserError(`the twin cannot read the asset in input ${path}; use an AssetArchive of StringAssets`, {
    code: 'not-emulated',
  });
}
