import { beforeAll, describe, expect, it } from 'vitest';
import { KEYS } from '../../program/config/keys.ts';
import { handlerFields } from '../../program/contract/handler-spec.ts';
import { ALONE, HOOKS, OFF, ON } from '../support/every-key.ts';
import { CONTRACT, selectOwnStack, setConfig, writeContract } from './support/contracts.ts';
import { Sandbox } from './support/sandbox.ts';
import { serviceState } from './support/service-state.ts';

/** Keys that cannot be turned off, or that change no resource. */
const NOT_HERE = ['aws:region', 'auth0:domain', 'api:audience', 'api:production', 'api:exceptions', 'api:probe'];

const [used, freshlyOn] = [new Sandbox(), new Sandbox()];
beforeAll(async () => {
  for (const sandbox of [used, freshlyOn]) {
    await selectOwnStack(sandbox);
    const hooks = { forward: 'https://orders.example.com/v1/hooks/{id}', scopes: ['write:user'] } as const;
    const claims = { 'https://acme.example/email': 'user.email' } as const;
    writeContract(sandbox, { ...CONTRACT, claims, routes: { ...CONTRACT.routes, [HOOKS]: hooks } });
  }
});

/** Brings a stack up with these settings, without a difference afterwards. */
async function bringUp(sandbox: Sandbox, settings: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  setConfig(sandbox, settings);
  const { code, text } = await sandbox.npmRunUp(['--skip-preview', '--suppress-progress']);
  if (code !== 0 || text.includes('error:')) throw new Error(text);
  await sandbox.pulumi(['refresh', '--yes', '--skip-preview', '--expect-no-changes', '--suppress-progress']);
  return serviceState(sandbox);
}

/** Drops the suffix of the first audience: a resource renamed by an alias keeps its older name in these lines. */
const asRenamed = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replaceAll('-https://api.example.com', '')).toSorted();
const isTenant = (line: string): boolean => line.startsWith('Tenant ');
const throttle = (): unknown => used.values('aws:apigatewayv2/stage:Stage', 'defaultRouteSettings');

describe('Optional settings', () => {
  it('The test covers every optional setting, including the keys of a handler and of CORS', () => {
    const tested = [...Object.keys(ON), ...NOT_HERE];
    expect(Object.keys(KEYS).filter((key) => !tested.includes(key))).toEqual([]);
    const { test } = ON['api:handlers'] as { test: object };
    expect(Object.keys(handlerFields).filter((key) => !(key in test))).toEqual([]);
  });

  it('Settings turned off leave the services as before, except for the default directory and a rotated secret', async () => {
    const never = await bringUp(used, OFF);
    for (const settings of ALONE) expect(await bringUp(used, settings)).not.toEqual(never);
    const on = await bringUp(used, ON);
    expect(on.filter((line) => !never.includes(line)).length).toBeGreaterThan(20);
    expect(throttle()).toEqual([{ throttlingBurstLimit: 100, throttlingRateLimit: 50 }]);

    const off = await bringUp(used, OFF);
    // Auth0 has the last secret that the program set.
    expect(off.filter((line) => /"clientSecret":"\w{64}"/.test(line))).toHaveLength(1);
    const others = off.map((line) => line.replace(/,"clientSecret":"\w{64}"/, ''));
    expect(others.filter((line) => !isTenant(line))).toEqual(never);
    expect(off.filter(isTenant)).toEqual(['Tenant auth0 {"defaultDirectory":"auth0-http-api-dev"}']);
    expect(throttle()).toEqual([{ throttlingBurstLimit: 5000, throttlingRateLimit: 10_000 }]);

    expect(asRenamed(await bringUp(used, ON))).toEqual(asRenamed(await bringUp(freshlyOn, ON)));
  });
});

describe('A renamed stack', () => {
  it('A renamed stack has another connection, and its test user is created again there', async () => {
    const connection = (): unknown[] => freshlyOn.values('auth0:index/user:User', 'connectionName');
    expect(connection()).toEqual(['auth0-http-api-dev']);
    await freshlyOn.pulumi(['stack', 'rename', 'renamed', '--stack', 'dev']);
    const { code } = await freshlyOn.npmRunUp();
    expect(code).toBe(0);
    expect(connection()).toEqual(['auth0-http-api-renamed']);
  });
});
