import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { didYouMean } from '../../limits/nearest.ts';
import { UserError } from '../../program/user-error.ts';

/** A client's secret version in a stack file. */
interface SecretVersion {
  readonly version: number;
  /** Returns the file with another version and otherwise unchanged. */
  readonly with: (version: number) => string;
}

/**
 * Finds a client's `secretVersion` in the text of a stack file.
 * @param file the file's name, for errors
 * @throws UserError if the client is missing, or its rotation is not prepared
 */
export function secretVersionIn(text: string, file: string, client: string): SecretVersion {
  const clients: unknown = parseDocument(text).getIn(['config', 'api:clients']);
  const maps = isSeq(clients) ? clients.items.filter((item) => isMap(item)) : [];
  const names = maps.map((map) => String(map.get('name')));
  const found = maps[names.indexOf(client)];
  if (found === undefined) {
    throw new UserError(
      'rotate',
      `${file} has no client ${client}${didYouMean(client, names)} (there: ${names.join(', ')})`,
    );
  }
  const node: unknown = found.get('secretVersion', true);
  if (!isScalar(node) || typeof node.value !== 'number' || !node.range) {
    throw new UserError(
      'rotate',
      `${file}: the client ${client} has no secretVersion, so its next secret does not exist yet. Write secretVersion: 0, run npm run up, and give the client's owner its value of the output nextClientSecrets; then rotate.`,
    );
  }
  const [start, end] = node.range;
  return { version: node.value, with: (version) => `${text.slice(0, start)}${version}${text.slice(end)}` };
}
