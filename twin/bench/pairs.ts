/** A ratio of two measurements that were taken in turn, so that a machine whose speed drifts does not tilt it. */
export interface Ratio {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Measures a against b in interleaved pairs. */
export async function ratioOf(pairs: number, a: () => Promise<number>, b: () => Promise<number>): Promise<Ratio> {
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const first = await a();
    ratios.push(first / (await b()));
  }
  return summary(ratios);
}

export function summary(ratios: readonly number[]): Ratio {
  const sorted = ratios.toSorted((x, y) => x - y);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? NaN, least: sorted[0] ?? NaN, most: sorted.at(-1) ?? NaN };
}

/** A line of the report: the ratio with its spread, and what it is to reach. */
export function reportLine(what: string, { median, least, most }: Ratio, wanted: string): string {
  return `${what}: ${median.toFixed(2)}× (${least.toFixed(2)} to ${most.toFixed(2)}); wanted: ${wanted}`;
}
