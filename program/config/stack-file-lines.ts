import { readFileSync } from 'node:fs';
import { isMap, isNode, isSeq, LineCounter, parseDocument } from 'yaml';

/**
 * Finds the line on which a stack file says something, so that an error can name it.
 * @param root the folder of the stack files
 * @returns the line of a place, like `api:clients.0 (shop).grants` or `api:backends, "GET /a.b"`, or of the nearest thing around it; undefined where
 *   the file says nothing of it: a setting may be missing, or come from the command line
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
    // A route's key has dots of its own.
    if (quoted !== undefined) path.push(String(JSON.parse(quoted)));
    const found = [key, ...path].reduce<Step>(step, { node: config, offset: undefined, lost: false });
    return found.offset === undefined ? undefined : counter.linePos(found.offset).line;
  };
}

interface Step {
  readonly node: unknown;
  /** Where the key, or the item, stands. */
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
