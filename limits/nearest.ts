import leven from 'leven';

/** Returns the candidate nearest to a misspelt word as `; did you mean api:audience?`, or an empty string. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = [...candidates]
    .map((candidate) => ({ candidate, distance: leven(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, candidate.length / 3))
    .toSorted((a, b) => a.distance - b.distance);
  return near[0] ? `; did you mean ${near[0].candidate}?` : '';
}
