/** Returns the value that a text has as JSON; undefined if it is not JSON. */
export function fromJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
