import * as pulumi from '@pulumi/pulumi';
import { UserError } from '../common/user-error.ts';

/** What JSON can say: no promise, output, asset or function. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** Pulumi's mark on a wrapped secret. Source: pulumi/pulumi, sdk/nodejs/runtime/rpc.ts (`specialSigKey`). */
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';

/**
 * Turns a resource's inputs, as mocks see them, into plain data: secrets are unwrapped (and their paths kept), and an
 * archive becomes `{ archive: { file name: text } }`, since its parts are promises that JSON would show as nothing.
 * @param owner whose inputs they are, for an error to name
 * @throws UserError for an asset that is not text in an archive of the program's own making
 */
export async function plain(
  inputs: Readonly<Record<string, unknown>>,
  owner: string,
): Promise<{ value: Record<string, Plain>; secrets: string[] }> {
  const within: Within = { owner, secrets: [] };
  const value: Record<string, Plain> = {};
  for (const [key, input] of Object.entries(inputs)) value[key] = await convert(input, key, within);
  return { value, secrets: within.secrets };
}

interface Within {
  readonly owner: string;
  /** Paths of the secrets found so far. */
  readonly secrets: string[];
}

async function convert(input: unknown, path: string, within: Within): Promise<Plain> {
  if (input === null || typeof input === 'boolean' || typeof input === 'number' || typeof input === 'string')
    return input;
  if (input === undefined) return null;
  if (pulumi.asset.Archive.isInstance(input)) return { archive: await archiveFiles(input, path, within) };
  if (pulumi.asset.Asset.isInstance(input)) throw unreadable(path, within);
  if (Array.isArray(input)) {
    const items: unknown[] = input;
    return Promise.all(items.map((item, index) => convert(item, `${path}.${index}`, within)));
  }
  if (typeof input !== 'object') throw new Error(`an input at ${path} is a ${typeof input}`);
  const entries = Object.entries(input);
  const fields = new Map<string, unknown>(entries);
  if (fields.get(SIGNATURE) === SECRET) {
    within.secrets.push(path);
    return convert(fields.get('value'), path, within);
  }
  if (fields.has(SIGNATURE)) throw unreadable(path, within);
  const converted: Record<string, Plain> = {};
  for (const [key, value] of entries) converted[key] = await convert(value, `${path}.${key}`, within);
  return converted;
}

async function archiveFiles(
  archive: pulumi.asset.Archive,
  path: string,
  within: Within,
): Promise<Record<string, string>> {
  if (!(archive instanceof pulumi.asset.AssetArchive)) throw unreadable(path, within);
  const files: Record<string, string> = {};
  for (const [name, asset] of Object.entries(await archive.assets)) {
    if (!(asset instanceof pulumi.asset.StringAsset)) throw unreadable(`${path}.${name}`, within);
    files[name] = await asset.text;
  }
  return files;
}

function unreadable(path: string, { owner }: Within): UserError {
  return new UserError(
    `The input ${path} of ${owner} is an asset that the twin does not read: use an AssetArchive of StringAssets.`,
  );
}
