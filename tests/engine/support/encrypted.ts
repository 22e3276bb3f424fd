import { parse, stringify } from 'yaml';
import type { Properties } from '../standin/values.ts';

/** The keys of a stack file that describe its encryption. */
const KEYS: readonly string[] = ['secretsprovider', 'encryptionsalt', 'encryptedkey'];

/**
 * Returns a stack file in which a string replaces each encrypted value, because the tests cannot decrypt it.
 * @returns the file, and the paths of these values as for `pulumi config set --path`
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
