import { describe, expect, it } from 'vitest';
import { contract as shipped } from '../contract.ts';
import type { Contract } from '../program/contract/define-contract.ts';
import type { ProblemCode } from '../program/user-error.ts';
import { EVERYTHING } from './support/everything.ts';
import { settingsOf, type Changes } from './support/program.ts';
import { problemsOf, refusesOne, row, within, type Row } from './support/stack-file-rows.ts';

const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/abc';
const ELSEWHERE = CERTIFICATE.replace('eu-central-1', 'us-east-1');
const EXISTING = { existing: true, certificateArn: undefined };
const domain = (changes: object): Changes => ({
  'api:domain': { name: 'api.example.com', certificateArn: CERTIFICATE, ...changes },
});
const cors = (changes: object): Changes => ({
  'api:cors': { allowOrigins: ['https://app.example.com'], ...changes },
});
const alarms = (changes: object): Changes => ({
  'api:alarms': { topicArn: 'arn:aws:sns:eu-central-1:123456789012:on-call', ...changes },
});
type RouteKey = keyof Contract['routes'];
const tags = (all: object): Changes => ({ 'aws:defaultTags': { tags: all } });
const throttle = (burst: number, rate: number): Changes => ({ 'api:throttle': { burst, rate } });
const routeThrottle = (key: string, burst = 1): Changes => ({ 'api:routeThrottles': { [key]: { burst, rate: 1 } } });

describe('The API’s own domain in a stack file', () => {
  const own = within('api:domain', domain);
  const long = { name: `${'a'.repeat(60)}.b.example.com`, certificateArn: undefined, hostedZoneId: 'Z1' };
  it.each([
    own('without a certificate', { certificateArn: undefined }, '', 'missing'),
    own('with a certificate of another region', { certificateArn: ELSEWHERE }, 'certificateArn', 'conflict'),
    own('that exists already and a certificate', { existing: true, basePath: 'v1' }, 'certificateArn', 'conflict'),
    own('with an invalid certificate ARN', { certificateArn: 'x' }, 'certificateArn'),
    own('with a scheme', { name: 'https://api.example.com' }, 'name'),
    own('with a longer name than ACM accepts for a new certificate', long, 'name', 'quota'),
    own('for any host', { name: '*.example.com' }, 'name'),
    own('that belongs to Auth0', { name: 'your-tenant.eu.auth0.com' }, 'name', 'conflict'),
    own('that belongs to AWS', { name: 'x.amazonaws.com' }, 'name', 'conflict'),
    own('with an invalid hosted zone id', { hostedZoneId: 'example.com' }, 'hostedZoneId'),
    own('with a slash before its base path', { basePath: '/v1' }, 'basePath'),
    own('at a base path that AWS keeps', { basePath: 'ping' }, 'basePath'),
    own('that exists already and a zone', { ...EXISTING, hostedZoneId: 'Z1' }, 'hostedZoneId', 'conflict'),
    own('with a misspelt key', { zoneId: 'Z1' }, '', 'unknown'),
    own('with a truststore that is not in S3', { truststoreUri: 'https://a.example/t.pem' }, 'truststoreUri'),
    own('with a version without a truststore', { truststoreVersion: 'v1' }, 'truststoreVersion', 'unused'),
  ])('A stack file is rejected if it has a domain $title', refusesOne);
});

describe('A second issuer in a stack file', () => {
  const second = (changes: object, basePath?: string): Changes => ({
    ...domain(basePath === undefined ? {} : { basePath }),
    'api:secondIssuer': { domain: 'login.example.com', basePath: 'v2', ...changes },
  });
  const PLACE = 'api:secondIssuer.basePath';
  const taken: Contract = { ...shipped, routes: { 'GET /v2/{id}': { handler: 'test', scopes: ['read:user'] } } };

  it.each([
    row('without a domain of the API', { ...second({}), 'api:domain': undefined }, 'api:secondIssuer', 'missing'),
    // new 4a
    row('at the base path of the first API', second({}, 'v2'), PLACE, 'duplicate'),
    row('of another tenant', second({ domain: 'other.eu.auth0.com' }), 'api:secondIssuer.domain', 'conflict'),
    { ...row('at a base path that takes the requests of a route', second({}), PLACE, 'conflict'), contract: taken },
    {
      ...row('below the first API, over a route', second({ basePath: 'a/v2' }, 'a'), PLACE, 'conflict'),
      contract: taken,
    },
  ])('A stack file is rejected if it has a second issuer $title', refusesOne);

  const KEYS = ['ANY /{proxy+}', 'GET /{id}/items', 'POST /{id}', '$default'] as const;
  const withRoutes = (...keys: readonly RouteKey[]): Contract => ({
    ...shipped,
    routes: Object.fromEntries(keys.map((key) => [key, { handler: 'test', scopes: ['read:user'] }])),
  });

  it.each(KEYS)('A second issuer at a base path that the route %s matches needs a reason', async (key) => {
    const contract = withRoutes('GET /users/{id}', key);
    const problems = await problemsOf(second({}), contract);
    expect(problems).toEqual([
      {
        code: 'conflict',
        place: PLACE,
        message: `it would take the requests below v2 of the route "${key}" from the first API; write another base path, or a reason why no caller of the first API needs these`,
      },
    ]);
    await settingsOf('dev', second({ reason: 'No resource is called v2, OPS-7' }), contract);
  });

  it('A second issuer has no reason that no route needs, and none for a literal path', async () => {
    const reason = 'No resource is called v2, OPS-7';
    const codes = async (...keys: readonly RouteKey[]) =>
      (await problemsOf(second({ reason }), withRoutes(...keys))).map(({ code, place }) => [place, code]);
    expect(await codes('GET /users/{id}')).toEqual([['api:secondIssuer.reason', 'unused']]);
    expect(await codes('GET /v2/{id}', 'ANY /{proxy+}')).toEqual([[PLACE, 'conflict']]);
  });

  it('A second issuer is rejected at a base path above the first API, which would take requests of a route', async () => {
    const reason = 'No resource is called a, OPS-7';
    expect(await problemsOf(second({ reason }, 'v2/a'), withRoutes('GET /{id}'))).toEqual([
      {
        code: 'conflict',
        place: PLACE,
        message: 'the first API would take the requests below v2/a of the route "GET /{id}"; write another base path',
      },
    ]);
    await settingsOf('dev', second({}, 'v2/a'), withRoutes('GET /b'));
  });

  it('A second API may trust the issuer of the first, and be served at a base path that takes no route of the first', async () => {
    await settingsOf('dev', { ...second({}, 'v1'), 'api:issuerDomain': 'login.example.com' }, taken);
    await settingsOf('dev', second({ basePath: 'v20' }), taken);
  });
});

it('A stack file is rejected if its stage has a slash', () => refusesOne(row('', { 'api:stage': '/v1' }, 'api:stage')));

describe('Limits in a stack file', () => {
  const alarm = within('api:alarms', alarms);
  const tag = within('aws:defaultTags.tags', tags);
  const topic = (partition: string, region: string) => ({
    topicArn: `arn:${partition}:sns:${region}:123456789012:on-call`,
  });
  const logKey = (region: string, key: string): Changes => ({
    'api:logKey': `arn:aws:kms:${region}:123456789012:${key}`,
  });
  const ofRoute = (key: string): string => `api:routeThrottles, "${key}"`;
  it.each([
    row('burst of zero', throttle(0, 1), 'api:throttle.burst'),
    row('rate of zero', throttle(1, 0), 'api:throttle.rate'),
    row('rate below zero', throttle(1, -1), 'api:throttle.rate'),
    row('throttle without a rate', { 'api:throttle': { burst: 1 } }, 'api:throttle.rate', 'missing'),
    row('burst of zero of a route', routeThrottle('GET /test', 0), 'api:routeThrottles.GET /test.burst'),
    row('throttle of an unknown route', routeThrottle('GET /tset'), ofRoute('GET /tset'), 'undeclared'),
    row('throttle of an inherited property name', routeThrottle('toString'), ofRoute('toString'), 'undeclared'),
    row('retention that AWS does not offer', { 'api:logRetention': 100 }, 'api:logRetention'),
    row('retention of zero days', { 'api:logRetention': 0 }, 'api:logRetention'),
    alarm('alarm with a threshold of zero errors', { serverErrors: 0 }, 'serverErrors'),
    alarm('alarm with a latency above the gateway’s timeout', { latency: 30_001 }, 'latency'),
    alarm('alarm without a topic', { topicArn: undefined }, 'topicArn', 'missing'),
    alarm('alarm with an invalid topic ARN', { topicArn: 'on-call' }, 'topicArn'),
    alarm('alarm to a topic of another region', topic('aws', 'us-east-1'), 'topicArn', 'conflict'),
    alarm('alarm to a topic of another partition', topic('aws-cn', 'eu-central-1'), 'topicArn', 'conflict'),
    row('alias as the key of the logs', logKey('eu-central-1', 'alias/logs'), 'api:logKey'),
    row('key of the logs of another region', logKey('us-east-1', 'key/1234abcd'), 'api:logKey', 'conflict'),
    tag('tag with a key that AWS reserves', { 'aws:x': 'y' }, 'aws:x'),
    tag('tag with a value that IAM does not allow', { team: 'a<b>' }, 'team'),
    tag('tag that differs from another only in case', { team: 'a', Team: 'b' }),
    tag('tag that is a number', { cost: 1234 }, 'cost'),
    row('burst larger than AWS accepts', throttle(5e12, 1), 'api:throttle.burst'),
    row('rate larger than AWS accepts', throttle(1, 1e300), 'api:throttle.rate'),
    row('tag outside of tags', { 'aws:defaultTags': { tags: {}, team: 'x' } }, 'aws:defaultTags', 'unknown'),
  ])('A stack file is rejected if it has a $title', refusesOne);
});

describe('CORS in a stack file', () => {
  const own = within('api:cors', cors);
  it.each([
    own('no origin', { allowOrigins: [] }, 'allowOrigins'),
    own('an origin with a path', { allowOrigins: ['https://a.example/'] }, 'allowOrigins.0'),
    own('an origin without a scheme', { allowOrigins: ['a.example'] }, 'allowOrigins.0'),
    own('the origin null', { allowOrigins: ['null'] }, 'allowOrigins.0'),
    own('an origin with an invalid port', { allowOrigins: ['https://a.example:99999'] }, 'allowOrigins.0'),
    own('an unknown method', { allowMethods: ['FETCH'] }, 'allowMethods.0'),
    own('a header with a space', { allowHeaders: ['a b'] }, 'allowHeaders.0'),
    own('a maximum age of more than a day', { maxAge: 86_401 }, 'maxAge'),
    own('credentials for any origin', { allowOrigins: ['*'], allowCredentials: true }, 'allowOrigins', 'conflict'),
    own('credentials with any header', { allowHeaders: ['*'], allowCredentials: true }, 'allowHeaders', 'conflict'),
  ])('A stack file is rejected if its CORS settings have $title', refusesOne);

  it.each(['*', 'https://*', 'https://app.example.com:8443', 'http://localhost:5173'])(
    'A stack file accepts the origin %s in its CORS settings',
    async (origin) => {
      expect((await settingsOf('dev', cors({ allowOrigins: [origin] }))).cors?.allowOrigins).toEqual([origin]);
    },
  );
});

describe('Backends in a stack file', () => {
  const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:reports';
  const to = (title: string, key: string, value: string, code?: ProblemCode): Row =>
    row(title, { 'api:backends': { [key]: value } }, `api:backends, "${key}"`, code);
  it.each([
    to('for an unknown route', 'GET /x', 'https://a.example', 'undeclared'),
    to('for a route with a handler', 'GET /test', 'https://a.example', 'conflict'),
    to('with a plain HTTP URL', 'POST /hooks/{id}', 'http://a.example'),
    to('with a function for a route that has a URL', 'POST /hooks/{id}', FUNCTION),
    to('with a URL longer than AWS accepts', 'POST /hooks/{id}', `https://a.example/${'x'.repeat(2048)}`),
    to('with port 0', 'POST /hooks/{id}', 'https://a.example:0/'),
    to('with a URL for a route that has a function', 'GET /report', 'https://a.example'),
    to('with a function in another region', 'GET /report', FUNCTION, 'conflict'),
  ])('A stack file is rejected if it has a backend $title', (rejected) =>
    refusesOne({ ...rejected, contract: EVERYTHING }),
  );

  it.each([
    { what: 'of two accounts', arns: ['123456789012:function:a', '210987654321:function:b'] },
    { what: 'whose resources are called alike', arns: ['123456789012:function:a-b', '123456789012:function:a:b'] },
  ])('A stack file is rejected if its routes have two functions $what', async ({ arns }) => {
    const routes = arns.map((arn, index) => [
      `GET /${index}`,
      { function: `arn:aws:lambda:eu-central-1:${arn}`, scopes: 'public' },
    ]);
    const problems = await problemsOf({}, { ...shipped, routes: Object.fromEntries(routes) as Contract['routes'] });
    expect(problems).toMatchObject([{ code: 'conflict', place: 'api:backends, "GET /1"' }]);
  });

  it('A stack file is rejected if its routes need more integrations than an API can have', async () => {
    const contract: Contract = {
      ...shipped,
      routes: Object.fromEntries(
        Array.from({ length: 300 }, (_, index) => [
          `GET /${index}`,
          { forward: 'https://a.example', scopes: 'public' },
        ]),
      ),
    };
    const problems = await problemsOf({}, contract);
    expect(problems).toMatchObject([{ code: 'quota', place: 'api:backends' }]);
  });
});
