import { describe, expect, it } from 'vitest';
import { contract as shipped } from '../contract.ts';
import type { Contract } from '../program/contract/define-contract.ts';
import { EVERYTHING } from './support/everything.ts';
import { settingsOf, type Changes } from './support/program.ts';
import { problemsOf, refusesOne, row, rows } from './support/stack-file-rows.ts';

const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/abc';
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
const backend = (key: string, value: unknown): Changes => ({ 'api:backends': { [key]: value } });
const tags = (all: object): Changes => ({ 'aws:defaultTags': { tags: all } });
const throttle = (burst: number, rate: number): Changes => ({ 'api:throttle': { burst, rate } });
const routeThrottle = (key: string, burst = 1): Changes => ({ 'api:routeThrottles': { [key]: { burst, rate: 1 } } });

describe('The API’s own domain in a stack file', () => {
  it.each([
    row('without a certificate', domain({ certificateArn: undefined }), 'api:domain', 'missing'),
    ...rows('api:domain.certificateArn', 'conflict', {
      'with a certificate of another region': domain({
        certificateArn: CERTIFICATE.replace('eu-central-1', 'us-east-1'),
      }),
      'that exists already and a certificate': domain({ existing: true, basePath: 'v1' }),
    }),
    row('with an invalid certificate ARN', domain({ certificateArn: 'x' }), 'api:domain.certificateArn'),
    row('with a scheme', domain({ name: 'https://api.example.com' }), 'api:domain.name'),
    ...rows('api:domain.name', 'quota', {
      'with a longer name than ACM accepts for a new certificate': domain({
        name: `${'a'.repeat(60)}.b.example.com`,
        certificateArn: undefined,
        hostedZoneId: 'Z0123456789ABCDEFGHIJ',
      }),
    }),
    row('for any host', domain({ name: '*.example.com' }), 'api:domain.name'),
    row('that belongs to Auth0', domain({ name: 'your-tenant.eu.auth0.com' }), 'api:domain.name', 'conflict'),
    row('that belongs to AWS', domain({ name: 'x.amazonaws.com' }), 'api:domain.name', 'conflict'),
    row('with an invalid hosted zone id', domain({ hostedZoneId: 'example.com' }), 'api:domain.hostedZoneId'),
    row('with a slash before its base path', domain({ basePath: '/v1' }), 'api:domain.basePath'),
    row('at a base path that AWS keeps', domain({ basePath: 'ping' }), 'api:domain.basePath'),
    ...rows('api:domain.hostedZoneId', 'conflict', {
      'that exists already and a zone': domain({ existing: true, certificateArn: undefined, hostedZoneId: 'Z1' }),
    }),
    row('with a misspelt key', domain({ zoneId: 'Z1' }), 'api:domain', 'unknown'),
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
  it.each([
    row('burst of zero', throttle(0, 1), 'api:throttle.burst'),
    row('rate of zero', throttle(1, 0), 'api:throttle.rate'),
    row('rate below zero', throttle(1, -1), 'api:throttle.rate'),
    row('throttle without a rate', { 'api:throttle': { burst: 1 } }, 'api:throttle.rate', 'missing'),
    row('burst of zero of a route', routeThrottle('GET /test', 0), 'api:routeThrottles.GET /test.burst'),
    ...rows('api:routeThrottles, "GET /tset"', 'undeclared', {
      'throttle of a route that does not exist': routeThrottle('GET /tset'),
    }),
    ...rows('api:routeThrottles, "toString"', 'undeclared', {
      'throttle with an inherited property name as route key': routeThrottle('toString'),
    }),
    row('retention that AWS does not offer', { 'api:logRetention': 100 }, 'api:logRetention'),
    row('retention of zero days', { 'api:logRetention': 0 }, 'api:logRetention'),
    row('alarm with a threshold of zero errors', alarms({ serverErrors: 0 }), 'api:alarms.serverErrors'),
    row('alarm with a latency above the gateway’s timeout', alarms({ latency: 30_001 }), 'api:alarms.latency'),
    row('alarm without a topic', alarms({ topicArn: undefined }), 'api:alarms.topicArn', 'missing'),
    row('alarm with an invalid topic ARN', alarms({ topicArn: 'on-call' }), 'api:alarms.topicArn'),
    ...rows('api:alarms.topicArn', 'conflict', {
      'alarm to a topic of another region': alarms({ topicArn: 'arn:aws:sns:us-east-1:123456789012:on-call' }),
      'alarm to a topic of another partition': alarms({ topicArn: 'arn:aws-cn:sns:eu-central-1:123456789012:on-call' }),
    }),
    ...rows('api:logKey', 'invalid', {
      'alias as the key of the logs': { 'api:logKey': 'arn:aws:kms:eu-central-1:123456789012:alias/logs' },
    }),
    ...rows('api:logKey', 'conflict', {
      'key of the logs of another region': { 'api:logKey': 'arn:aws:kms:us-east-1:123456789012:key/1234abcd' },
    }),
    ...rows('api:domain.truststoreUri', 'invalid', {
      'truststore that is not in S3': {
        'api:domain': { name: 'api.example.com', hostedZoneId: 'Z1', truststoreUri: 'https://a.example/t.pem' },
      },
    }),
    ...rows('api:domain.truststoreVersion', 'unused', {
      'version without a truststore': {
        'api:domain': { name: 'api.example.com', hostedZoneId: 'Z1', truststoreVersion: 'v1' },
      },
    }),
    ...rows('aws:defaultTags.tags.aws:x', 'invalid', {
      'tag with a key that AWS reserves': { 'aws:defaultTags': { tags: { 'aws:x': 'y' } } },
    }),
    row('tag with a value that IAM does not allow', tags({ team: 'a<b>' }), 'aws:defaultTags.tags.team'),
    row('tag that differs from another only in case', tags({ team: 'a', Team: 'b' }), 'aws:defaultTags.tags'),
    row('tag that is a number', tags({ cost: 1234 }), 'aws:defaultTags.tags.cost'),
    row('burst larger than AWS accepts', throttle(5e12, 1), 'api:throttle.burst'),
    row('rate larger than AWS accepts', throttle(1, 1e300), 'api:throttle.rate'),
    row('tag outside of tags', { 'aws:defaultTags': { tags: {}, team: 'x' } }, 'aws:defaultTags', 'unknown'),
  ])('A stack file is rejected if it has a $title', refusesOne);
});

describe('CORS in a stack file', () => {
  it.each([
    row('no origin', cors({ allowOrigins: [] }), 'api:cors.allowOrigins'),
    ...rows('api:cors.allowOrigins.0', 'invalid', {
      'an origin with a path': cors({ allowOrigins: ['https://a.example/'] }),
      'an origin without a scheme': cors({ allowOrigins: ['a.example'] }),
      'the origin null': cors({ allowOrigins: ['null'] }),
      'an origin with an invalid port': cors({ allowOrigins: ['https://a.example:99999'] }),
    }),
    row('an unknown method', cors({ allowMethods: ['FETCH'] }), 'api:cors.allowMethods.0'),
    row('a header with a space', cors({ allowHeaders: ['a b'] }), 'api:cors.allowHeaders.0'),
    row('a maximum age of more than a day', cors({ maxAge: 86_401 }), 'api:cors.maxAge'),
    ...rows('api:cors.allowOrigins', 'conflict', {
      'credentials for any origin': cors({ allowOrigins: ['*'], allowCredentials: true }),
    }),
    ...rows('api:cors.allowHeaders', 'conflict', {
      'credentials with any header': cors({ allowHeaders: ['*'], allowCredentials: true }),
    }),
  ])('A stack file is rejected if its CORS settings have $title', refusesOne);

  it.each(['*', 'https://*', 'https://app.example.com:8443', 'http://localhost:5173'])(
    'A stack file accepts the origin %s in its CORS settings',
    async (origin) => {
      expect((await settingsOf('dev', cors({ allowOrigins: [origin] }))).cors?.allowOrigins).toEqual([origin]);
    },
  );
});

describe('Backends in a stack file', () => {
  const ELSEWHERE = 'arn:aws:lambda:us-east-1:123456789012:function:reports';
  it.each([
    row('for an unknown route', backend('GET /x', 'https://a.example'), 'api:backends, "GET /x"', 'undeclared'),
    ...rows('api:backends, "GET /test"', 'conflict', {
      'for a route with a handler': backend('GET /test', 'https://a.example'),
    }),
    ...rows('api:backends, "POST /hooks/{id}"', 'invalid', {
      'with a plain HTTP URL': backend('POST /hooks/{id}', 'http://a.example'),
      'with a function for a route that has a URL': backend('POST /hooks/{id}', ELSEWHERE),
      'with a URL longer than AWS accepts': backend('POST /hooks/{id}', `https://a.example/${'x'.repeat(2048)}`),
      'with port 0': backend('POST /hooks/{id}', 'https://a.example:0/'),
    }),
    ...rows('api:backends, "GET /report"', 'invalid', {
      'with a URL for a route that has a function': backend('GET /report', 'https://a.example'),
    }),
    ...rows('api:backends, "GET /report"', 'conflict', {
      'with a function in another region': backend('GET /report', ELSEWHERE),
    }),
  ])('A stack file is rejected if it has a backend $title', (rejected) =>
    refusesOne({ ...rejected, contract: EVERYTHING }),
  );

  it.each([
    {
      what: 'of two accounts',
      arns: ['123456789012:function:a', '210987654321:function:b'],
    },
    {
      what: 'whose resources would have the same name',
      arns: ['123456789012:function:a-b', '123456789012:function:a:b'],
    },
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
