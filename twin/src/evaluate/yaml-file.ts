import { readFileSync } from 'node:fs';
import { isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { isRecord } from '../common/shapes.ts';
import { UserError, type Problem } from '../common/user-error.ts';

/**
 * Reads a YAML file with a map at its top level; an empty file is an empty map.
 * @throws UserError with the line of each mistake
 */
export function readYaml(root: URL, file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(new URL(file, root), 'utf8');
  } catch (error) {
    throw new UserError(`Cannot read ${file}: ${(error as Error).message}`, { code: 'unreadable-file' });
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const at = (offset: number): string => `${file}:${lineCounter.linePos(offset).line}`;
  // Later errors are mostly consequences of the first.
  const problems = document.errors.slice(0, 1).map(({ pos, message }) => ({ place: at(pos[0]), message }));
  if (problems.length > 0) throw invalidFile(file, problems);
  if (isMap(document.contents)) {
    for (const pair of document.contents.items) {
      if (!isPair(pair) || !isScalar(pair.key)) {
        throw invalidFile(file, [{ place: file, message: 'a top-level key must be a string' }]);
      }
      const key = String(pair.key.value);
      if (!key.includes(':')) continue;
      problems.push({ place: `${at(pair.key.range[0])}, ${key}`, message: 'move it under config:, indented' });
    }
    if (problems.length > 0) throw invalidFile(file, problems);
  }
  const value: unknown = document.toJS();
  if (value === null) return {};
  if (!isRecord(value)) throw invalidFile(file, [{ place: file, message: 'write keys and values' }]);
  return value;
}

export function invalidFile(file: string, problems: readonly Problem[]): UserError {
  return new UserError(`${file} is invalid:`, { code: 'invalid-file', problems });
}
