import { PAGE_HEADER, type Asked, type Refused } from '../messages.ts';

/**
 * Asks the twin.
 * @throws Error with a message for the person
 */
export async function ask<K extends keyof Asked>(name: K, question: Asked[K]['question']): Promise<Asked[K]['answer']> {
  let response: Response;
  try {
    response = await fetch(`/_twin/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [PAGE_HEADER]: '1' },
      body: JSON.stringify(question),
    });
  } catch {
    throw new Error('The twin does not answer. Is it running? npm start');
  }
  if (response.ok) return (await response.json()) as Asked[K]['answer'];
  const refused = (await response.json().catch(() => undefined)) as Refused | undefined;
  throw new Error(refused?.error ?? `The twin answered ${response.status}; its terminal says why`);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
