// What the page's two sides say to each other. The browser's side is compiled by itself, so this file imports nothing.

/** Stands where a secret would: whoever wants the real one has to ask for it. */
export const MASK = '••••••••';

/** The header that every request with a body must have: no other origin's page can send it without being asked first. */
export const PAGE_HEADER = 'x-twin-page';

/** What a stack is, as far as the page shows it; no secret is in it. Texts marked *Markdown* have names in backticks. */
export interface ShownState {
  readonly stack: string;
  readonly apiUrl: string;
  readonly issuer: string;
  /** The file of the authority to trust; empty where the tenant is served over http. */
  readonly caFile: string;
  /** The key that the tenant signs with now. */
  readonly kid: string;
  readonly callers: readonly ShownCaller[];
  readonly rows: readonly ShownRow[];
  readonly clients: readonly { readonly clientId: string; readonly name: string }[];
  readonly users: readonly { readonly userId: string; readonly email: string }[];
}

/** A column of the matrix. */
export interface ShownCaller {
  /** As the access report calls it, in *Markdown*; no two are alike. */
  readonly heading: string;
  readonly kind: 'client' | 'role' | 'user' | 'anyone';
  /** The ways in which it may ask for a token; none for a role, which is nobody by itself. */
  readonly asks: readonly ShownAsk[];
}

export interface ShownAsk {
  /** The name of the grant, the API's identifier behind it. */
  readonly name: string;
  /** Whether it is a login in a browser: the request is one to `/authorize` then, and the twin plays what follows. */
  readonly login: boolean;
  /** The request but for its scope, in order; secrets are masked. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The scopes that the API declares. */
  readonly declared: readonly string[];
  /** Those that the caller can get. */
  readonly permitted: readonly string[];
}

/** A request of a login, and its answer: names to values, tokens cut and secrets masked. */
export interface ShownStep {
  /** As in `GET /authorize`. */
  readonly request: string;
  readonly sent: Readonly<Record<string, string>>;
  readonly status: number;
  readonly got: Readonly<Record<string, string>>;
}

/** A row of the matrix; a cell for each caller. */
export interface ShownRow {
  readonly routeKey: string;
  /** *Markdown* */
  readonly needs: string;
  /** The access report's cells, in *Markdown*: `allowed: …` or `denied: …`. */
  readonly cells: readonly string[];
  /** For each cell the scopes by which it is allowed, each of them enough; none where no scope plays a part. */
  readonly opens: readonly (readonly string[])[];
  /** A path that the route takes. */
  readonly path: string;
}

/** One thing that the gateway looked at. */
export interface ShownCheck {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not reached';
  readonly wanted: string;
  readonly got: string;
}

/** A response as it went to the client. */
export interface ShownResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Why the body is not shown as it is, if it is not. */
  readonly note: string;
}

interface Happened {
  /** Counts up for as long as the twin runs. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: number;
}

/** A request to the API, explained by the gateway's own record of it. */
export interface ApiEntry extends Happened {
  readonly kind: 'api';
  readonly milliseconds: number;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** Empty where no route takes it. */
  readonly routeKey: string;
  /** Who called, by a token that was good; empty where that is not known. */
  readonly caller: string;
  /** Why it was refused, or failed, in plain words; empty where all went well. */
  readonly why: string;
  readonly checks: readonly ShownCheck[];
  readonly response: ShownResponse;
  /** The access log's line; empty where the stage writes none. */
  readonly log: string;
  /** Whether a function was asked. */
  readonly invoked: boolean;
}

/** A request for a token. */
export interface TokenEntry extends Happened {
  readonly kind: 'token';
  /** The user whom the request names, or the client; empty where the client did not prove who it is. */
  readonly caller: string;
  /** Why there is none; empty where there is one. */
  readonly why: string;
  readonly grantType: string;
  readonly subject: string;
  readonly requested: readonly string[];
  readonly permitted: readonly string[];
  readonly granted: readonly string[];
}

/** A request to the tenant that was none for a token. */
export interface TenantEntry extends Happened {
  readonly kind: 'tenant';
  readonly method: string;
  readonly path: string;
  /** What of the tenant took it, like `GET /userinfo`; empty where nothing did. */
  readonly routeKey: string;
  /** Why it was refused, in plain words; empty where it was not. */
  readonly why: string;
}

/** What came to the API's port and was no request that could be decided on. */
export interface UnreadEntry extends Happened {
  readonly kind: 'unread';
  readonly why: string;
}

export type Entry = ApiEntry | TokenEntry | TenantEntry | UnreadEntry;

/** What the twin says by itself, over server-sent events of these names. */
export interface Said {
  /** At the beginning and after each change; `twin` is another one for each start. */
  readonly state: { readonly twin: string; readonly state: ShownState };
  /** Newest last; `skipped` came besides, too fast to be shown. `last` is the id of the newest of all. */
  readonly entries: { readonly entries: readonly Entry[]; readonly skipped: number; readonly last: number };
  /** At the beginning: whether this browser may see secrets. */
  readonly access: { readonly secrets: boolean };
  /** What is wrong with the program as it is now; empty when it is served as it is. */
  readonly problem: { readonly message: string };
  /** The twin ends. */
  readonly bye: object;
}

/** What the page asks for, by the last part of its path under `/_twin/`, and the answer. */
export interface Asked {
  /** Plays a token request, the masks in it replaced; `ask` is the name of one of the caller's, wherever it stands by now. */
  readonly token: {
    readonly question: { readonly caller: string; readonly ask: string; readonly parameters: Record<string, string> };
    readonly answer: {
      readonly status: number;
      readonly body: Readonly<Record<string, unknown>>;
      /** What a login took; none where one request was all. */
      readonly steps: readonly ShownStep[];
    };
  };
  /** The secrets of a token request, by the name of the parameter. */
  readonly secrets: {
    readonly question: { readonly caller: string; readonly ask: string };
    readonly answer: Readonly<Record<string, string>>;
  };
  /** The twin's own signature of a token's first two parts, in base64url. */
  readonly signature: {
    readonly question: { readonly signed: string; readonly alg: string };
    readonly answer: { readonly signature: string };
  };
  /** Plays a request to the API; an empty token is none. */
  readonly call: {
    readonly question: {
      readonly caller: string;
      readonly method: string;
      readonly path: string;
      readonly token: string;
      readonly body: string;
    };
    readonly answer: Called;
  };
  /** The event of a request that is kept yet; its token masked unless `reveal`. */
  readonly event: {
    readonly question: { readonly requestId: string; readonly reveal: boolean };
    readonly answer: { readonly event: string };
  };
}

/** What became of a call that the page had made. */
export interface Called {
  readonly response: ShownResponse;
  /** Unread where the gateway turned it away before it was a request that could be decided on; absent where that is lost. */
  readonly entry: ApiEntry | UnreadEntry | undefined;
  readonly advice: Advice | undefined;
}

/** What the access report has to say about a token that lacked the route's scopes. */
export type Advice =
  | { readonly kind: 'may have'; readonly scopes: readonly string[] }
  /** *Markdown*, the access report's cell. */
  | { readonly kind: 'may not'; readonly cell: string };

/** What is answered where a question cannot be. */
export interface Refused {
  readonly error: string;
}
