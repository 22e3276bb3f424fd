import { z } from 'zod';

/** What decides a cell. The first three kinds allow the call. */
const VERDICT = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('public') }),
  z.strictObject({ kind: z.literal('any token') }),
  z.strictObject({ kind: z.literal('scopes'), scopes: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('lacks'), scopes: z.array(z.string()) }),
  /** The tenant issues no token; `why` is empty for a caller that requests none. */
  z.strictObject({ kind: z.literal('no token'), why: z.string() }),
  /** The gateway rejects the token, whatever its scopes are. Either of the expected values would pass the check. */
  z.strictObject({
    kind: z.literal('rejected token'),
    check: z.string(),
    expected: z.array(z.string()),
    actual: z.string(),
  }),
]);
export type Verdict = z.infer<typeof VERDICT>;

/** The client that a user logs in through, and how; older reports have no flow but by password. */
const LOGIN = { through: z.string().optional(), flow: z.enum(['password', 'authorization_code']).optional() };

const CALLER = z.discriminatedUnion('kind', [
  /** Without a grant type, the client can request no token. */
  z.strictObject({ kind: z.literal('client'), name: z.string(), grantType: z.string().optional() }),
  /** Any user with the role; without a client through any application. */
  z.strictObject({ kind: z.literal('role'), name: z.string(), ...LOGIN }),
  /** A declared user; without a client where none can log users in. */
  z.strictObject({ kind: z.literal('user'), name: z.string(), ...LOGIN }),
  z.strictObject({ kind: z.literal('anyone') }),
]);
export type ReportedCaller = z.infer<typeof CALLER>;

/** A permission; with its API where the tenant has several. */
const PERMISSION = z.strictObject({ name: z.string(), api: z.string().optional() });
export type Permission = z.infer<typeof PERMISSION>;

/** What serves a route: a function of the program, another one, or an HTTP endpoint. */
const BACKEND = z.strictObject({ kind: z.enum(['function', 'existing function', 'endpoint']), name: z.string() });
export type Backend = z.infer<typeof BACKEND>;

const ROUTE = z.strictObject({
  route: z.string(),
  /** The scopes of which a token needs one, or none for any token. */
  needs: z.union([z.literal('public'), z.array(z.string())]),
  backend: BACKEND,
  mayInvoke: z.boolean(),
  /** A verdict for each caller, in their order. */
  cells: z.array(VERDICT),
});
export type ReportedRoute = z.infer<typeof ROUTE>;

/** No report has a renamed route: a comparison finds it. */
const RENAME = z.strictObject({ kind: z.enum(['client', 'function', 'route']), before: z.string(), now: z.string() });
export type Rename = z.infer<typeof RENAME>;

/** A value of a fact, and what it is about where there may be several. */
const ITEM = z.strictObject({ of: z.string().optional(), is: z.string() });
export type Item = z.infer<typeof ITEM>;

const REPORT = z
  .strictObject({
    stack: z.string(),
    callers: z.array(CALLER),
    routes: z.array(ROUTE),
    /** The permissions that each caller can get, whether or not a route asks for them. */
    permissions: z.array(z.array(PERMISSION)),
    unusedPermissions: z.array(PERMISSION),
    idleFunctions: z.array(z.string()),
    renamed: z.array(RENAME),
    issuer: z.string(),
    /** The APIs and the lifetime of their tokens in seconds. */
    lifetimes: z.array(z.strictObject({ api: z.string(), seconds: z.number() })),
    /** What the routes' authorizers trust. */
    trusted: z.array(z.strictObject({ issuer: z.string(), audiences: z.array(z.string()) })),
    // What follows has a default where an older report lacks it.
    /** The clients that log users in in a browser: where the answer goes, and which origins may request tokens. */
    logins: z
      .array(
        z.strictObject({
          client: z.string(),
          callbacks: z.array(z.string()),
          logoutUrls: z.array(z.string()),
          origins: z.array(z.string()),
        }),
      )
      .default([]),
    origins: z.array(z.string()).default([]),
    /** The claims that access tokens of users have besides Auth0's, and what they hold. */
    claims: z.array(z.strictObject({ name: z.string(), source: z.string() })).default([]),
    /** The bound Actions; `decides` if one calls what denies access or changes scopes, which no cell shows. */
    actions: z.array(z.strictObject({ trigger: z.string(), name: z.string(), decides: z.boolean() })).default([]),
    exceptions: z.array(z.strictObject({ key: z.string(), reason: z.string() })),
    violations: z.array(z.strictObject({ rule: z.string(), resource: z.string(), message: z.string() })),
    /** The facts of `recorded.ts`, by name. Older reports lack those that were not recorded then. */
    facts: z.record(z.string(), z.array(ITEM)).default({}),
  })
  .refine(
    ({ callers, permissions, routes }) =>
      [permissions, ...routes.map(({ cells }) => cells)].every(({ length }) => length === callers.length),
    'a caller lacks a cell',
  );

/** Who may call what in a stack. It holds no id and no secret. */
export type Report = z.infer<typeof REPORT>;

/**
 * The content of access/<stack>.json: an element a line, so that a change of a verdict is a change of one line.
 * Invisible characters are escaped.
 */
export function toJson(report: Report): string {
  return `${inLines(report, '')}\n`.replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function inLines(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return JSON.stringify(value);
  const lines = Array.isArray(value)
    ? value.map((item) => JSON.stringify(item))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inLines(item, `${indent}  `)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}${close}`;
}

/** The report in a file of this form, or undefined for anything else. */
export function fromJson(text: string): Report | undefined {
  try {
    return REPORT.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
