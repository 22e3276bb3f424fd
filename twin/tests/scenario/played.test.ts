import { decodeJwt, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { accessOf, type Access, type Answer, type Cell } from '../../src/report/cells.ts';
import type { Caller } from '../../src/report/callers.ts';
import { cellText, heading } from '../../src/report/texts.ts';
import { play } from '../../src/verify/play.ts';
import { countOf, differencesOf } from '../../src/verify/table.ts';
import type { Route } from '../../src/model/http-api.ts';
import { routeOf } from '../../src/gateway/match.ts';
import { fillAccess } from '../support/full-access.ts';
import type { ProjectCopy } from '../../../tests/support/project.ts';
import { playOptions } from '../support/verifiable.ts';
import { call, signingKey, startTestTwin, type TestTwin } from '../support/twin.ts';

/** A client that may log users in, in a stack that has none. */
function addLogin(project: ProjectCopy): void {
  project.edit('Pulumi.staging.yaml', 'passwordGrant: forbid', 'passwordGrant: allow');
  const file = project.read('Pulumi.staging.yaml').trimEnd();
  project.write(
    'Pulumi.staging.yaml',
    `${file}\n    - { name: login, party: first, grants: [password], permissions: [] }\n`,
  );
}

const STACKS = [
  { what: 'dev', stack: 'dev' },
  { what: 'staging, with a client that could log users in', stack: 'staging', change: addLogin },
  { what: 'prod', stack: 'prod' },
  { what: 'dev, with callers and routes of every kind', stack: 'dev', change: fillAccess },
];

const PLAYED = await Promise.all(
  STACKS.map(async ({ what, stack, change }) => {
    return { what, twin: await startTestTwin({ stack, ...(change && { change }) }) };
  }),
);
const accessTo = (twin: TestTwin): Access => accessOf(twin.model(), Math.floor(Date.now() / 1000));

describe.each(PLAYED)('The access report of stack $what', ({ twin }) => {
  it('Real requests with tokens of the tenant confirm every cell of the access report', async () => {
    const { callers, rows, answers } = accessTo(twin);
    const sign = await signer(twin);
    const cellsOf = (caller: Caller): Cell[] =>
      rows.map(({ cells }) => cells[callers.indexOf(caller)]).filter((cell) => cell !== undefined);
    const played: string[] = [];
    // One caller after another: thousands of requests at once would make the gateway late for the keys.
    for (const caller of callers) {
      const tokens = distinct(await tokensOf(twin, caller, answers.get(caller) ?? [], sign));
      for (const cell of cellsOf(caller)) played.push(line(cell, await isLetIn(twin, cell.route, tokens)));
    }
    const reported = callers.flatMap((caller) => cellsOf(caller).map((cell) => line(cell, cell.allowed)));
    expect(played).toEqual(reported);
    expect(twin.log.filter((text) => text.startsWith('DEFECT'))).toEqual([]);
    expect(reported.length).toBe(callers.length * twin.model().api.routes.length);
  });

  it('npm run verify agrees with the access report', async () => {
    const played = await play(playOptions(twin, { allMethods: true }));
    expect(differencesOf(played)).toEqual([]);
    expect(countOf(played).agree).toBeGreaterThan(0);
  });
});

it('The played cells include every kind of verdict', () => {
  const texts = PLAYED.flatMap(({ twin }) => accessTo(twin).rows.flatMap(({ cells }) => cells.map(cellText)));
  expect([...new Set(texts)].toSorted()).toEqual([
    'allowed: `read:user`',
    'allowed: `read:user`, `write:user`',
    'allowed: `write:user`',
    'allowed: any token',
    'allowed: public',
    'denied: lacks `read:appointments`',
    'denied: lacks `read:user`',
    'denied: lacks `read:user` or `write:user`',
    'denied: lacks `write:user`',
    'denied: no token',
    'denied: no token (no client grant for the API)',
    'denied: no token (no user is declared)',
    'denied: no token (the client has no grant type)',
    'denied: no token (the client may not use this grant)',
    'denied: no token (the connection is not enabled for the client)',
    'denied: no token (the user is blocked)',
    'denied: the audience is `https://test-api-for-jwt-authorizer.example.com`, not `https://unknown.example.com`',
    'denied: the issuer is `https://your-tenant.eu.auth0.com/`, not `https://your-tenant.eu.auth0.com`',
  ]);
});

/** A cell in a line; a role's has no user, so that its token is minted. */
function line({ caller, route }: Cell, allowed: boolean): string {
  const minted = caller.kind === 'role' ? ' (minted)' : '';
  return `${heading(caller)}${minted} ${allowed ? 'may' : 'may not'} call ${route.routeKey}`;
}

type Sign = (claims: Readonly<Record<string, unknown>>) => Promise<string>;

async function signer(twin: TestTwin): Promise<Sign> {
  const { key, kid } = await signingKey(twin);
  return (claims) => new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(key);
}

/** All tokens that the caller gets; the tenant must answer each request as the report says that it would. */
async function tokensOf(twin: TestTwin, caller: Caller, answers: readonly Answer[], sign: Sign): Promise<string[]> {
  if (caller.kind === 'anyone') return [];
  if (caller.kind === 'role') {
    const claims = answers.flatMap((answer) => (answer.kind === 'token' ? [JSON.stringify(answer.claims)] : []));
    return Promise.all([...new Set(claims)].map((one) => sign(JSON.parse(one) as Record<string, unknown>)));
  }
  const { client } = caller;
  if (client === undefined) return [];
  if (answers.length === 0) {
    // A request in its name is rejected for every user.
    const attempts = [
      { grant_type: caller.kind === 'client' ? (caller.grantType ?? 'client_credentials') : 'password' },
      { grant_type: 'http://auth0.com/oauth/grant-type/password-realm', realm: 'users' },
    ];
    for (const attempt of attempts) {
      const user = { username: 'unknown@example.com', password: 'a guess' };
      expect((await ask(twin, client, { ...attempt, ...user, audience: twin.outputs.audience })).status).not.toBe(200);
    }
    return [];
  }
  const tokens = await Promise.all(
    answers.map(async (answer) => {
      const { status, token } = await ask(twin, client, Object.fromEntries(answer.ask.parameters));
      expect(status, `${heading(caller)} for ${answer.ask.api.identifier}`).toBe(
        answer.kind === 'token' ? 200 : answer.refusal.status,
      );
      return token;
    }),
  );
  return tokens.filter((token) => token !== undefined);
}

/** Leaves out tokens that agree with another in every claim that the gateway reads. */
function distinct(tokens: readonly string[]): string[] {
  const read = (token: string): string => {
    const { iss, aud, scope } = token.split('.').length === 3 ? decodeJwt(token) : { iss: token };
    return JSON.stringify([iss, aud, scope]);
  };
  return [...new Map(tokens.map((token) => [read(token), token])).values()];
}

async function ask(
  { outputs }: TestTwin,
  { clientId, secret }: { readonly clientId: string; readonly secret: string },
  parameters: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly token: string | undefined }> {
  const response = await fetch(outputs.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: clientId, client_secret: secret, ...parameters }),
  });
  const { access_token: token } = (await response.json()) as { readonly access_token?: string };
  return { status: response.status, token };
}

/** Whether any of the tokens opens the route; without one, whether it is open anyway. */
async function isLetIn(twin: TestTwin, route: Route, tokens: readonly string[]): Promise<boolean> {
  const { method, path } = requestFor(route);
  expect(routeOf({ method, target: path }, twin.model().api.routes)?.routeKey).toBe(route.routeKey);
  const statuses = await Promise.all(
    (tokens.length === 0 ? [undefined] : tokens).map(
      async (token) => (await call(twin, token, path, { method })).status,
    ),
  );
  expect(statuses.filter((status) => ![200, 401, 403].includes(status))).toEqual([]);
  return statuses.includes(200);
}

function requestFor({ routeKey, match }: Route): { readonly method: string; readonly path: string } {
  if (match.kind === 'default') return { method: 'GET', path: '/matched/by/no/other/route' };
  const path = routeKey
    .slice(routeKey.indexOf(' ') + 1)
    .replace(/\{[^}]*\+\}/, 'x/y')
    .replaceAll(/\{[^}]*\}/g, 'x');
  return { method: match.method === 'ANY' ? 'PATCH' : match.method, path };
}
