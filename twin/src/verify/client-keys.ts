import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { UserError } from '../common/user-error.ts';
import type { Client } from '../model/tenant.ts';

/** Reads a client's private key. @throws UserError if the file has none */
export function readClientKey(file: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(file));
  } catch (error) {
    // Other error messages could contain a part of the key.
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const ofFile = error instanceof Error && 'syscall' in error ? error.message : 'it is not a private key in PEM';
    const why = isMissing ? 'the file does not exist' : ofFile;
    throw new UserError(`--key ${file} cannot be used: ${why}.`);
  }
}

/** Returns the algorithm that a client uses with a key; RS256 for an unknown key. */
export function algorithmOf({ keys = [] }: Client, key: KeyObject): string {
  const own = createPublicKey(key);
  return keys.find(({ pem }) => createPublicKey(pem).equals(own))?.algorithm ?? 'RS256';
}
