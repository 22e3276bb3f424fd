import { MAIN, PASSWORD, secretOf } from './full-tenant.ts';
import { rowsOf } from './rows.ts';
import { PASSWORD_REALM } from '../../src/tenant/password.ts';

/** A request to the tenant, by default a token request. */
export interface TenantRequest {
  readonly method?: string;
  readonly target?: string;
  /** Undefined sends no Host at all. */
  readonly host?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A response; only the status without an error. */
export interface TenantAnswer {
  readonly status: number;
  readonly error?: string;
  readonly description?: string;
}

/** The title says what the tenant does with the request. */
export type RequestRow = readonly [title: string, request: TenantRequest, answer: TenantAnswer];

export const rows = rowsOf<TenantRequest, TenantAnswer>;

export type Change = Readonly<Record<string, unknown>>;

/** Returns a value for a title. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length < 50 ? text : `${text.slice(0, 40)}… (${text.length} characters)`;
};

export const ID = 'test-app';
export const SECRET = secretOf(ID);
export const EMAIL = 'editor@example.com';
export const REALM = 'users';

/** Good requests: a service's, a user's against the default directory, and one against a connection. */
export const SERVICE = { grant_type: 'client_credentials', client_id: ID, client_secret: SECRET, audience: MAIN };
export const USER = { ...SERVICE, grant_type: 'password', username: EMAIL, password: PASSWORD };
export const REALM_USER = { ...USER, grant_type: PASSWORD_REALM, realm: REALM };

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

export const post = (type: string, body: string | Buffer, headers: TenantRequest['headers'] = {}): TenantRequest => ({
  headers: { 'content-type': type, ...headers },
  body,
});

/** Encodes parameters as a form, without values that are not strings. */
export function formOf(parameters: Change): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (typeof value === 'string') form.append(name, value);
  return form.toString();
}

/** Returns a good request in JSON, by default a service's, with these parameters changed or removed. */
export const asJson = (change: Change = {}, good: Change = SERVICE): TenantRequest =>
  post(JSON_TYPE, JSON.stringify({ ...good, ...change }));
/** Returns the same as a form. */
export const asForm = (change: Change = {}, good: Change = SERVICE): TenantRequest =>
  post(FORM_TYPE, formOf({ ...good, ...change }));

/** Returns a service's good request with this Authorization header instead of credentials in the body. */
export const authorized = (authorization: string, change: Change = {}): TenantRequest => {
  const bare: Change = { ...SERVICE, client_id: undefined, client_secret: undefined };
  return post(FORM_TYPE, formOf({ ...bare, ...change }), { authorization });
};

export const base64 = (content: string | readonly number[]): string =>
  Buffer.from(content as string).toString('base64');
export const basic = (id: string, secret: string): string => `Basic ${base64(`${id}:${secret}`)}`;

/** Returns a service's good request with another path, method or host. */
export const elsewhere = (change: TenantRequest): TenantRequest => ({ ...asJson(), ...change });
export const get = (target: string, change: TenantRequest = {}): TenantRequest => ({
  method: 'GET',
  target,
  ...change,
});

/** The request for the tenant's `fetch`; its body is bytes, so that no client adds a content type. */
export function requestOf({ method = 'POST', target = '/oauth/token', host, headers, body }: TenantRequest): Request {
  const hasBody = body !== undefined && method !== 'GET' && method !== 'HEAD';
  return new Request(`http://${host ?? 'localhost'}${target}`, {
    method,
    ...(headers && { headers }),
    ...(hasBody && { body: Buffer.from(body) }),
  });
}

/** Returns the bytes of a request, with a length unless its headers have one or it is chunked. */
export function wireBytes(request: TenantRequest): Buffer {
  const { method = 'POST', target = '/oauth/token', headers = {}, body } = request;
  const host = 'host' in request ? request.host : 'localhost';
  const content = Buffer.from(body ?? '');
  const needsLength = body !== undefined && !('transfer-encoding' in headers || 'content-length' in headers);
  const head = [
    `${method} ${target} HTTP/1.1`,
    ...(host === undefined ? [] : [`host: ${host}`]),
    'connection: close',
    ...(needsLength ? [`content-length: ${content.length}`] : []),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), content]);
}

/** A body in chunks. */
export function chunksOf(text: string, size: number): string {
  const chunks = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
  return `${chunks.map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
}

export const refusal = (status: number, error: string, description: string): TenantAnswer => ({
  status,
  error,
  description,
});
export const badRequest = (description: string): TenantAnswer => refusal(400, 'invalid_request', description);
export const denied = (description: string): TenantAnswer => refusal(403, 'access_denied', description);
export const GRANTED: TenantAnswer = { status: 200 };
/** Node's own response, before the tenant reads anything. */
export const NO_REQUEST: TenantAnswer = { status: 400 };
export const UNAUTHORIZED = refusal(401, 'access_denied', 'Unauthorized');
export const NO_CLIENT = refusal(401, 'invalid_client', 'Missing client_id');
export const TWO_WAYS = badRequest('Only one method of client authentication may be used');
export const NO_ASSERTION_TYPE = badRequest(
  'client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
);
export const NO_JSON = badRequest('The body is not valid JSON');
export const NO_OBJECT = badRequest('The body must be a JSON object');
export const NO_TYPE = badRequest('The body must be application/json or application/x-www-form-urlencoded');
export const TOO_LARGE = refusal(413, 'invalid_request', 'The body is too large');
export const WRONG_PASSWORD = refusal(403, 'invalid_grant', 'Wrong email or password.');
export const NO_AUDIENCE = denied('Non-global clients are not allowed access to APIv1');
export const NOT_FOUND = refusal(404, 'not_found', 'The twin has no such endpoint');
export const MISDIRECTED = refusal(421, 'misdirected_request', 'This host is not the tenant');
export const missing = (name: string): TenantAnswer => badRequest(`Missing required parameter: ${name}`);
export const notText = (name: string): TenantAnswer => badRequest(`The parameter ${name} must be a string`);
export const twice = (name: string): TenantAnswer => badRequest(`The parameter ${name} comes more than once`);
export const unsupported = (grantType: string): TenantAnswer =>
  refusal(403, 'unsupported_grant_type', `Unsupported grant type: ${grantType}`);
/** The response to a user's request; a service's differs. */
export const unknownService = (audience: string): TenantAnswer => denied(`Service not found: ${audience}`);
export const serviceNotEnabled = (audience: string): TenantAnswer =>
  denied(`Service not enabled within domain: ${audience}`);
export const notGranted = (scopes: string): TenantAnswer => denied(`Client has not been granted scopes: ${scopes}`);
export const unknownRealm = (realm: string): TenantAnswer =>
  refusal(403, 'invalid_request', `Unknown realm '${realm}'`);
