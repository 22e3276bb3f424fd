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
    let node = config;
    let offset: number | undefined;
    for (const name of [key, ...path]) {
      const item: unknown = isSeq(node) ? node.items[Number(name)] : undefined;
      const own: { readonly key: unknown; readonly value: unknown } | undefined = isMap(node)
        ? node.items.find((pair) => String(pair.key) === name)
        : isNode(item)
          ? { key: item, value: item }
          : undefined;
      if (own === undefined) break;
      if (isNode(own.key)) offset = own.key.range?.[0] ?? offset;
      node = own.value;
    }
    return offset === undefined ? undefined : counter.linePos(offset).line;
  };
}
