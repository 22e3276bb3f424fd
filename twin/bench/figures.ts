/** Measures a against b in interleaved pairs, so that a machine whose speed drifts does not tilt the ratio. */
export async function inPairs(
  pairs: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<readonly (readonly [a: number, b: number])[]> {
  const measured: [number, number][] = [];
  for (let pair = 0; pair < pairs; pair += 1) measured.push([await a(), await b()]);
  return measured;
}

/** The medians of both, and the ratio with its range. */
export function comparison(
  measured: readonly (readonly [a: number, b: number])[],
  show: (value: number) => string,
): string {
  const ratios = measured.map(([a, b]) => a / b);
  const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  const [a, b] = [median(measured.map(([first]) => first)), median(measured.map(([, second]) => second))];
  return `${show(a)} against ${show(b)}: ${median(ratios).toFixed(2)}× (${range})`;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
