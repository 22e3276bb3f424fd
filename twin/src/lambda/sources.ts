import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';

/**
 * Replaces the places in a stack trace by those of the sources, with the source maps beside the bundles. Node's own
 * source map support would change the stacks that the handler sees.
 * @param root the folder of the archive
 */
export function withSources(trace: string, root: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return trace.replace(
    /(?:file:\/\/)?\/[^\s()]*?\/(index\.[mc]js):(\d+):(\d+)/g,
    (place, file: string, line, column) => {
      if (!place.includes(`${root}/${file}`)) return place;
      if (!maps.has(file)) maps.set(file, sourceMap(join(root, `${file}.map`)));
      const origin = maps.get(file)?.findOrigin(Number(line), Number(column));
      if (origin === undefined || !('fileName' in origin)) return place;
      return `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`;
    },
  );
}

function sourceMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
