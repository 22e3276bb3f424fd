import { findSourceMap, setSourceMapsSupport } from 'node:module';
import { LOAD_PARAMETER } from './program-inputs.ts';

/**
 * Maps stack traces to the program's sources, and writes each frame's place in parentheses: otherwise Pulumi's SDK does
 * not find the line of a resource declared at the top level of an ES module.
 * Source: pulumi/pulumi, sdk/nodejs/resource.ts (`framePositionRegExp`)
 */
export function traceSources(): void {
  setSourceMapsSupport(true, { nodeModules: false });
  Error.prepareStackTrace = (error, frames) => {
    // The SDK takes a full trace for every resource, and most frames are its own.
    const ownOnly = frames[0]?.getFunctionName() === 'callsites';
    const lines = frames.map((frame) => `    at ${ownOnly && !isOwn(frame) ? ELSEWHERE : written(frame)}`);
    return [String(error), ...lines].join('\n');
  };
}

const ELSEWHERE = '<anonymous>';

/** Returns whether a frame is in a file of the program, not of Node or an installed package. */
function isOwn(frame: NodeJS.CallSite): boolean {
  const file = frame.getFileName();
  return typeof file === 'string' && !file.startsWith('node:') && !file.includes('/node_modules/');
}

function written(frame: NodeJS.CallSite): string {
  // oxlint-disable-next-line typescript/no-base-to-string -- V8 writes a frame so
  const text = String(frame);
  const named = (text.endsWith(')') ? text : `<anonymous> (${text})`).replace(LOAD_PARAMETER, '');
  if (!isOwn(frame)) return named;
  const map = findSourceMap(frame.getFileName() ?? '');
  const origin = map?.findOrigin(frame.getLineNumber() ?? 0, frame.getColumnNumber() ?? 0);
  if (origin === undefined || !('fileName' in origin)) return named;
  const { fileName, lineNumber, columnNumber } = origin;
  return named.replace(/\([^()]*\)$/, `(${fileName}:${lineNumber}:${columnNumber})`);
}
