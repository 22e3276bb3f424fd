import { expect, it } from 'vitest';
import { modelOf } from '../../../src/model/model.ts';
import { accessLogLine } from '../../../src/gateway/access-log.ts';
import type { Exchange } from '../../../src/gateway/pipeline.ts';
import { NO_TOKEN } from '../../../src/gateway/errors.ts';
import { exchangeOf } from '../../support/exchanges.ts';
import { recordStack } from '../../../../tests/support/program.ts';
import { plainModel } from '../../support/plain-model.ts';

const { api } = plainModel();
const [route] = api.routes;
const measured = { milliseconds: 12.4, responseLength: 26 };
const claims = { sub: 'user "x"', azp: 'client', exp: 1_800_000_000, aud: ['a', 'b'] };
const allowed = exchangeOf({ invocation: { event: {}, milliseconds: 7.6 } }, { route, claims });
const refused = exchangeOf({ response: { status: 401, headers: [], body: '' } }, { refusal: NO_TOKEN, claims });

const lacking = exchangeOf(
  { response: { status: 403, headers: [], body: '' } },
  {
    route: allowed.decision.route,
    refusal: { status: 403 },
    checks: [{ name: 'scope', outcome: 'failed', expected: 'read:user', actual: 'none' }],
    claims,
  },
);

const lineBy = (accessLogFormat: string, exchange: Exchange): string =>
  accessLogLine(exchange, { ...api, stage: { ...api.stage, accessLogFormat } }, measured);

it.each([
  ['$context.requestId $context.status', allowed, 'request-1= 200'],
  ['$context.requestTime', allowed, '22/Nov/2026:12:00:00 +0000'],
  ['$context.responseLatency/$context.integrationLatency/$context.responseLength', allowed, '12/8/26'],
  ['$context.integrationLatency', refused, '-'],
  ['$context.authorizer.claims.sub $context.authorizer.claims.exp', allowed, 'user "x" 1800000000'],
  ['$context.authorizer.claims.aud', allowed, '[a b]'],
  ['$context.authorizer.claims.nothing', allowed, '-'],
  ['$context.authorizer.claims.sub', refused, '-'],
  ['$context.status $context.authorizer.claims.azp $context.authorizer.claims.sub', lacking, '403 client user "x"'],
  ['$context.authorizer.error', refused, 'missing: token not provided'],
  ['$context.error.message $context.error.messageString', refused, 'Unauthorized "Unauthorized"'],
  ['$context.identity.userAgent', allowed, 'a "client"'],
  ['{"ua":"$context.identity.userAgent"}', allowed, '{"ua":"a \\"client\\""}'],
  ['$context.whatever $unknown', allowed, '- $unknown'],
])('A line of the access log fills in %s', (format, exchange, line) => {
  expect(lineBy(format, exchange)).toBe(line);
});

it('The program’s access log is JSON without a path or a token, whatever a claim contains', async () => {
  const format = modelOf(await recordStack('dev')).api.stage.accessLogFormat ?? '';
  const line = JSON.parse(lineBy(format, allowed)) as object;
  expect(line).toMatchObject({ status: '200', azp: 'client', sub: 'user "x"', latency: '12' });
  expect(Object.keys(line)).toEqual(Object.keys(JSON.parse(format) as object));
});

it('A stage without an access log writes no line', () => {
  expect(accessLogLine(allowed, api, measured)).toBe('');
});
