import { readFileSync } from 'node:fs';
import { isMap, isPair, isScalar, LineCounter, parseDocument, type YAMLParseError } from 'yaml';
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
  const document = parseDocument(text, { lineCounter });
  const at = (offset: number): string => `${file}:${lineCounter.linePos(offset).line}`;
  // Most later errors are consequences of the first.
  const errors = document.errors.filter(({ code }, index) => code === 'DUPLICATE_KEY' || index === 0);
  const problems = errors.map((error) => ({ place: at(error.pos[0]), message: yamlProblem(error, text) }));
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

function yamlProblem({ code, pos, message }: YAMLParseError, text: string): string {
  if (code === 'DUPLICATE_KEY') {
    return `duplicate key ${/^\S+?(?=:?(\s|$))/.exec(text.slice(pos[0]))?.[0] ?? ''}; delete one of the two`;
  }
  const reason = (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
  return INDENTATION.has(code)
    ? `${reason}. Check the indentation of this line and its neighbors, and the space after each colon`
    : reason;
}

/** The parser's codes for a wrong indentation, or a colon without a space after it. */
const INDENTATION: ReadonlySet<string> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'TAB_AS_INDENT',
  'UNEXPECTED_TOKEN',
]);
