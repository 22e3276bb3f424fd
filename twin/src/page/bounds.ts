/** The most characters of a value to show: a token may be as long as a request's header section. */
export const LONGEST = 1000;

/** The most values of a list to show. */
const MOST = 100;

export function fewTexts(texts: readonly string[]): readonly string[] {
  const shown = texts.slice(0, MOST).map(cut);
  return texts.length <= MOST ? shown : [...shown, `and ${texts.length - MOST} more`];
}

type Headers = readonly (readonly [name: string, value: string])[];

export function fewHeaders(headers: Headers): Headers {
  const shown = headers.slice(0, MOST).map(([name, value]) => [cut(name), cut(value)] as const);
  return headers.length <= MOST ? shown : [...shown, ['…', `and ${headers.length - MOST} more`]];
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
