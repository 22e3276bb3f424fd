import { describe, expect, it } from 'vitest';
import { contract as shipped } from '../contract.ts';
import type { Contract } from '../program/contract/define-contract.ts';
import { EVERY_OPTION, EVERYTHING } from './support/everything.ts';
import { settingsOf, type Changes } from './support/program.ts';
import { IN_PRODUCTION, problemsOf, refusesOne, row } from './support/stack-file-rows.ts';

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
const backend = (key: string, value: unknown): Changes => ({ 'api:backends': { [key]: value } });
const tags = (all: object): Changes => ({ 'aws:defaultTags': { tags: all } });
const throttle = (burst: number, rate: number): Changes => ({ 'api:throttle': { burst, rate } });
const routeThrottle = (key: string, burst = 1): Changes => ({ 'api:routeThrottles': { [key]: { burst, rate: 1 } } });

describe('A domain of the API', () => {
  it.each([
    row('without a certificate', domain({ certificateArn: undefined }), 'api:domain', 'has no certificate'),
    row(
      'with a certificate of another region',
      domain({ certificateArn: CERTIFICATE.replace('eu-central-1', 'us-east-1') }),
      'api:domain.certificateArn',
      "is in us-east-1; API Gateway takes one of the stack's own region, eu-central-1",
    ),
    row('with a certificate that is none', domain({ certificateArn: 'x' }), 'api:domain.certificateArn', 'the ARN of'),
    row('with a scheme', domain({ name: 'https://api.example.com' }), 'api:domain.name', 'no https://'),
    row(
      'with a certificate of its own and a longer name than ACM takes',
      domain({
        name: `${'a'.repeat(60)}.b.example.com`,
        certificateArn: undefined,
        hostedZoneId: 'Z0123456789ABCDEFGHIJ',
      }),
      'api:domain.name',
      'has 74 characters, and ACM makes a certificate for up to 64',
    ),
    row('for any host', domain({ name: '*.example.com' }), 'api:domain.name', 'write the host alone'),
    row("that is Auth0's", domain({ name: 'your-tenant.eu.auth0.com' }), 'api:domain.name', 'a name of its own'),
    row("that is AWS's", domain({ name: 'x.amazonaws.com' }), 'api:domain.name', "AWS's own"),
    row('with a zone that is none', domain({ hostedZoneId: 'example.com' }), 'api:domain.hostedZoneId', 'the id of a'),
    row('with a misspelt key', domain({ zoneId: 'Z1' }), 'api:domain', '"zoneId"'),
  ])('may not be one $title', refusesOne);
});

describe('A limit', () => {
  it.each([
    row('burst of zero', throttle(0, 1), 'api:throttle.burst', 'must be at least 1'),
    row('rate of zero', throttle(1, 0), 'api:throttle.rate', 'must be more than 0'),
    row('rate below zero', throttle(1, -1), 'api:throttle.rate', 'must be more than 0'),
    row('throttle without a rate', { 'api:throttle': { burst: 1 } }, 'api:throttle.rate', 'is missing'),
    row('burst of zero of a route', routeThrottle('GET /test', 0), 'api:routeThrottles.GET /test.burst', 'at least 1'),
    row(
      'throttle of a route that does not exist',
      routeThrottle('GET /tset'),
      'api:routeThrottles, "GET /tset"',
      'contract.ts has no such route; did you mean GET /test?',
    ),
    row('throttle of an inherited name', routeThrottle('toString'), 'api:routeThrottles, "toString"', 'no such route'),
    row('retention that AWS has not', { 'api:logRetention': 100 }, 'api:logRetention', 'one of the days that AWS has'),
    row('retention of no time', { 'api:logRetention': 0 }, 'api:logRetention', 'one of the days that AWS has'),
    row('alarm at no error', alarms({ serverErrors: 0 }), 'api:alarms.serverErrors', 'at least 1'),
    row('alarm at a latency that no response has', alarms({ latency: 30_001 }), 'api:alarms.latency', 'at most 30000'),
    row('alarm to nobody', alarms({ topicArn: undefined }), 'api:alarms.topicArn', 'is missing'),
    row('alarm to what is no topic', alarms({ topicArn: 'on-call' }), 'api:alarms.topicArn', 'the ARN of an SNS topic'),
    row(
      'alarm to a topic of another region',
      alarms({ topicArn: 'arn:aws:sns:us-east-1:123456789012:on-call' }),
      'api:alarms.topicArn',
      'is in us-east-1; an alarm goes to a topic of its own region, eu-central-1',
    ),
    row(
      'tag of a key that AWS reserves',
      { 'aws:defaultTags': { tags: { 'aws:x': 'y' } } },
      'aws:defaultTags.tags.aws:x',
      'does not begin with aws:',
    ),
    row(
      'tag of a value that IAM has not',
      tags({ team: 'a<b>' }),
      'aws:defaultTags.tags.team',
      'letters, digits, spaces',
    ),
    row(
      'tag that another is but for capitals',
      tags({ team: 'a', Team: 'b' }),
      'aws:defaultTags.tags',
      'in capitals alone',
    ),
    row('tag that is a number', tags({ cost: 1234 }), 'aws:defaultTags.tags.cost', 'put it in quotes'),
    row('burst that is no number of AWS', throttle(5e12, 1), 'api:throttle.burst', 'at most 2147483647'),
    row('rate that is no number of AWS', throttle(1, 1e300), 'api:throttle.rate', 'at most 2147483647'),
    row(
      'alarm to a topic of another partition',
      alarms({ topicArn: 'arn:aws-cn:sns:eu-central-1:123456789012:on-call' }),
      'api:alarms.topicArn',
      'is in the partition aws-cn',
    ),
    row('tag outside of tags', { 'aws:defaultTags': { tags: {}, team: 'x' } }, 'aws:defaultTags', '"team"'),
  ])('may not be a $title', refusesOne);
});

describe('CORS', () => {
  const wildcard = '* does not go with allowCredentials';
  it.each([
    row('no origin', cors({ allowOrigins: [] }), 'api:cors.allowOrigins', 'name an origin'),
    row(
      'an origin with a path',
      cors({ allowOrigins: ['https://a.example/'] }),
      'api:cors.allowOrigins.0',
      'without p',
    ),
    row('an origin without a scheme', cors({ allowOrigins: ['a.example'] }), 'api:cors.allowOrigins.0', 'a scheme and'),
    row('the origin null', cors({ allowOrigins: ['null'] }), 'api:cors.allowOrigins.0', 'a scheme and a host'),
    row('a port that is none', cors({ allowOrigins: ['https://a.example:99999'] }), 'api:cors.allowOrigins.0', '65535'),
    row('a made-up method', cors({ allowMethods: ['FETCH'] }), 'api:cors.allowMethods.0', 'write DELETE or GET'),
    row('a header with a space', cors({ allowHeaders: ['a b'] }), 'api:cors.allowHeaders.0', 'no name of a header'),
    row('an age of over a day', cors({ maxAge: 86_401 }), 'api:cors.maxAge', 'must be at most 86400'),
    row(
      'credentials for any origin',
      cors({ allowOrigins: ['*'], allowCredentials: true }),
      'api:cors.allowOrigins',
      wildcard,
    ),
    row(
      'credentials with any header',
      cors({ allowHeaders: ['*'], allowCredentials: true }),
      'api:cors.allowHeaders',
      wildcard,
    ),
  ])('may not have $title', refusesOne);

  it.each(['*', 'https://*', 'https://app.example.com:8443', 'http://localhost:5173'])(
    'may have the origin %s',
    async (origin) => {
      expect((await settingsOf('dev', cors({ allowOrigins: [origin] }))).cors?.allowOrigins).toEqual([origin]);
    },
  );
});

describe('Where a route goes', () => {
  const ELSEWHERE = 'arn:aws:lambda:us-east-1:123456789012:function:reports';
  it.each([
    row('of no route', backend('GET /x', 'https://a.example'), 'api:backends, "GET /x"', 'no such route'),
    row(
      'of a handler’s route',
      backend('GET /test', 'https://a.example'),
      'api:backends, "GET /test"',
      'remove this line',
    ),
    row(
      'by http',
      backend('POST /hooks/{id}', 'http://a.example'),
      'api:backends, "POST /hooks/{id}"',
      'must be an https://',
    ),
    row(
      'to a function for a URL',
      backend('POST /hooks/{id}', ELSEWHERE),
      'api:backends, "POST /hooks/{id}"',
      'must be an https://',
    ),
    row(
      'to a URL for a function',
      backend('GET /report', 'https://a.example'),
      'api:backends, "GET /report"',
      "no function's ARN",
    ),
    row('to another region', backend('GET /report', ELSEWHERE), 'api:backends, "GET /report"', 'is in us-east-1'),
    row(
      'too long for AWS',
      backend('POST /hooks/{id}', `https://a.example/${'x'.repeat(2048)}`),
      'api:backends, "POST /hooks/{id}"',
      'API Gateway takes 2048',
    ),
    row(
      'to the port 0',
      backend('POST /hooks/{id}', 'https://a.example:0/'),
      'api:backends, "POST /hooks/{id}"',
      'the port 0',
    ),
  ])('may not be said $title', (one) => refusesOne({ ...one, contract: EVERYTHING }));

  it.each([
    {
      what: 'of two accounts',
      arns: ['123456789012:function:a', '210987654321:function:b'],
      says: 'is of the account 210987654321',
    },
    {
      what: 'whose resources would have one name',
      arns: ['123456789012:function:a-b', '123456789012:function:a:b'],
      says: 'are called a-b together, like those of GET /0',
    },
  ])('may not be two functions $what', async ({ arns, says }) => {
    const routes = arns.map((arn, index) => [
      `GET /${index}`,
      { function: `arn:aws:lambda:eu-central-1:${arn}`, scopes: 'public' },
    ]);
    const problems = await problemsOf({}, { ...shipped, routes: Object.fromEntries(routes) as Contract['routes'] });
    expect(problems).toEqual([{ place: 'api:backends, "GET /1"', message: expect.stringContaining(says) as string }]);
  });

  it('may not need more integrations than an API takes', async () => {
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
    expect(problems).toEqual([
      { place: 'api:backends', message: expect.stringContaining('needs 301 integrations') as string },
    ]);
  });
});

it('a stack file may use every option at once', async () => {
  const settings = await settingsOf('dev', EVERY_OPTION, EVERYTHING);
  expect(settings).toMatchObject({
    apiDomain: { name: 'api.example.com' },
    logRetention: 365,
    throttle: { burst: 100, rate: 50 },
    alarms: { serverErrors: 5, refusals: 100, throttled: 10, latency: 1500 },
  });
});

it.each([
  { values: cors({ allowOrigins: ['https://*'] }), key: 'api:cors', says: 'lets too many pages in' },
  { values: { 'api:logRetention': 60 }, key: 'api:logRetention', says: '90 days at least: write that or more, not 60' },
])('production has no $key of $values, unless a reason is written beside it', async ({ values, key, says }) => {
  const production = { ...IN_PRODUCTION, ...values };
  expect((await problemsOf(production)).map(({ message }) => message)).toEqual([
    expect.stringContaining(says) as string,
  ]);
  const excepted = await settingsOf('dev', { ...production, 'api:exceptions': { [key]: 'it is a public catalogue' } });
  expect(Object.keys(excepted.exceptions)).toEqual([key]);
});
