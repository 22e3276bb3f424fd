import { findSourceMap, setSourceMapsSupport } from 'node:module';

/**
 * Writes stack traces that name the sources of the program's own files, and each frame with its place in parentheses:
 * only so does Pulumi's SDK find the line of a resource that is declared at the top level of an ES module.
 * Source: pulumi/pulumi, sdk/nodejs/resource.ts (`framePositionRegExp`)
 */
export function traceSources(): void {
  setSourceMapsSupport(true, { nodeModules: false });
  Error.prepareStackTrace = (error, frames) =>
    [String(error), ...frames.map((frame) => `    at ${written(frame)}`)].join('\n');
}

function written(frame: NodeJS.CallSite): string {
  // oxlint-disable-next-line typescript/no-base-to-string -- V8 writes a frame so
  const text = String(frame);
  const named = text.endsWith(')') ? text : `<anonymous> (${text})`;
  const file = frame.getFileName();
  if (typeof file !== 'string' || file.startsWith('node:') || file.includes('/node_modules/')) return named;
  const origin = findSourceMap(file)?.findOrigin(frame.getLineNumber() ?? 0, frame.getColumnNumber() ?? 0);
  if (origin === undefined || !('fileName' in origin)) return named;
  const { fileName, lineNumber, columnNumber } = origin;
  return named.replace(/\([^()]*\)$/, `(${fileName}:${lineNumber}:${columnNumber})`);
}
