import type { Contract } from '../../program/contract/define-contract.ts';
import { parse, stringify } from 'yaml';
import { contract as shipped } from '../fixture/contract.ts';
import { HANDLER, handlerIn } from './handlers.ts';
import { writeContract, type ProjectCopy } from './project.ts';

const REPORTS = 'arn:aws:lambda:eu-central-1:123456789012:function:reports:live';
const ORDERS = 'https://orders.example.com/v1';

/** A contract whose routes go to everything that a route can go to. */
export const EVERYTHING: Contract = {
  ...shipped,
  handlers: {
    ...shipped.handlers,
    test: {
      ...HANDLER,
      reservedConcurrency: 2,
      environment: { TABLE: 'orders', LOG_LEVEL: 'info' },
      statements: [
        { actions: ['dynamodb:GetItem'], resources: ['arn:aws:dynamodb:eu-central-1:123456789012:table/x'] },
      ],
    },
  },
  routes: {
    'GET /test': { handler: 'test', scopes: ['read:user'] },
    'GET /open': { handler: 'test', scopes: 'public' },
    'ANY /orders/{id}/{rest+}': { forward: `${ORDERS}/{id}/{rest}`, scopes: ['read:user'] },
    'POST /hooks/{id}': { forward: `${ORDERS}/hooks/{id}`, scopes: 'public' },
    'GET /reports/{id}': { function: REPORTS, scopes: ['read:user'] },
    'GET /report': { function: REPORTS, scopes: 'public' },
  },
};

/** What a stack file says that uses every option of the AWS side. */
export const EVERY_OPTION: Readonly<Record<string, unknown>> = {
  'aws:defaultTags': { tags: { team: 'orders' } },
  'api:domain': { name: 'api.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' },
  'api:backends': { 'POST /hooks/{id}': 'https://hooks.dev.example.com/{id}' },
  'api:handlers': {
    test: {
      memory: 256,
      timeout: 7,
      reservedConcurrency: 5,
      layers: ['arn:aws:lambda:eu-central-1:123456789012:layer:fonts:3'],
      ephemeralStorage: 1024,
      tracing: true,
      environment: { LOG_LEVEL: 'debug', DB_HOST: 'db.example.com' },
      statements: [
        {
          actions: ['s3:Get*'],
          resources: ['*'],
          conditions: { StringEquals: { 's3:authType': 'REST-HEADER' } },
          reason: 'Branches have a bucket each, and open every month',
        },
      ],
    },
  },
  'api:permissionsBoundary': 'arn:aws:iam::123456789012:policy/auth0-http-api--dev--boundary',
  'api:logRetention': 365,
  'api:logKey': 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  'api:logCallerAddress': false,
  'api:sourceMaps': true,
  'api:throttle': { burst: 100, rate: 50 },
  'api:routeThrottles': { 'GET /open': { burst: 2, rate: 0.5 } },
  'api:cors': {
    allowOrigins: ['https://app.example.com'],
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['authorization'],
    exposeHeaders: ['x-total'],
    maxAge: 600,
    allowCredentials: true,
  },
  'api:alarms': { topicArn: 'arn:aws:sns:eu-central-1:123456789012:on-call', latency: 1500 },
};

/** Makes a copy of the project one that uses everything of the AWS side, with further routes. */
export function useEverything(project: ProjectCopy, routes: Contract['routes'] = {}): void {
  const test = { ...EVERYTHING.handlers['test'], ...handlerIn(project) };
  writeContract(project, { ...EVERYTHING, handlers: { test }, routes: { ...EVERYTHING.routes, ...routes } });
  const file = parse(project.read('Pulumi.dev.yaml')) as { config: object };
  project.write('Pulumi.dev.yaml', stringify({ ...file, config: { ...file.config, ...EVERY_OPTION } }));
}
