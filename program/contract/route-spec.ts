import { z } from 'zod';
import { SCOPE_LENGTH, SCOPES_PER_ROUTE } from '../../limits/http-api.ts';
import { changesState, parseRouteKey, type Segment } from '../../limits/route-key.ts';
import { distinct, judged } from '../schemas.ts';
import { reason } from './reason.ts';
import { arnProblem, forwardProblem } from './targets.ts';

type Parameter = Exclude<Segment, { kind: 'literal' }>;
export const TARGETS = ['handler', 'forward', 'function'] as const;

/** Returns the parameters of a route's path; none if the key is invalid. */
export function parametersOf(key: string): readonly Parameter[] {
  const parsed = parseRouteKey(key);
  return parsed.kind === 'path' ? parsed.segments.filter((segment) => segment.kind !== 'literal') : [];
}

/** Returns a cache key: what a route's schema depends on, from the route's key. */
export function routeForm(key: string): string {
  return JSON.stringify([changesState(parseRouteKey(key)), parametersOf(key)]);
}

/**
 * Returns the schema of one route.
 * @param permission the schema of a declared permission
 * @param handler the schema of a declared handler's key
 */
export function routeSpec(key: string, permission: z.ZodString, handler: z.ZodString) {
  const parameters = parametersOf(key);
  const names = parameters.map(({ name }) => name);
  const scopes = z
    .array(permission)
    .min(1, {
      error:
        "an empty list would accept any token of the audience; name a permission, or write 'any token' or 'public'",
    })
    .refine(({ length }) => length <= SCOPES_PER_ROUTE, {
      error: `API Gateway accepts at most ${SCOPES_PER_ROUTE} scopes on a route`,
      params: { code: 'quota' },
    })
    .refine(...distinct('a permission is listed twice'))
    .refine((all) => all.every(({ length }) => length <= SCOPE_LENGTH.max), {
      error: `API Gateway accepts at most ${SCOPE_LENGTH.max} characters in the scope of a route`,
      params: { code: 'quota' },
    });
  return z
    .strictObject(
      {
        scopes: z.union([z.literal(['public', 'any token']), scopes], {
          error: ({ input }) => `must be a list of permissions, 'any token' or 'public', not ${JSON.stringify(input)}`,
        }),
        reason: reason.exactOptional(),
        examples: z
          .strictObject(
            Object.fromEntries<z.ZodType>([
              ...(changesState(parseRouteKey(key)) ? [['body', z.json().exactOptional()] as const] : []),
              ...parameters.map(({ kind, name }) => [name, example(kind)] as const),
            ]),
          )
          .exactOptional(),
        handler: handler.exactOptional(),
        forward: z
          .templateLiteral([z.enum(['https', 'vpc']), '://', z.string()], {
            error: "must be an https:// URL, or vpc:// and a private backend: the request carries the caller's token",
          })
          .superRefine(judged((url) => forwardProblem(url, names)))
          .exactOptional(),
        function: z
          .templateLiteral(['arn:aws', z.string(), ':lambda:', z.string()], {
            error: 'must be the ARN of a function: arn:aws:lambda:<region>:<account>:function:<name>',
          })
          .superRefine(judged(arnProblem))
          .exactOptional(),
      },
      {
        error: ({ code, keys }) =>
          code === 'unrecognized_keys' && keys.some((name) => /^(throttle|rate|burst)/.test(name))
            ? 'a throttle belongs in the stack file, under api:routeThrottles'
            : undefined,
      },
    )
    .refine((route) => TARGETS.filter((target) => route[target] !== undefined).length === 1, {
      error: `write one of ${TARGETS.join(', ')}`,
      // Runs also if another key of the route is invalid.
      when: ({ value }) => typeof value === 'object' && value !== null,
    });
}

function example(kind: Parameter['kind']) {
  return z
    .string()
    .refine((value) => value.isWellFormed(), { error: 'must be well-formed Unicode' })
    .refine((value) => kind === 'greedy' || !value.includes('/'), { error: 'must be one segment, without a slash' })
    .refine((value) => value.split('/').every((segment) => !['', '.', '..'].includes(segment)), {
      error: 'must not have an empty segment, . or ..',
    });
}
