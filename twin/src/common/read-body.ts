/** The beginning of a body, and whether that is all of it. */
export interface Body {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

/**
 * Reads a body of any kind up to a limit of bytes, and ends its stream there. Rejects when the stream breaks off.
 * Limits of HTTP libraries buffer first, or need a `Content-Length`.
 */
export async function readBody(stream: AsyncIterable<Uint8Array> | null, limit: number): Promise<Body> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream ?? []) {
    parts.push(part);
    size += part.length;
    if (size > limit) break;
  }
  return { bytes: Buffer.concat(parts, Math.min(size, limit)), isWhole: size <= limit };
}
