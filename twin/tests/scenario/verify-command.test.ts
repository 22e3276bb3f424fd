import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeJwt } from 'jose';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askOf, callerNamed } from '../../src/cli/token.ts';
import { outcomeHere, runTwin, twinHere } from '../support/cli.ts';
import { copyProject, type ProjectCopy } from '../../../tests/support/project.ts';
import { call, startTestTwin, type TestTwin } from '../support/twin.ts';

/** A twin of the checkout as it is meant to be. */
let running: TestTwin;
let checkout: ProjectCopy;
/** A twin of a checkout that has lost its client grant. */
let broken: TestTwin;
beforeAll(async () => {
  running = await startTestTwin();
  checkout = running.project;
  broken = await startTestTwin({
    change: (project) => project.edit('program/auth0/application.ts', 'of subjectsOf(client)', 'of []'),
  });
});
afterAll(async () => {
  await Promise.all([running.end(), broken.end()]);
});

const verify = (...args: string[]): ReturnType<typeof twinHere> => twinHere(checkout, 'verify', ...args);
const token = (...args: string[]): ReturnType<typeof twinHere> => twinHere(checkout, 'token', ...args);

const outputsOf = (twin: TestTwin): string => join(twin.project.path, '.twin/dev/outputs.json');

it('npm run verify says that all cells of the running twin agree, and ends with 0', async () => {
  const { code, text } = await verify('--junit', join(checkout.path, 'junit.xml'));
  expect(text).toContain('Verifying the running twin of stack dev against stack dev of this checkout.');
  expect(text).toContain('Requesting 10 tokens: 4 with client credentials, 6 with a password, 0 with a login.');
  expect(text).toContain('4 of 4 cells tried: all agree.');
  expect(code).toBe(0);
  expect(readFileSync(join(checkout.path, 'junit.xml'), 'utf8')).toContain('<testcase');
});

it('npm run verify -- --strict says that it fails because cells were not tried, and ends with 2', async () => {
  const { code, text } = await verify('--strict', '--max-tokens', '0');
  expect(text).toMatch(/\n1 of 4 cells tried: all agree\.\n--strict: fails, because 3 cells were not tried\.\n$/);
  expect(code).toBe(2);
});

it('npm run verify names a lost client grant, prints no secret, and ends with 1', async () => {
  const { code, text } = await verify('--outputs', outputsOf(broken));
  expect(code).toBe(1);
  expect(text).toMatch(
    / {2}the client grant of test-app for https:\/\/test-api-for-jwt-authorizer\.example\.com is missing, or lacks a scope .*\n {4}test-app \(client_credentials\), requesting every scope that it can get, gets no token\n/,
  );
  for (const secret of [...Object.values(broken.outputs.clientSecrets), broken.outputs.testUserPassword]) {
    expect(text).not.toContain(secret);
  }
  expect(text).not.toMatch(/eyJ/);
});

it('npm run verify ends with 2 and no message if its output is closed', async () => {
  const { child, ended, text } = runTwin(checkout, 'verify', '--outputs', outputsOf(broken));
  child.stdout?.destroy();
  expect(await ended).toBe(2);
  expect(text()).toBe('');
});

it.each([
  [['verify'], 2],
  [['token', '--as', 'test-app'], 1],
])(
  'Without a running twin, %j says so on standard error, names --deployed, and ends with %i',
  async (args, exitCode) => {
    const project = copyProject();
    const { code, text, errors } = await outcomeHere(project, ...args);
    expect(code).toBe(exitCode);
    expect(errors).toBe(
      'No twin of stack dev is running. Start it with npm start -- --stack dev, or add --deployed to use the deployed stack.\n',
    );
    expect(text).toBe(errors);
    project.remove();
  },
);

it('npm run verify ends with 2 and one sentence if it cannot read the outputs', async () => {
  const { code, text } = await verify('--outputs', 'no.json');
  expect(text).toMatch(/^no.json cannot be read: .*\n$/);
  expect(code).toBe(2);
});

it('npm run -s token prints only a token, and the API accepts it', async () => {
  const { code, text } = await token(
    '--as',
    'test user',
    '--scope',
    'delete:user read:user',
    '--outputs',
    outputsOf(broken),
  );
  expect(text.trim().split('\n')).toHaveLength(1);
  expect(decodeJwt(text.trim())).toMatchObject({ scope: 'read:user' });
  expect((await call(broken, text.trim())).status).toBe(200);
  expect(code).toBe(0);
});

it('npm run -s token -- --decode prints the claims and the routes that they open', async () => {
  const { text } = await token(
    '--as',
    'test-user@example.com',
    '--scope',
    'openid',
    '--decode',
    '--outputs',
    outputsOf(broken),
  );
  expect(text).toContain('"scope": "openid"');
  expect(text).toContain('GET /test  403 (scope: needs read:user, has openid)');
  expect(text).not.toMatch(/eyJ/);
});

it('npm run -s token prints the reason on standard error if there is no token', async () => {
  const { code, text } = await token('--as', 'test-app', '--outputs', outputsOf(broken));
  expect(text).toContain('the client grant of test-app for');
  expect(code).toBe(1);
});

it.each([
  [{ as: 'tset-app' }, {}, 'did you mean test-app?'],
  [{ as: 'test user', through: 'unknown' }, {}, 'Stack dev has: test-app, test-user@example.com through test-app.'],
  [{ as: 'test user' }, { audience: 'x' }, 'cannot request tokens for the API x; the tenant has https://'],
])('A token request for %j %j is rejected by name', (who, what, says) => {
  const attempt = (): unknown => askOf(callerNamed(who, broken.model()), what);
  expect(attempt).toThrow(says);
});
