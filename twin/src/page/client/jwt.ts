/** A part of a token as text, and what it says where it is a JSON object. */
export interface Part {
  /** A line for each value where that changes nothing, and otherwise as written. */
  readonly text: string;
  /** Undefined if it is not a JSON object. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  /** False if other parsers may read other values: a name is duplicated, or a number is rounded. */
  readonly exact: boolean;
}

/** The parts of a token, decoded. Nothing is verified. */
export interface Parts {
  readonly header: Part;
  readonly claims: Part;
  /** As they stand in the token. */
  readonly segments: readonly [header: string, claims: string, signature: string];
}

/** @returns undefined unless it has three parts, of which the first two are text */
export function partsOf(token: string): Parts | undefined {
  const [header, claims, signature, ...more] = token.split('.');
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) return undefined;
  const texts = [decoded(header), decoded(claims)];
  const [first, second] = texts;
  if (first === undefined || second === undefined) return undefined;
  return { header: partOf(first), claims: partOf(second), segments: [header, claims, signature] };
}

export function partOf(text: string): Part {
  try {
    const value: unknown = JSON.parse(text);
    const exact = JSON.stringify(value) === withoutSpaces(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return {
      text: exact ? JSON.stringify(value, undefined, 2) : text,
      fields: isObject ? { ...value } : undefined,
      exact,
    };
  } catch {
    // It is not JSON, or nested deeper than it can be written.
    return { text, fields: undefined, exact: true };
  }
}

/** A segment of this text; JSON is written without spaces where that changes nothing else. */
export function segmentOf(text: string): string {
  const { exact, fields } = partOf(text);
  const bytes = new TextEncoder().encode(exact && fields !== undefined ? withoutSpaces(text) : text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** JSON without the spaces between its values. */
function withoutSpaces(text: string): string {
  return text.replace(/("(?:[^"\\]+|\\.)*")|\s+/g, '$1');
}

function decoded(segment: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(segment.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
