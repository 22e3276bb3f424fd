/** Rows that have one outcome, by their titles. */
export const rowsOf = <Attempt, Outcome>(
  outcome: Outcome,
  attempts: Readonly<Record<string, Attempt>>,
): (readonly [title: string, attempt: Attempt, outcome: Outcome])[] =>
  Object.entries(attempts).map(([title, attempt]) => [title, attempt, outcome]);
