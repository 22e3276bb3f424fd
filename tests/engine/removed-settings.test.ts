import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ofType, valueOf } from './standin/world.ts';
import { CLIENT, selectOwnStack, setConfig } from './support/contracts.ts';
import { npmRunUp } from './support/deploying.ts';
import { leftovers } from './support/interruption.ts';
import { Sandbox } from './support/sandbox.ts';

/** Every optional setting of a stack, on. */
const ON = {
  'aws:defaultTags': { tags: { team: 'orders' } },
  'api:throttle': { burst: 100, rate: 50 },
  'api:routeThrottles': { 'GET /open': { burst: 2, rate: 0.5 } },
  'api:cors': { allowOrigins: ['https://app.example.com'], maxAge: 600 },
  'api:alarms': { topicArn: 'arn:aws:sns:eu-central-1:123456789012:on-call' },
  'api:domain': { name: 'api.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' },
  'api:logRetention': 365,
  'api:handlers': { test: { reservedConcurrency: 5, environment: { LOG_LEVEL: 'debug' } } },
  'api:clients': [{ ...CLIENT, tokenQuota: { perDay: 100 } }],
};
const OFF = { ...Object.fromEntries(Object.keys(ON).map((key) => [key, undefined])), 'api:clients': [CLIENT] };

const sandbox = new Sandbox();
beforeAll(async () => selectOwnStack(sandbox));
afterAll(() => sandbox.remove());

/** What the services have, without the ids and secrets that differ from one creation to the next. */
function settings(): string[] {
  const kept = ['aws:apigatewayv2/stage:Stage', 'aws:apigatewayv2/api:Api', 'aws:lambda/function:Function'];
  return leftovers(sandbox)
    .map(({ type, inputs }) => {
      if (!kept.includes(type)) return type;
      const { defaultRouteSettings, routeSettings, corsConfiguration, disableExecuteApiEndpoint } = inputs;
      const { environment, reservedConcurrentExecutions } = inputs;
      return JSON.stringify({
        type,
        defaultRouteSettings,
        routeSettings,
        corsConfiguration,
        disableExecuteApiEndpoint,
        environment,
        reservedConcurrentExecutions,
      });
    })
    .toSorted();
}

const throttle = (): unknown =>
  ofType(sandbox.world.things, 'aws:apigatewayv2/stage:Stage').map((stage) => valueOf(stage, 'defaultRouteSettings'));

describe('Optional settings', () => {
  it('turned on, off and on again leave what they left the first time, and the throttle is never zero', async () => {
    const seen: string[][] = [];
    for (const values of [ON, OFF, ON, OFF]) {
      setConfig(sandbox, values);
      const { code, text } = await npmRunUp(sandbox, ['--skip-preview']);
      expect(text).not.toContain('error:');
      expect(code).toBe(0);
      await sandbox.upUnchanged();
      seen.push(settings());
      expect(throttle()).toEqual([
        values === ON
          ? { throttlingBurstLimit: 100, throttlingRateLimit: 50 }
          : { throttlingBurstLimit: 5000, throttlingRateLimit: 10_000 },
      ]);
    }
    expect(seen[2]).toEqual(seen[0]);
    expect(seen[3]).toEqual(seen[1]);
    expect(seen[1]).not.toEqual(seen[0]);
  });
});

describe('A renamed stack', () => {
  it('has another connection, and its test user is created again in that one', async () => {
    const connection = (): unknown[] =>
      ofType(sandbox.world.things, 'auth0:index/user:User').map((user) => valueOf(user, 'connectionName'));
    expect(connection()).toEqual(['auth0-http-api-dev']);
    await sandbox.pulumi(['stack', 'rename', 'renamed', '--stack', 'dev']);
    const { code } = await npmRunUp(sandbox);
    expect(code).toBe(0);
    expect(connection()).toEqual(['auth0-http-api-renamed']);
  });
});
