import { parse, stringify } from 'yaml';
import type { Properties } from '../standin/values.ts';

/** What of a stack file says how its values are encrypted. */
const KEYS: readonly string[] = ['secretsprovider', 'encryptionsalt', 'encryptedkey'];

/**
 * A stack file without what only its own stack's passphrase or key can decrypt, which the tests do not have: a text
 * stands for each such value.
 * @returns the file, and where those values are, as `pulumi config set --path` takes it
 */
export function withoutEncryption(text: string): { readonly text: string; readonly paths: readonly string[] } {
  const file = parse(text) as Properties;
  const paths: string[] = [];
  const filled = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => filled(item, `${path}[${index}]`));
    if (typeof value !== 'object' || value === null) return value;
    if (Object.keys(value).join() !== 'secure') {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          filled(item, /^\w+$/.test(key) ? `${path}.${key}` : `${path}["${key}"]`),
        ]),
      );
    }
    paths.push(path);
    return '(encrypted)';
  };
  const config = Object.entries((file['config'] ?? {}) as Properties).map(
    ([key, value]) => [key, filled(value, key)] as const,
  );
  const rest = Object.entries(file).filter(([key]) => !KEYS.includes(key));
  if (paths.length === 0 && rest.length === Object.keys(file).length) return { text, paths };
  return { text: stringify({ ...Object.fromEntries(rest), config: Object.fromEntries(config) }), paths };
}
