import { didYouMean } from '../nearest.ts';
import { parseRouteKey, type ParsedRouteKey, type Segment } from '../../limits/route-key.ts';
import type { Problem } from '../user-error.ts';
import type { Contract } from './define-contract.ts';

/** What is wrong with a route's examples: one for each parameter, and nothing that another path would come of. */
export function exampleProblems(
  place: string,
  route: Exclude<ParsedRouteKey, { kind: 'invalid' }>,
  examples: unknown,
): Problem[] {
  if (examples === undefined) return [];
  if (!isMap(examples)) {
    return [{ place, message: "examples must be a map of the path's parameters to texts" }];
  }
  const parameters = route.kind === 'default' ? [] : route.segments.filter(isParameter);
  const names = parameters.map(({ name }) => name);
  const unknown = Object.keys(examples).filter((name) => !names.includes(name));
  return [
    ...unknown.map((name) => ({
      place: `${place}, examples, ${name}`,
      message: `the path has no {${name}}${didYouMean(name, names)}`,
    })),
    ...parameters.flatMap(({ kind, name }) => {
      const problem = valueProblem(kind, Object.hasOwn(examples, name) ? examples[name] : undefined);
      return problem === undefined ? [] : [{ place: `${place}, examples, ${name}`, message: problem }];
    }),
  ];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueProblem(kind: Segment['kind'], value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed())
    return 'give it a text: a path needs all of its parameters';
  const segments = kind === 'greedy' ? value.split('/') : [value];
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return 'an example has no empty segment, . or ..';
  }
  return kind !== 'greedy' && value.includes('/') ? 'an example of one segment has no slash' : undefined;
}

/** The paths of the routes that have examples, with the parameters filled in; undefined where there are none. */
export function examplePaths({ routes }: Contract): Readonly<Record<string, string>> | undefined {
  const paths = Object.entries(routes).flatMap(([key, { examples }]) => {
    const parsed = parseRouteKey(key);
    if (examples === undefined || parsed.kind !== 'path') return [];
    const segments = parsed.segments.map((segment) =>
      isParameter(segment) ? (examples[segment.name] ?? '').split('/').map(encodeURIComponent).join('/') : segment.text,
    );
    return [[key, `/${segments.join('/')}`] as const];
  });
  return paths.length === 0 ? undefined : Object.fromEntries(paths);
}

type Parameter = Exclude<Segment, { kind: 'literal' }>;

function isParameter(segment: Segment): segment is Parameter {
  return segment.kind !== 'literal';
}
