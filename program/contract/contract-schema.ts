import { statSync } from 'node:fs';
import { z } from 'zod';
import {
  PERMISSION,
  PERMISSION_DESCRIPTION_LENGTH,
  PERMISSIONS_PER_API,
  ROLES_PER_TENANT,
} from '../../limits/auth0.ts';
import { RESERVED_SCOPES } from '../../limits/oidc-scopes.ts';
import { parseRouteKey, routeShape, variableConflicts } from '../../limits/route-key.ts';
import { didYouMean } from '../../limits/nearest.ts';
import { distinct, judged, matching } from '../schemas.ts';
import { problem, type Problem } from '../user-error.ts';
import { claims } from './claims.ts';
import { HANDLER_KEY, handlerSpec } from './handler-spec.ts';
import { routeForm, routeSpec } from './route-spec.ts';

type Section = Readonly<Record<string, unknown>>;

/**
 * Returns the schema of a contract. It reports a mention of an undeclared name at the mention's own path.
 * @param contract any value: a run strips the types
 * @param root the folder that handler files are relative to
 */
export function contractSchema(contract: unknown, root: URL) {
  const { permissions, handlers, routes } = sectionsOf(contract);
  const permission = declared('permission', permissions);
  const handler = declared('handler', handlers);
  // Building a schema takes longer than checking a route with it.
  const specs = new Map<string, ReturnType<typeof routeSpec>>();
  const specOf = (key: string): ReturnType<typeof routeSpec> => {
    const form = routeForm(key);
    const spec = specs.get(form) ?? routeSpec(key, permission, handler);
    specs.set(form, spec);
    return spec;
  };
  return z.strictObject({
    permissions: z.record(permissionName, description).refine(...atMost(PERMISSIONS_PER_API, 'of an API')),
    handlers: z.record(
      matching(HANDLER_KEY, 'a handler key is a letter and up to 39 letters, digits, - or _'),
      handlerSpec.extend({
        file: existing(root, true),
        files: z.array(handlerSpec.shape.files.unwrap().element.pipe(existing(root))).exactOptional(),
        formerly: formerKey(handlers).exactOptional(),
      }),
    ),
    routes: z.strictObject(Object.fromEntries(Object.keys(routes).map((key) => [key, specOf(key)]))),
    roles: z
      .record(
        matching(/\S/, 'a role needs a name'),
        z.array(permission).refine(...distinct('a permission is listed twice')),
      )
      .refine(...atMost(ROLES_PER_TENANT, 'of a tenant')),
    claims,
  });
}

function sectionsOf(contract: unknown): Readonly<Record<'permissions' | 'handlers' | 'routes', Section>> {
  const sections = sectionOf(contract);
  return {
    permissions: sectionOf(sections['permissions']),
    handlers: sectionOf(sections['handlers']),
    routes: sectionOf(sections['routes']),
  };
}

function sectionOf(value: unknown): Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Section) : {};
}

const permissionName = matching(
  PERMISSION,
  'a permission is 1 to 280 printable ASCII characters without space, " or \\',
).refine((name) => !RESERVED_SCOPES.includes(name), {
  error: 'OpenID Connect reserves this name; choose another',
});

const description = matching(/\S/, 'write a description: Auth0 shows it to users who grant the permission').max(
  PERMISSION_DESCRIPTION_LENGTH,
  {
    error: `Auth0 accepts a description of at most ${PERMISSION_DESCRIPTION_LENGTH} characters`,
  },
);

function atMost(limit: number, whole: string) {
  const within = (section: object): boolean => Object.keys(section).length <= limit;
  return [within, { error: `Auth0 accepts at most ${limit} ${whole}`, params: { code: 'quota' } }] as const;
}

function declared(kind: string, section: Section): z.ZodString {
  return z.string().refine((name) => Object.hasOwn(section, name), {
    error: ({ input }) =>
      `the ${kind} ${JSON.stringify(input)} is not declared under ${kind}s${didYouMean(String(input), Object.keys(section))}`,
    params: { code: 'undeclared' },
  });
}

function existing(root: URL, isHandler = false): z.ZodString {
  return z.string().superRefine(
    judged((path) => {
      const found = statSync(new URL(path, root), { throwIfNoEntry: false });
      const what = isHandler ? `the file ${path}` : path;
      if (found === undefined) return `${what} does not exist; create it or correct the path`;
      return isHandler && !found.isFile()
        ? `${path} is not a file; write the path of the file that exports handler`
        : undefined;
    }),
  );
}

function formerKey(handlers: Section) {
  return handlerSpec.shape.formerly
    .unwrap()
    .refine((key) => !Object.hasOwn(handlers, key), {
      error: ({ input }) => `a handler is called ${String(input)} now; one name cannot be both`,
      params: { code: 'duplicate' },
    })
    .refine((key) => Object.values(handlers).filter((handler) => sectionOf(handler)['formerly'] === key).length === 1, {
      error: ({ input }) => `two handlers have the former name ${String(input)}; only one can have been called that`,
      params: { code: 'duplicate' },
    });
}

/** Returns the problems of the route keys. */
export function routeKeyProblems(contract: unknown): Problem[] {
  const shapes = new Map<string, string>();
  const keys = Object.keys(sectionsOf(contract).routes);
  const conflicts = new Map(variableConflicts(keys).map((conflict) => [conflict.key, conflict]));
  return keys.flatMap((key) => {
    const place = `contract.ts, routes, ${JSON.stringify(key)}`;
    const problems: Problem[] = [];
    const parsed = parseRouteKey(key);
    if (parsed.kind === 'invalid') problems.push(problem('invalid', place, parsed.reason));
    const [, colon] = /\/:([A-Za-z0-9_]+)/.exec(key) ?? [];
    if (colon !== undefined) {
      problems.push(problem('invalid', place, `:${colon} would match literally; write {${colon}} for a parameter`));
    }
    const same = shapes.get(routeShape(key));
    const conflict = conflicts.get(key);
    if (same !== undefined) {
      problems.push(problem('duplicate', place, `it matches the same requests as ${JSON.stringify(same)}`));
    } else if (conflict !== undefined) {
      const { other, names } = conflict;
      const message = `API Gateway rejects {${names[0]}} where ${JSON.stringify(other)} has {${names[1]}}; give both the same name`;
      problems.push(problem('conflict', place, message));
    }
    shapes.set(routeShape(key), key);
    return problems;
  });
}
