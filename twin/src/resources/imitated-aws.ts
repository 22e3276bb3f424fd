import { z } from 'zod';
import { variableNameProblem } from '../../../limits/environment-names.ts';

/** An input that changes nothing of what the twin serves; any input that is not named at all is refused. */
const inert = z.unknown().optional();
const texts = z.array(z.string());
const amount = z.number().positive();

const variables = z.record(z.string(), z.string()).superRefine((all, context) => {
  for (const name of Object.keys(all)) {
    const message = variableNameProblem(name);
    if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
  }
});

const throttles = { throttlingBurstLimit: amount.optional(), throttlingRateLimit: amount.optional() };
const quietRouteSettings = { detailedMetricsEnabled: inert, loggingLevel: inert, dataTraceEnabled: inert };

const integration = {
  apiId: z.string(),
  timeoutMilliseconds: z.int().min(50).max(30_000).optional(),
  connectionType: z.literal('INTERNET').optional(),
  description: inert,
};

/** The part of the table in `imitated.ts` that is about AWS. */
export const IMITATED_AWS = {
  'aws:apigatewayv2/api:Api': z.strictObject({
    protocolType: z.literal('HTTP'),
    corsConfiguration: z
      .strictObject({
        allowOrigins: texts.optional(),
        allowMethods: texts.optional(),
        allowHeaders: texts.optional(),
        exposeHeaders: texts.optional(),
        maxAge: z.int().optional(),
        allowCredentials: z.boolean().optional(),
      })
      .refine(({ allowOrigins = [], allowCredentials = false }) => !(allowCredentials && allowOrigins.includes('*')), {
        error: 'AWS refuses credentials for every origin',
      })
      .optional(),
    disableExecuteApiEndpoint: z.boolean().optional(),
    name: inert,
    description: inert,
    tags: inert,
  }),
  'aws:apigatewayv2/authorizer:Authorizer': z.strictObject({
    apiId: z.string(),
    authorizerType: z.literal('JWT'),
    identitySources: z
      .array(z.string().regex(/^\$request\.(header|querystring)\.[A-Za-z0-9_-]+$/))
      .length(1, { error: 'a JWT authorizer has exactly one identity source' }),
    jwtConfiguration: z.strictObject({
      issuer: z.string().regex(/^https:\/\/[^\s/]+/, { error: 'API Gateway takes an https issuer only' }),
      audiences: z
        .array(z.string().min(1))
        .min(1, { error: 'an authorizer without an audience would take tokens of any API' })
        .max(50, { error: 'an authorizer takes at most 50 audiences' }),
    }),
    name: inert,
  }),
  'aws:apigatewayv2/route:Route': z.strictObject({
    apiId: z.string(),
    routeKey: z.string(),
    target: z.string(),
    authorizationType: z.enum(['NONE', 'JWT']),
    authorizerId: z.string().optional(),
    authorizationScopes: texts
      .max(10, { error: 'a route takes at most 10 scopes' })
      .refine((scopes) => scopes.every(({ length }) => length >= 1 && length <= 64), {
        error: 'a scope of a route has 1 to 64 characters',
      })
      .optional(),
    apiKeyRequired: z.literal(false).optional(),
    operationName: inert,
  }),
  'aws:apigatewayv2/integration:Integration': z.discriminatedUnion('integrationType', [
    z.strictObject({
      ...integration,
      integrationType: z.literal('AWS_PROXY'),
      integrationUri: z.string(),
      payloadFormatVersion: z.literal('2.0'),
      integrationMethod: inert,
    }),
    z.strictObject({
      ...integration,
      integrationType: z.literal('HTTP_PROXY'),
      integrationUri: z.string().regex(/^https:\/\/[^/{}@\s?#]+(\/[^\s?#]*)?$/, {
        error: 'the twin takes an https URL with parameters in its path alone',
      }),
      integrationMethod: z.literal('ANY', { error: 'the twin passes the caller’s own method on' }),
      payloadFormatVersion: z.literal('1.0'),
      requestParameters: z
        .record(z.string(), z.string())
        .refine((all) => Object.keys(all).every((key) => /^(overwrite|remove):header\.[a-z0-9-]+$/.test(key)), {
          error: 'the twin overwrites and removes headers, named in lower case',
        })
        .optional(),
    }),
  ]),
  'aws:apigatewayv2/stage:Stage': z.strictObject({
    apiId: z.string(),
    name: z.literal('$default', { error: 'the twin serves the stage $default only, at the root' }),
    autoDeploy: z.literal(true),
    defaultRouteSettings: z.strictObject({ ...throttles, ...quietRouteSettings }).optional(),
    routeSettings: z.array(z.strictObject({ routeKey: z.string(), ...throttles, ...quietRouteSettings })).optional(),
    // Source: http-api-quotas and http-api-stages.stage-variables.
    stageVariables: z.record(z.string().regex(/^\w{1,64}$/), z.string().max(512)).optional(),
    accessLogSettings: z.strictObject({ destinationArn: z.string(), format: z.string() }).optional(),
    description: inert,
    tags: inert,
  }),
  'aws:lambda/function:Function': z.strictObject({
    code: z.strictObject({ archive: z.record(z.string(), z.string()) }),
    handler: z.string().regex(/^[\w./-]+\.[\w$]+$/),
    runtime: z.literal('nodejs24.x', { error: 'the twin runs functions on Node 24 only' }),
    memorySize: z.int().min(128).max(10_240),
    timeout: z.int().min(1).max(900),
    reservedConcurrentExecutions: z.int().min(0).optional(),
    environment: z.strictObject({ variables: variables.optional() }).optional(),
    packageType: z.literal('Zip').optional(),
    name: inert,
    description: inert,
    role: inert,
    architectures: inert,
    loggingConfig: z.strictObject({ logFormat: inert, logGroup: z.string().optional() }).optional(),
    tags: inert,
  }),
  'aws:lambda/permission:Permission': z.strictObject({
    action: z.literal('lambda:InvokeFunction'),
    function: z.string(),
    principal: z.literal('apigateway.amazonaws.com'),
    sourceArn: z.string(),
    qualifier: z.string().optional(),
    statementId: inert,
  }),
  'aws:apigatewayv2/domainName:DomainName': z.strictObject({
    domainName: z.string(),
    domainNameConfiguration: inert,
    tags: inert,
  }),
  'aws:apigatewayv2/apiMapping:ApiMapping': z.strictObject({
    apiId: z.string(),
    domainName: z.string(),
    stage: z.string(),
  }),
} as const satisfies Record<string, z.ZodType>;
