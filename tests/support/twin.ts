import { createPrivateKey, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { SignJWT, type JWTHeaderParameters } from 'jose';
import { type Exchange, logLine, openPage, startTwin, type Twin } from '@auth0-http-api/twin';
import { afterFile } from './cleanup.ts';
import { evaluateHere } from './evaluate.ts';
import { copyProject, type ProjectCopy } from './project.ts';

export interface Outputs {
  readonly apiUrl: string;
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly audience: string;
  readonly clientIds: Readonly<Record<string, string>>;
  readonly clientSecrets: Readonly<Record<string, string>>;
  readonly testUser: { readonly email: string; readonly connection: string };
  readonly testUserPassword: string;
}

export interface TestTwin extends Twin {
  readonly project: ProjectCopy;
  readonly outputs: Outputs;
  /** What the request log would have shown. */
  readonly log: string[];
  readonly exchanges: Exchange[];
  /** Closes it and removes the copy; happens after the tests of the file anyway. */
  readonly end: () => Promise<void>;
}

interface TestTwinOptions {
  readonly stack?: string;
  readonly clock?: () => number;
  readonly withTenant?: boolean;
  readonly tls?: boolean;
  readonly forwards?: ReadonlyMap<string, URL>;
  /** With the page at the tenant's root. */
  readonly page?: boolean;
  /** One that has been closed, to be started again: on its ports, with its copy of the project. */
  readonly again?: TestTwin;
  /** Replaces the evaluation in this process, which responds to no request meanwhile. */
  readonly evaluate?: typeof evaluateHere;
  /** Changes the copy of the project before it is served. */
  readonly change?: (project: ProjectCopy) => void;
}

/** Serves a copy of the project on free ports, until the tests of the file have ended. */
export async function startTestTwin({
  stack = 'dev',
  clock,
  withTenant = true,
  tls = false,
  forwards,
  page = false,
  again,
  evaluate = evaluateHere,
  change,
}: TestTwinOptions = {}): Promise<TestTwin> {
  const project = again?.project ?? withKeys(copyProject(), stack);
  change?.(project);
  const log: string[] = [];
  const exchanges: Exchange[] = [];
  const twin = await startTwin({
    root: project.root,
    stack,
    port: portOf(again?.apiUrl),
    tenantPort: portOf(again?.tenantUrl),
    withTenant,
    tls,
    evaluate,
    ...(page && { page: openPage }),
    ...(clock && { clock }),
    ...(forwards && { forwards }),
    onEvent: (event) => {
      if (event.kind === 'api') exchanges.push(event.exchange);
      if (event.kind === 'printed') log.push(event.line);
      else if (event.kind === 'defect') log.push(`DEFECT ${inspect(event.error)}`);
      else log.push(...[logLine(event, twin.model(), new Date())].filter((line) => line !== undefined));
    },
  });
  if (keys.size === 0) for (const name of KEPT) keys.set(name, project.read(`.twin/${stack}/${name}`));
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= twin.close());
  afterFile(close);
  return {
    ...twin,
    close,
    project,
    outputs: JSON.parse(project.read(`.twin/${stack}/outputs.json`)) as Outputs,
    log,
    exchanges,
    end: async () => {
      await close();
      project.remove();
    },
  };
}

/** The files that the first twin of this process has made; they take longer to make than all else. */
const keys = new Map<string, string>();
const KEPT = ['seed', ...['signing-key', 'next-signing-key'].flatMap((name) => [`${name}.pem`, `${name}.crt`])];

/** Gives those to a copy of the project, if there are any. */
export function withKeys(project: ProjectCopy, stack = 'dev'): ProjectCopy {
  for (const [name, text] of keys) project.write(`.twin/${stack}/${name}`, text);
  return project;
}

/** 0 chooses a free one. */
function portOf(url: string | undefined): number {
  return url === undefined ? 0 : Number(new URL(url).port);
}

/** `POST /oauth/token` in JSON, with the client's own credentials unless others are given. */
export async function requestToken(
  twin: TestTwin,
  parameters: Readonly<Record<string, unknown>>,
  client = 'test-app',
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
  const { outputs } = twin;
  const response = await fetch(outputs.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: outputs.clientIds[client],
      client_secret: outputs.clientSecrets[client],
      audience: outputs.audience,
      ...parameters,
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** The parameters of the article's user. */
export function userLogin({ outputs }: TestTwin): Record<string, string> {
  return { grant_type: 'password', username: outputs.testUser.email, password: outputs.testUserPassword };
}

/** A good token of the test client. */
export async function serviceToken(twin: TestTwin): Promise<string> {
  const { body } = await requestToken(twin, { grant_type: 'client_credentials' });
  return String(body['access_token']);
}

/** The twin's own signing key, and the id it is published under. */
export async function signingKey(twin: TestTwin): Promise<{ key: KeyObject; kid: string }> {
  const response = await fetch(`${twin.tenantUrl}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: { kid: string }[] };
  const key = createPrivateKey(twin.project.read(`.twin/${twin.model().stack}/signing-key.pem`));
  return { key, kid: keys[0]?.kid ?? '' };
}

/** Claims that the gateway lets through, at a time. */
export function goodClaims({ outputs }: TestTwin, now = Math.floor(Date.now() / 1000)): Record<string, unknown> {
  return {
    iss: outputs.issuer,
    sub: 'another-client@clients',
    aud: outputs.audience,
    iat: now,
    exp: now + 3600,
    scope: 'read:user',
    azp: 'another-client',
  };
}

/** Signs claims, with the twin's own key unless another is given. */
export async function mint(
  twin: TestTwin,
  claims: Readonly<Record<string, unknown>>,
  { header, key }: { readonly header?: Partial<JWTHeaderParameters>; readonly key?: KeyObject | Uint8Array } = {},
): Promise<string> {
  const own = await signingKey(twin);
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: own.kid, ...header })
    .sign(key ?? own.key);
}

/** `GET /test`, or another request, with a token as a bearer or with none. */
export async function call(
  twin: TestTwin,
  token: string | undefined,
  path = '/test',
  init: RequestInit = {},
): Promise<{
  readonly status: number;
  readonly text: string;
  readonly challenge: string | null;
  readonly headers: Headers;
}> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  const response = await fetch(twin.apiUrl + path, { ...init, headers });
  return {
    status: response.status,
    text: await response.text(),
    challenge: response.headers.get('www-authenticate'),
    headers: response.headers,
  };
}
