import { readFileSync } from 'node:fs';
import { isMap, isNode, isSeq, LineCounter, parseDocument } from 'yaml';

/**
 * Returns a function that finds the line of a place in a stack file, for errors. The place is like `api:clients.0
 * (shop).grants` or `api:backends, "GET /a.b"`; the line is that of the nearest parent if the place itself is missing,
 * and undefined if the file has neither.
 * @param root the folder of the stack files
 */
export function stackFileLines(root: URL, file: string): (place: string) => number | undefined {
  const counter = new LineCounter();
  let config: unknown;
  try {
    config = parseDocument(readFileSync(new URL(file, root), 'utf8'), { lineCounter: counter }).get('config');
  } catch {
    return () => undefined;
  }
  return (place) => {
    const [, outer = place, quoted] = /^([^,]+), (".*")$/.exec(place) ?? [];
    const [key = '', ...path] = outer.replaceAll(/ \([^)]*\)/g, '').split('.');
    // A route key may contain dots.
    if (quoted !== undefined) path.push(String(JSON.parse(quoted)));
    const found = [key, ...path].reduce<Step>(step, { node: config, offset: undefined, lost: false });
    return found.offset === undefined ? undefined : counter.linePos(found.offset).line;
  };
}

interface Step {
  readonly node: unknown;
  /** The offset of the key or item. */
  readonly offset: number | undefined;
  readonly lost: boolean;
}

function step({ node, offset, lost }: Step, name: string): Step {
  if (!lost && isMap(node)) {
    const pair = node.items.find(({ key }) => String(key) === name);
    if (pair !== undefined) return { node: pair.value, offset: startOf(pair.key) ?? offset, lost };
  }
  if (!lost && isSeq(node)) {
    const item = node.items[Number(name)];
    if (item !== undefined) return { node: item, offset: startOf(item) ?? offset, lost };
  }
  return { node, offset, lost: true };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
