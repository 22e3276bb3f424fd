// The messages between the server and the page. The browser's code is compiled alone, so this file imports only types.
import type { z } from 'zod';
import type { QUESTIONS } from './questions.ts';

/** The most recent requests that the twin and the page keep, each. */
export const KEPT = 200;

/** Replaces a secret. The page requests the real value when a person wants to see it. */
export const MASK = '••••••••';

/** A header on every request with a body: a page of another origin cannot send it without a preflight. */
export const PAGE_HEADER = 'x-twin-page';

/** The parts of a stack that the page shows, without secrets. Strings marked *Markdown* have names in backticks. */
export interface ShownState {
  readonly stack: string;
  readonly issuers: readonly string[];
  readonly startCommand: string;
  readonly caFile: string;
  readonly kid: string;
  readonly apis: readonly ShownApi[];
  readonly callers: readonly ShownCaller[];
  readonly clients: readonly { readonly clientId: string; readonly name: string }[];
  readonly users: readonly { readonly userId: string; readonly email: string }[];
}

export interface ShownApi {
  readonly name: string;
  readonly url: string;
  readonly rows: readonly ShownRow[];
}

export interface ShownCaller {
  /** The unique name in the access report, in *Markdown*. */
  readonly heading: string;
  readonly kind: 'client' | 'role' | 'user' | 'anyone';
  readonly name: string;
  /** How the caller gets a token, if not by its own credentials. */
  readonly detail: string;
  /** The ways in which the caller may request a token; empty for a role, which only users have. */
  readonly asks: readonly ShownAsk[];
}

export interface ShownAsk {
  readonly name: string;
  /** Whether this is a login in a browser: a request to `/authorize`, after which the twin makes the other requests. */
  readonly login: boolean;
  /** The request without its scope, in order; secrets are masked. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly declared: readonly string[];
  readonly permitted: readonly string[];
}

/** A request of a login, and its response: names to values, with tokens shortened and secrets masked. */
export interface ShownStep {
  readonly request: string;
  readonly sent: Readonly<Record<string, string>>;
  readonly status: number;
  readonly received: Readonly<Record<string, string>>;
}

export interface ShownRow {
  readonly routeKey: string;
  /** *Markdown* */
  readonly needs: string;
  /** The access report's cells, in *Markdown*: `allowed: …` or `denied: …`. */
  readonly cells: readonly string[];
  /** For each cell the scopes that allow the call, each sufficient alone; empty if no scope matters. */
  readonly opens: readonly (readonly string[])[];
  readonly path: string;
}

export interface ShownCheck {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not reached';
  readonly expected: string;
  readonly actual: string;
}

type Headers = readonly (readonly [name: string, value: string])[];

interface ShownBody {
  readonly headers: Headers;
  readonly body: string;
  readonly note: string;
}

/** A request as received, with its credentials masked. */
export interface ShownRequest extends ShownBody {
  /** With the question mark; empty without a query. */
  readonly query: string;
}

export interface ShownResponse extends ShownBody {
  readonly status: number;
}

interface Happened {
  /** Increases for as long as the twin runs. */
  readonly id: number;
  readonly at: number;
  readonly status: number;
  /** Why it was rejected or failed, or the outcome of a preflight; empty if there is nothing to explain. */
  readonly why: string;
}

export interface ApiEntry extends Happened {
  readonly kind: 'api';
  readonly milliseconds: number;
  readonly requestId: string;
  readonly api: string;
  readonly method: string;
  readonly path: string;
  /** Empty if no route matches. */
  readonly routeKey: string;
  readonly client: string;
  readonly user: string;
  readonly checks: readonly ShownCheck[];
  readonly request: ShownRequest;
  readonly response: ShownResponse;
  readonly log: string;
  readonly invoked: boolean;
  /** Undefined if another caller or scope would change nothing. */
  readonly advice: Advice | undefined;
}

export interface Advice {
  /** The heading of the caller; empty if the report does not list it. */
  readonly caller: string;
  readonly scopes: readonly string[];
  readonly others: readonly string[];
}

export interface TokenEntry extends Happened {
  readonly kind: 'token';
  /** Empty if the client was not authenticated. */
  readonly client: string;
  readonly user: string;
  readonly grantType: string;
  readonly subject: string;
  readonly requested: readonly string[];
  readonly permitted: readonly string[];
  readonly granted: readonly string[];
}

interface TenantEntry extends Happened {
  readonly kind: 'tenant';
  readonly method: string;
  readonly path: string;
  readonly routeKey: string;
}

/** Data that arrived at an API's port and could not be read as a request. */
interface UnreadEntry extends Happened {
  readonly kind: 'unread';
}

export type Entry = ApiEntry | TokenEntry | TenantEntry | UnreadEntry;

export interface StreamEvents {
  /** Sent first and after each change; `twin` changes with each start. */
  readonly state: { readonly twin: string; readonly state: ShownState };
  /** Newest last. `skipped` counts the entries that were not sent; `last` is the id of the newest entry of all. */
  readonly entries: { readonly entries: readonly Entry[]; readonly skipped: number; readonly last: number };
  /** Sent first: whether this browser may see secrets. */
  readonly access: { readonly secrets: boolean };
  /** Why the last reload failed; empty if it succeeded. */
  readonly problem: { readonly message: string };
}

/** The response to each of the page's requests. */
interface Answers {
  readonly token: {
    readonly status: number;
    readonly body: Readonly<Record<string, unknown>>;
    readonly steps: readonly ShownStep[];
  };
  readonly secrets: Readonly<Record<string, string>>;
  /** In base64url. */
  readonly signature: { readonly signature: string };
  readonly call: Called;
  readonly replay: Called;
  readonly curl: { readonly command: string };
  readonly event: { readonly event: string };
}

export type Endpoints = {
  readonly [K in keyof Answers]: {
    readonly question: Readonly<z.infer<(typeof QUESTIONS)[K]>>;
    readonly answer: Answers[K];
  };
};

export interface Called {
  readonly response: ShownResponse;
  /** Undefined if the gateway could not read the request. */
  readonly entry: ApiEntry | undefined;
}

export interface Refused {
  readonly error: string;
}
