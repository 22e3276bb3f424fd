/** A token taken apart, for a person to look at: nothing of it is checked here. */
export interface Parts {
  /** The texts of header and claims, laid out where they are JSON. */
  readonly header: string;
  readonly claims: string;
  readonly fields: Readonly<Record<'header' | 'claims', Readonly<Record<string, unknown>> | undefined>>;
  /** As they stand in the token. */
  readonly segments: readonly [header: string, claims: string, signature: string];
}

/** @returns undefined for what has not three parts, or parts that are no text */
export function partsOf(token: string): Parts | undefined {
  const [header, claims, signature, ...more] = token.split('.');
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) return undefined;
  try {
    const texts = { header: decoded(header), claims: decoded(claims) };
    return {
      header: laidOut(texts.header),
      claims: laidOut(texts.claims),
      fields: { header: fieldsOf(texts.header), claims: fieldsOf(texts.claims) },
      segments: [header, claims, signature],
    };
  } catch {
    return undefined;
  }
}

/** The fields of a text that is a JSON object. */
export function fieldsOf(text: string): Record<string, unknown> | undefined {
  const value = parsed(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

/** A segment of this text; JSON is written without spaces, anything else as it stands. */
export function segmentOf(text: string): string {
  const value = parsed(text);
  return encoded(value === undefined ? text : JSON.stringify(value));
}

export function laidOut(text: string): string {
  const value = parsed(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function decoded(segment: string): string {
  const bytes = Uint8Array.from(atob(segment.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function encoded(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
