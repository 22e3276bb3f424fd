import { beforeAll, describe, expect, it } from 'vitest';
import { modelOf, type Recorded, violationsOf } from '@auth0-http-api/twin';
import { EVERYTHING, EVERY_OPTION } from './support/everything.ts';
import { onlyOf, recordDev, recordStack, recordWith, resourcesOf, type Changes } from './support/program.ts';

let everything: Recorded;
beforeAll(async () => {
  everything = await recordWith({ contract: EVERYTHING, values: EVERY_OPTION });
});
const inputsOf = (kind: string, name: string) =>
  resourcesOf(everything, kind).find((resource) => resource.name === name)?.inputs;

describe('The API’s own domain', () => {
  const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/abc';
  const domain = (changes: object): Changes => ({ 'api:domain': { name: 'api.example.com', ...changes } });

  it('A domain has a certificate that its zone validates, and a DNS record that points to the API', () => {
    const certificate = onlyOf(everything, 'Certificate');
    expect(certificate.inputs).toMatchObject({ domainName: 'api.example.com', validationMethod: 'DNS' });
    const [proof] = certificate.outputs['domainValidationOptions'] as { [key: string]: string }[];
    expect(inputsOf('Record', 'api-validation')).toMatchObject({
      zoneId: 'Z0123456789ABCDEFGHIJ',
      name: proof?.['resourceRecordName'],
      type: 'CNAME',
      records: [proof?.['resourceRecordValue']],
    });
    const { outputs, inputs } = onlyOf(everything, 'DomainName');
    expect(inputs['domainNameConfiguration']).toEqual({
      certificateArn: onlyOf(everything, 'CertificateValidation').inputs['certificateArn'],
      endpointType: 'REGIONAL',
      securityPolicy: 'TLS_1_2',
    });
    const { targetDomainName, hostedZoneId } = outputs['domainNameConfiguration'] as Record<string, string>;
    expect(inputsOf('Record', 'api')).toMatchObject({
      name: 'api.example.com',
      type: 'A',
      aliases: [{ name: targetDomainName, zoneId: hostedZoneId }],
    });
  });

  it('The domain is the only address: the default endpoint is off, and the outputs name the domain', () => {
    expect(onlyOf(everything, 'Api').inputs['disableExecuteApiEndpoint']).toBe(true);
    expect(onlyOf(everything, 'ApiMapping').inputs).toEqual({
      apiId: onlyOf(everything, 'Api').id,
      domainName: 'api.example.com',
      stage: '$default',
    });
    expect(everything.outputs).toMatchObject({ apiUrl: 'https://api.example.com' });
    expect(everything.outputs).not.toHaveProperty('apiDomainTarget');
  });

  it('A domain with a certificate and no zone has no record, and the outputs say where yours must point', async () => {
    const recorded = await recordDev(domain({ certificateArn: CERTIFICATE }));
    expect(resourcesOf(recorded, 'Record')).toEqual([]);
    expect(resourcesOf(recorded, 'Certificate')).toEqual([]);
    const { targetDomainName } = onlyOf(recorded, 'DomainName').outputs['domainNameConfiguration'] as {
      targetDomainName: string;
    };
    expect(recorded.outputs['apiDomainTarget']).toBe(targetDomainName);
  });

  it('A domain with a truststore requires client certificates, and AWS’s own address stays off', async () => {
    const truststore = { truststoreUri: 's3://acme-certificates/truststore.pem', truststoreVersion: 'v1' };
    const recorded = await recordDev(domain({ hostedZoneId: 'Z1', ...truststore }));
    expect(onlyOf(recorded, 'DomainName').inputs['mutualTlsAuthentication']).toEqual(truststore);
    expect(onlyOf(recorded, 'Api').inputs['disableExecuteApiEndpoint']).toBe(true);
    expect(modelOf(recorded).notEmulated).toContain('mutual TLS (callers without a certificate get in here)');
  });

  it('A domain with a certificate and a zone has only the record', async () => {
    const recorded = await recordDev(domain({ certificateArn: CERTIFICATE, hostedZoneId: 'Z1' }));
    expect(resourcesOf(recorded, 'Record').map(({ name }) => name)).toEqual(['api']);
    expect(resourcesOf(recorded, 'Certificate')).toEqual([]);
  });

  it('An API at a base path of an existing domain has a mapping and nothing else of the domain', async () => {
    const recorded = await recordDev(domain({ existing: true, basePath: 'orders/v1' }));
    const kinds = ['Certificate', 'DomainName', 'Record'];
    expect(kinds.flatMap((kind) => resourcesOf(recorded, kind))).toEqual([]);
    expect(onlyOf(recorded, 'ApiMapping').inputs).toMatchObject({
      domainName: 'api.example.com',
      apiMappingKey: 'orders/v1',
    });
    expect(onlyOf(recorded, 'Api').inputs['disableExecuteApiEndpoint']).toBe(true);
    expect(recorded.outputs).toMatchObject({ apiUrl: 'https://api.example.com/orders/v1' });
    expect(recorded.outputs).not.toHaveProperty('apiDomainTarget');
  });

  it('An API with a named stage has that name in its URL, but not at its domain', async () => {
    const named = await recordDev({ 'api:stage': 'v1' });
    expect(onlyOf(named, 'Stage').inputs['name']).toBe('v1');
    expect(named.outputs['apiUrl']).toMatch(/\.amazonaws\.com\/v1$/);
    const mapped = await recordDev({ 'api:stage': 'v1', ...domain({ hostedZoneId: 'Z1' }) });
    expect(onlyOf(mapped, 'ApiMapping').inputs['stage']).toBe('v1');
    expect(mapped.outputs).toMatchObject({ apiUrl: 'https://api.example.com' });
  });
});

describe('Integrations', () => {
  it('The integration of a protected HTTP endpoint overwrites the headers that identify the caller', () => {
    expect(inputsOf('Integration', 'ANY /orders/{1}/{2+}')).toMatchObject({
      integrationType: 'HTTP_PROXY',
      integrationMethod: 'ANY',
      integrationUri: 'https://orders.example.com/v1/{id}/{rest}',
      requestParameters: {
        'overwrite:header.x-caller-sub': '$context.authorizer.claims.sub',
        'overwrite:header.x-caller-azp': '$context.authorizer.claims.azp',
      },
    });
  });

  it('The integration of a public HTTP endpoint removes the headers that identify the caller, and uses the stack’s URL', () => {
    expect(inputsOf('Integration', 'POST /hooks/{1} public')).toMatchObject({
      integrationUri: 'https://hooks.dev.example.com/{id}',
      requestParameters: { 'remove:header.x-caller-sub': "''", 'remove:header.x-caller-azp': "''" },
    });
  });

  it('An existing function has one integration for all its routes, and one invoke permission for this API', () => {
    const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:reports';
    const name = 'api--reports-live';
    expect(inputsOf('Integration', name)).toMatchObject({
      integrationType: 'AWS_PROXY',
      integrationUri: `${arn}:live`,
    });
    expect(inputsOf('Permission', name)).toEqual({
      action: 'lambda:InvokeFunction',
      function: arn,
      qualifier: 'live',
      principal: 'apigateway.amazonaws.com',
      sourceArn: `${String(onlyOf(everything, 'Api').outputs['executionArn'])}/*/*`,
    });
    expect(resourcesOf(everything, 'Integration')).toHaveLength(4);
    expect(resourcesOf(everything, 'Permission')).toHaveLength(2);
  });
});

describe('Handlers', () => {
  it('A handler has the sizes, variables and statements of the stack file in addition to those of the contract', () => {
    expect(inputsOf('Function', 'api-test')).toMatchObject({
      memorySize: 256,
      timeout: 7,
      reservedConcurrentExecutions: 5,
      environment: { variables: { TABLE: 'orders', LOG_LEVEL: 'debug', DB_HOST: 'db.example.com' } },
    });
    const { policy } = onlyOf(everything, 'RolePolicy').inputs as { policy: string };
    const { Statement } = JSON.parse(policy) as { Statement: object[] };
    expect(Statement.slice(1)).toEqual([
      expect.objectContaining({ Effect: 'Allow', Action: ['dynamodb:GetItem'] }),
      {
        Effect: 'Allow',
        Action: ['s3:Get*'],
        Resource: ['*'],
        Condition: { StringEquals: { 's3:authType': 'REST-HEADER' } },
      },
      { Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: ['*'] },
    ]);
  });

  it('The environment and policy of a handler are secret if the stack file encrypts a value there', async () => {
    const recorded = await recordWith({ contract: EVERYTHING, values: EVERY_OPTION, secretKeys: ['api:handlers'] });
    expect(violationsOf(recorded)).toEqual([]);
    expect(onlyOf(recorded, 'Function').secretInputs).toEqual(['environment']);
    expect(onlyOf(recorded, 'RolePolicy').secretInputs).toEqual(['policy']);
    expect(onlyOf(everything, 'Function').secretInputs).toEqual([]);
    expect(onlyOf(everything, 'RolePolicy').secretInputs).toEqual([]);
  });
});

describe('The stage', () => {
  it('The access log says who called, which route, and why a request was rejected, and never logs a token', () => {
    const { accessLogSettings } = onlyOf(everything, 'Stage').inputs as {
      accessLogSettings: { destinationArn: string; format: string };
    };
    const log = resourcesOf(everything, 'LogGroup').find(({ name }) => name === 'api');
    expect(accessLogSettings.destinationArn).toBe(log?.outputs['arn']);
    const { format } = accessLogSettings;
    expect(Object.keys(JSON.parse(format) as object)).toEqual(
      expect.arrayContaining(['requestId', 'routeKey', 'status', 'latency', 'authorizerError', 'azp', 'sub']),
    );
    expect(format.length).toBeLessThan(3 * 1024);
    expect(
      format.match(/\$context\.[a-zA-Z.]+/g)?.filter((variable) => /path|header|identity|querystring/i.test(variable)),
    ).toEqual([]);
    expect(format).not.toContain('$request');
  });

  it('The access log has the address and user agent of a caller unless the stack file forbids it', async () => {
    const { accessLogSettings } = (await recordStack('dev').then((dev) => onlyOf(dev, 'Stage'))).inputs as {
      accessLogSettings: { format: string };
    };
    expect(JSON.parse(accessLogSettings.format)).toMatchObject({
      sourceIp: '$context.identity.sourceIp',
      userAgent: '$context.identity.userAgent',
    });
  });

  it('Every log group has the retention and the key of the stack file', () => {
    const groups = resourcesOf(everything, 'LogGroup').map(({ name, inputs: { retentionInDays, kmsKeyId } }) => [
      name,
      retentionInDays,
      kmsKeyId,
    ]);
    const key = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    expect(groups).toEqual([
      ['api', 365, key],
      ['api-test', 365, key],
    ]);
  });

  it('The stage has the throttles of the stack and of single routes, and CORS, and the twin applies them', () => {
    expect(modelOf(everything).api).toMatchObject({
      stage: { throttle: { burst: 100, rate: 50 }, routeThrottles: new Map([['GET /open', { burst: 2, rate: 0.5 }]]) },
      cors: { allowOrigins: ['https://app.example.com'], allowCredentials: true, maxAge: 600 },
    });
  });

  it('A stack has no domain, alarms, CORS, environment and reserved concurrency by default, and its account’s throttle', async () => {
    const recorded = await recordStack('dev');
    expect(['DomainName', 'MetricAlarm'].flatMap((kind) => resourcesOf(recorded, kind))).toEqual([]);
    const all = { ...onlyOf(recorded, 'Api').inputs, ...onlyOf(recorded, 'Function').inputs };
    for (const input of [
      'disableExecuteApiEndpoint',
      'corsConfiguration',
      'environment',
      'reservedConcurrentExecutions',
    ])
      expect(all).not.toHaveProperty(input);
    const { inputs } = onlyOf(recorded, 'Stage');
    expect(Object.keys(inputs).toSorted()).toEqual([
      'accessLogSettings',
      'apiId',
      'autoDeploy',
      'defaultRouteSettings',
      'name',
    ]);
    expect(inputs['defaultRouteSettings']).toEqual({ throttlingBurstLimit: 5000, throttlingRateLimit: 10_000 });
    expect(modelOf(recorded).api.stage.throttle).toEqual({ burst: undefined, rate: undefined });
  });
});

describe('Alarms', () => {
  it('The alarms cover errors, rejections, throttling and latency, notify the topic, and stay silent without traffic', () => {
    const alarms = resourcesOf(everything, 'MetricAlarm');
    expect(alarms.map(({ name }) => name)).toEqual([
      'api-latency',
      'api-refusals',
      'api-server-errors',
      'api-throttled',
    ]);
    const actions = ['arn:aws:sns:eu-central-1:123456789012:on-call'];
    for (const { inputs } of alarms) {
      expect(inputs).toMatchObject({ alarmActions: actions, okActions: actions, treatMissingData: 'notBreaching' });
    }
    const dimensions = { ApiId: onlyOf(everything, 'Api').id, Stage: '$default' };
    expect(inputsOf('MetricAlarm', 'api-server-errors')).toMatchObject({ metricName: '5xx', threshold: 5, dimensions });
    expect(inputsOf('MetricAlarm', 'api-latency')).toMatchObject({
      extendedStatistic: 'p99',
      threshold: 1500,
      dimensions,
    });
  });

  it('The alarms count rejections and throttling in the access log, where a status is a string', () => {
    const { format } = onlyOf(everything, 'Stage').inputs['accessLogSettings'] as { format: string };
    expect(format).toContain('"status":"$context.status"');
    expect(inputsOf('LogMetricFilter', 'api-refusals')).toMatchObject({
      logGroupName: '/auth0-http-api/dev/access',
      pattern: '{ $.status = "401" || $.status = "403" }',
      metricTransformation: { namespace: 'auth0-http-api/dev', name: 'refusals' },
    });
    expect(inputsOf('MetricAlarm', 'api-refusals')).toMatchObject({
      namespace: 'auth0-http-api/dev',
      metricName: 'refusals',
    });
  });
});
