import { gzipSync } from 'node:zlib';

/** What a good request needs, of a twin's client and user. */
export interface Credentials {
  readonly id: string;
  readonly secret: string;
  readonly audience: string;
  readonly username: string;
  readonly password: string;
  readonly realm: string;
}

/** A request to the tenant, as it goes over the wire. */
export interface Ask {
  readonly method?: string;
  readonly target?: string;
  /** Undefined sends no Host at all. */
  readonly host?: string | undefined;
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
}

/** An answer without an error says only its status. */
export interface TenantAnswer {
  readonly status: number;
  readonly error?: string;
  readonly description?: string;
}

/** The name says what the tenant does with the request. */
export type RequestRow = readonly [name: string, ask: (good: Credentials) => Ask, answer: TenantAnswer];

type Change = Readonly<Record<string, unknown>>;
type Make<T> = (good: Credentials) => T;
/** What a row changes of a good request; a function of the credentials where it needs them. */
type Changes = Change | Make<Change>;

const changeOf = (changes: Changes, good: Credentials): Change =>
  typeof changes === 'function' ? changes(good) : changes;

const service = ({ id, secret, audience }: Credentials): Change => ({
  grant_type: 'client_credentials',
  client_id: id,
  client_secret: secret,
  audience,
});

const user = ({ username, password, ...good }: Credentials): Change => ({
  ...service({ username, password, ...good }),
  grant_type: 'password',
  username,
  password,
});

const realmUser = (good: Credentials): Change => ({
  ...user(good),
  grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
  realm: good.realm,
});

export const post = (type: string, body: string | Buffer, ...headers: string[]): Ask => ({
  headers: [`content-type: ${type}`, ...headers],
  body,
});

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** A form's text; what is no text is left out. */
export function formOf(parameters: Change): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (typeof value === 'string') form.append(name, value);
  return form.toString();
}

const jsonOf =
  (from: Make<Change>) =>
  (changes: Changes = {}, ...headers: string[]): Make<Ask> =>
  (good) =>
    post(JSON_TYPE, JSON.stringify({ ...from(good), ...changeOf(changes, good) }), ...headers);

/** A service's good request in JSON, with these parameters changed or, where the value is undefined, left out. */
export const asJson = jsonOf(service);
/** The same for a user, against the default directory. */
export const asUser = jsonOf(user);
/** The same for a user, against the connection that the request names. */
export const asRealmUser = jsonOf(realmUser);

/** A service's good request as a form, changed likewise. */
export const asForm =
  (changes: Changes = {}, ...headers: string[]): Make<Ask> =>
  (good) =>
    post(FORM_TYPE, formOf({ ...service(good), ...changeOf(changes, good) }), ...headers);

/** A service's good request as a form, with a text after it. */
export const formWith =
  (more: Make<string>): Make<Ask> =>
  (good) =>
    post(FORM_TYPE, `${formOf(service(good))}&${more(good)}`);

/** A service's good JSON text, changed as a text. */
export const jsonText =
  (change: (text: string) => string | Buffer, type = JSON_TYPE): Make<Ask> =>
  (good) =>
    post(type, change(JSON.stringify(service(good))));

/** A service's good request, without the client in its body and with this Authorization instead. */
export const authorized = (authorization: Make<string>, changes: Changes = {}): Make<Ask> => {
  const bare: Change = { client_id: undefined, client_secret: undefined };
  return (good) => asForm({ ...bare, ...changeOf(changes, good) }, `authorization: ${authorization(good)}`)(good);
};

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

/** A service's good request to another place, by another method or to another host. */
export const elsewhere =
  (change: Ask): Make<Ask> =>
  (good) => ({ ...asJson()(good), ...change });

/** A request without a body. */
export const get =
  (target: string, change: Ask = {}): Make<Ask> =>
  () => ({ method: 'GET', target, ...change });

export const gzipped: (text: string) => Buffer = (text) => gzipSync(text);

/** The bytes of a request, with a length unless it is chunked. */
export function wireBytes({ method = 'POST', target = '/oauth/token', headers = [], body, ...rest }: Ask): Buffer {
  const host = 'host' in rest ? rest.host : 'localhost';
  const content = Buffer.from(body ?? '');
  const chunked = headers.some(
    (header) => header.startsWith('transfer-encoding') || header.startsWith('content-length'),
  );
  const head = [
    `${method} ${target} HTTP/1.1`,
    ...(host === undefined ? [] : [`host: ${host}`]),
    'connection: close',
    ...(body === undefined || chunked ? [] : [`content-length: ${content.length}`]),
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), content]);
}

/** A body in chunks. */
export function chunksOf(text: string, size: number): string {
  const chunks = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
  return `${chunks.map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
}

export const GRANTED: TenantAnswer = { status: 200 };
const refusal = (status: number, error: string, description: string): TenantAnswer => ({ status, error, description });
export const badRequest = (description: string): TenantAnswer => refusal(400, 'invalid_request', description);
export const missing = (name: string): TenantAnswer => badRequest(`Missing required parameter: ${name}`);
export const notText = (name: string): TenantAnswer => badRequest(`The parameter ${name} must be a text`);
export const twice = (name: string): TenantAnswer => badRequest(`The parameter ${name} comes more than once`);
export const UNAUTHORIZED = refusal(401, 'access_denied', 'Unauthorized');
export const NO_CLIENT = refusal(401, 'invalid_client', 'Missing client_id');
export const TWO_WAYS = badRequest('Only one way of client authentication may be used at once');
export const NO_JSON = badRequest('The body is not valid JSON');
export const NO_OBJECT = badRequest('The body must be a JSON object');
export const NO_TYPE = badRequest('The body must be application/json or application/x-www-form-urlencoded');
export const TOO_LARGE = refusal(413, 'invalid_request', 'The body is too large');
export const WRONG_PASSWORD = refusal(403, 'invalid_grant', 'Wrong email or password.');
export const NO_AUDIENCE = refusal(403, 'access_denied', 'Non-global clients are not allowed access to APIv1');
export const NOT_FOUND = refusal(404, 'not_found', 'The twin has no such endpoint');
export const MISDIRECTED = refusal(421, 'misdirected_request', 'This host is not the tenant');
export const unsupported = (grantType: string): TenantAnswer =>
  refusal(403, 'unsupported_grant_type', `Unsupported grant type: ${grantType}`);
export const unknownService = (audience: string): TenantAnswer =>
  refusal(403, 'access_denied', `Service not found: ${audience}`);
export const notGranted = (scopes: string): TenantAnswer =>
  refusal(403, 'access_denied', `Client has not been granted scopes: ${scopes}`);
export const unknownRealm = (realm: string): TenantAnswer =>
  refusal(403, 'invalid_request', `Unknown realm '${realm}'`);
