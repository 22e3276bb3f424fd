import { PAGE_HEADER, type Endpoints, type Refused } from '../messages.ts';

/** Timeout of an answer in milliseconds: the gateway gives up after thirty seconds, and the twin five seconds later. */
const PATIENCE = 40_000;

/** Sends a request to the twin. @throws Error with a message to show */
export async function ask<K extends keyof Endpoints>(
  name: K,
  question: Endpoints[K]['question'],
): Promise<Endpoints[K]['answer']> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`/_twin/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [PAGE_HEADER]: '1' },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(PATIENCE),
    });
    body = await response.json();
  } catch (error) {
    throw new Error('The twin does not answer.', { cause: error });
  }
  if (response.ok) return body as Endpoints[K]['answer'];
  throw new Error((body as Refused).error);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
