import { didYouMean } from '../../limits/nearest.ts';
import { isDistinct } from '../schemas.ts';
import { problem, type Problem } from '../user-error.ts';

/** Yields problems for names that contract.ts does not declare, and for duplicates. */
export function* undeclared(
  place: string,
  kind: string,
  names: readonly string[],
  declared: readonly string[],
): Iterable<Problem> {
  for (const name of names) {
    if (declared.includes(name)) continue;
    const message = `the ${kind} ${JSON.stringify(name)} is not declared in contract.ts${didYouMean(name, declared)}`;
    yield problem('undeclared', place, message);
  }
  if (!isDistinct(names)) yield problem('duplicate', place, `a ${kind} is listed twice`);
}
