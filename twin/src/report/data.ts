import { z } from 'zod';
import { ITEM } from './reading.ts';
import { RECORDED, type RecordedFact } from './recorded.ts';

/** What decides a cell. The first three kinds allow the call. */
const VERDICT = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('public') }),
  z.strictObject({ kind: z.literal('any token') }),
  z.strictObject({ kind: z.literal('scopes'), scopes: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('lacks'), scopes: z.array(z.string()) }),
  /** The tenant issues no token. `why` is empty for a caller that requests none. */
  z.strictObject({ kind: z.literal('no token'), why: z.string() }),
  /** The gateway rejects the token whatever its scopes. Any of the expected values would pass the check. */
  z.strictObject({
    kind: z.literal('rejected token'),
    check: z.string(),
    expected: z.array(z.string()),
    actual: z.string(),
  }),
]);
export type Verdict = z.infer<typeof VERDICT>;

/** The client and the flow of a user's login. */
const LOGIN = { through: z.string().optional(), flow: z.enum(['password', 'authorization_code']).optional() };

const CALLER = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('client'), name: z.string(), grantType: z.string().optional() }),
  z.strictObject({ kind: z.literal('role'), name: z.string(), ...LOGIN }),
  z.strictObject({ kind: z.literal('user'), name: z.string(), ...LOGIN }),
  z.strictObject({ kind: z.literal('anyone') }),
]);
export type ReportedCaller = z.infer<typeof CALLER>;

const PERMISSION = z.strictObject({ name: z.string(), api: z.string().optional() });
export type Permission = z.infer<typeof PERMISSION>;

const BACKEND = z.strictObject({ kind: z.enum(['function', 'existing function', 'endpoint']), name: z.string() });
export type Backend = z.infer<typeof BACKEND>;

const ROUTE = z.strictObject({
  route: z.string(),
  /** `public`, or the scopes of which a token needs one; empty for any token. */
  needs: z.union([z.literal('public'), z.array(z.string())]),
  backend: BACKEND,
  mayInvoke: z.boolean(),
  cells: z.array(VERDICT),
});
export type ReportedRoute = z.infer<typeof ROUTE>;

/** Renamed routes are not reported: a comparison finds them. */
const RENAME = z.strictObject({ kind: z.enum(['client', 'function', 'route']), before: z.string(), now: z.string() });
export type Rename = z.infer<typeof RENAME>;

const REPORT = z
  .strictObject({
    stack: z.string(),
    callers: z.array(CALLER),
    routes: z.array(ROUTE),
    /** The permissions that each caller can get, including those that no route needs. */
    permissions: z.array(z.array(PERMISSION)),
    unusedPermissions: z.array(PERMISSION),
    renamed: z.array(RENAME),
    issuer: z.string(),
    lifetimes: z.array(z.strictObject({ api: z.string(), seconds: z.number() })),
    trusted: z.array(z.strictObject({ issuer: z.string(), audiences: z.array(z.string()) })),
    /** The clients with a login in a browser: their callbacks, and the origins that may request tokens. */
    logins: z.array(
      z.strictObject({
        client: z.string(),
        callbacks: z.array(z.string()),
        logoutUrls: z.array(z.string()),
        origins: z.array(z.string()),
      }),
    ),
    origins: z.array(z.string()),
    claims: z.array(z.strictObject({ name: z.string(), source: z.string() })),
    /** The bound Actions. `decides` if an Action may deny access or change scopes, which no cell shows. */
    actions: z.array(z.strictObject({ trigger: z.string(), name: z.string(), decides: z.boolean() })),
    exceptions: z.array(z.strictObject({ key: z.string(), reason: z.string() })),
    violations: z.array(z.strictObject({ rule: z.string(), resource: z.string(), message: z.string() })),
    facts: z.record(z.enum(Object.keys(RECORDED) as RecordedFact[]), z.array(ITEM)),
  })
  .refine(
    ({ callers, permissions, routes }) =>
      [permissions, ...routes.map(({ cells }) => cells)].every(({ length }) => length === callers.length),
    'a caller lacks a cell',
  );

/** Who may call what in a stack. It contains no id and no secret. */
export type Report = z.infer<typeof REPORT>;

/**
 * Returns the content of access/<stack>.json, with one element per line, so that a changed verdict changes one line.
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

/** Returns the report in a file of this form, or undefined for any other text, such as a report of another version. */
export function fromJson(text: string): Report | undefined {
  try {
    return REPORT.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
