import { PAGE_HEADER, type Asked, type Refused } from '../messages.ts';
import { parsed } from './json-text.ts';

/** Milliseconds that an answer may take: the gateway gives up after thirty seconds, and the twin five after that. */
const PATIENCE = 40_000;

/**
 * Asks the twin.
 * @throws Error with a message for the person
 */
export async function ask<K extends keyof Asked>(name: K, question: Asked[K]['question']): Promise<Asked[K]['answer']> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`/_twin/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [PAGE_HEADER]: '1' },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(PATIENCE),
    });
    text = await response.text();
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    throw new Error(late ? LATE : AWAY, { cause: error });
  }
  if (response.ok) return JSON.parse(text) as Asked[K]['answer'];
  const refused = parsed(text) as Refused | undefined;
  throw new Error(refused?.error ?? `The twin answered ${response.status}; its terminal says why`);
}

const AWAY = 'The twin does not answer. Is it running? npm start';

const LATE =
  `There was no answer within ${PATIENCE / 1000} seconds. Either the twin is away, or too many windows of this browser ` +
  'show the page: it opens six connections to the twin, and each page in sight holds one. Close some and try again.';

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
