/** The first bytes of a body, and whether they are the whole body. */
interface Body {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

/**
 * Reads a body up to a limit in bytes, then ends its stream. Rejects when the stream breaks.
 * HTTP libraries' own limits buffer first, or need a `Content-Length`.
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
