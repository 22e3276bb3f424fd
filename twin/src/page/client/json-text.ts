// JSON as it is written. What `JSON.parse` makes of it may say something else: it rounds numbers, and of a name that
// stands twice it keeps the last.

/** A member of a JSON object as it stands in the text. */
export interface Member {
  readonly name: string;
  /** The value to the letter, but for spaces between. */
  readonly text: string;
  readonly value: unknown;
  /** Whether each number in it is written as JavaScript would write it; another may be rounded by who reads it. */
  readonly plain: boolean;
  /** How many members of the object have this name. */
  readonly times: number;
}

const TOKEN = /"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Levels that are laid out; what is deeper would be more spaces than text. */
const DEEPEST = 100;

/** @returns undefined for what is no JSON */
export function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** JSON without spaces between; anything else as it stands. */
export function compact(text: string): string {
  return parsed(text) === undefined ? text : tokensOf(text).join('');
}

/** JSON with a line for each value; anything else as it stands. */
export function laidOut(text: string): string {
  if (parsed(text) === undefined) return text;
  let laid = '';
  let depth = 0;
  let before = '';
  for (const token of tokensOf(text)) {
    const closes = isClosing(token);
    if (closes) depth -= 1;
    const begins = closes ? !isOpening(before) : isOpening(before) || before === ',';
    if (begins) laid += `\n${'  '.repeat(depth)}`;
    else if (before === ':') laid += ' ';
    laid += token;
    if (isOpening(token)) depth += 1;
    if (depth > DEEPEST) return text;
    before = token;
  }
  return laid;
}

/** The members of a JSON object in their order, each that stands twice twice; undefined for any other text. */
export function membersOf(text: string): readonly Member[] | undefined {
  const tokens = parsed(text) === undefined ? [] : tokensOf(text);
  if (tokens[0] !== '{') return undefined;
  const members: string[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isClosing(token)) depth -= 1;
    if (depth === 1 && token === ',') members.push([]);
    else if (depth > 0) members.at(-1)?.push(token);
    if (isOpening(token)) depth += 1;
  }
  const named = members
    .filter(({ length }) => length > 0)
    .map(([name = '', , ...value]) => ({ name: String(parsed(name)), value }));
  const times = new Map<string, number>();
  for (const { name } of named) times.set(name, (times.get(name) ?? 0) + 1);
  return named.map(({ name, value }) => {
    const written = value.join('');
    const plain = !value.some(isOddNumber);
    return { name, text: written, value: parsed(written), plain, times: times.get(name) ?? 1 };
  });
}

/** A JSON object with other members in the place of those of their names, the rest to the letter. */
export function withMembers(text: string, values: Readonly<Record<string, unknown>>): string {
  const next = new Map(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));
  const left = new Set(next.keys());
  const written = (name: string, value = ''): string => `${JSON.stringify(name)}:${value}`;
  const kept = (membersOf(text) ?? []).flatMap(({ name, text: old }) => {
    if (!next.has(name)) return [written(name, old)];
    // Of a name that stands twice the first makes way for the new value, and the others go.
    return left.delete(name) ? [written(name, next.get(name))] : [];
  });
  const added = [...left].map((name) => written(name, next.get(name)));
  return laidOut(`{${[...kept, ...added].join(',')}}`);
}

function tokensOf(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

function isOpening(token: string): boolean {
  return token === '{' || token === '[';
}

function isClosing(token: string): boolean {
  return token === '}' || token === ']';
}

function isOddNumber(token: string): boolean {
  return /^[-\d]/.test(token) && String(Number(token)) !== token;
}
