import { compact, laidOut, membersOf, parsed, type Member } from './json-text.ts';

/** A token taken apart, for a person to look at: nothing of it is checked here. */
export interface Parts {
  /** The texts of header and claims, laid out where they are JSON, and otherwise to the letter. */
  readonly header: string;
  readonly claims: string;
  readonly fields: Readonly<Record<'header' | 'claims', readonly Member[] | undefined>>;
  /** As they stand in the token. */
  readonly segments: readonly [header: string, claims: string, signature: string];
}

/** @returns undefined for what has not three parts, or parts that are no text */
export function partsOf(token: string): Parts | undefined {
  const [header, claims, signature, ...more] = token.split('.');
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) return undefined;
  const texts = { header: decoded(header), claims: decoded(claims) };
  if (texts.header === undefined || texts.claims === undefined) return undefined;
  return {
    header: laidOut(texts.header),
    claims: laidOut(texts.claims),
    fields: { header: membersOf(texts.header), claims: membersOf(texts.claims) },
    segments: [header, claims, signature],
  };
}

/** The field of a text that is a JSON object; of a name that stands twice the last. */
export function fieldOf(text: string, name: string): unknown {
  const value = parsed(text);
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}

/** A segment of this text; JSON is written without spaces, anything else as it stands. */
export function segmentOf(text: string): string {
  return encoded(compact(text));
}

function decoded(segment: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(segment.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function encoded(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
