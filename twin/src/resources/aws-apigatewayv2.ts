import { z } from 'zod';
import {
  AUDIENCES_PER_AUTHORIZER,
  IDENTITY_SOURCE,
  INTEGRATION_TIMEOUT,
  SCOPE_LENGTH,
  SCOPES_PER_ROUTE,
  STAGE_NAME,
  STAGE_VARIABLE,
} from '../../../limits/http-api.ts';
import { LISTENER_ARN } from '../../../limits/vpc.ts';
import { anyValue, arn, positive, strings, text, unused, type Inputs, type ResourceType } from './resource.ts';

const throttles = { throttlingBurstLimit: positive.optional(), throttlingRateLimit: positive.optional() };
const routeSettings = {
  ...throttles,
  ...unused('detailedMetricsEnabled', 'loggingLevel', 'dataTraceEnabled'),
};

const integration = {
  apiId: z.string(),
  timeoutMilliseconds: z.int().min(INTEGRATION_TIMEOUT.min).max(INTEGRATION_TIMEOUT.max).optional(),
  ...unused('description', 'region'),
};

/** Source: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html */
const httpProxy = z
  .strictObject({
    ...integration,
    integrationType: z.literal('HTTP_PROXY'),
    integrationUri: z.string(),
    integrationMethod: z.literal('ANY'),
    payloadFormatVersion: z.literal('1.0').default('1.0'),
    connectionType: z.enum(['INTERNET', 'VPC_LINK']).default('INTERNET'),
    connectionId: z.string().optional(),
    tlsConfig: z.strictObject({ serverNameToVerify: z.string() }).optional(),
    requestParameters: z
      .record(
        z.string().regex(/^((overwrite|remove):header\.[a-z0-9-]+|overwrite:path)$/, {
          error: 'write overwrite:header.<name> or remove:header.<name>, in lower case, or overwrite:path',
        }),
        z.string(),
      )
      .optional(),
  })
  .superRefine(({ connectionType, connectionId, tlsConfig, integrationUri, requestParameters = {} }, context) => {
    const refuse = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    const { 'overwrite:path': path } = requestParameters;
    if (connectionType === 'INTERNET') {
      if (!/^https:\/\/[^/{}@\s?#]+(\/[^\s?#]*)?$/.test(integrationUri)) {
        refuse('integrationUri', 'write an https URL, with parameters in its path only');
      }
      if (connectionId !== undefined) refuse('connectionId', 'belongs to connectionType VPC_LINK');
      if (tlsConfig !== undefined) refuse('tlsConfig', 'belongs to connectionType VPC_LINK');
      if (path !== undefined) refuse('requestParameters', 'the twin supports overwrite:path only with VPC_LINK');
      return;
    }
    if (connectionId === undefined) refuse('connectionId', 'name the VPC link');
    if (!LISTENER_ARN.test(integrationUri)) refuse('integrationUri', 'write the ARN of a load balancer’s listener');
    // Without it, API Gateway passes on the name of the stage too.
    if (path === undefined || !/^(\$request\.path|\/([^${}?#\s]|\$\{request\.path\.\w+\})*)$/.test(path)) {
      refuse('requestParameters', 'write overwrite:path with $request.path, or a path with ${request.path.<name>}');
    }
  });

/** API Gateway's resource types of HTTP APIs. Source: https://www.pulumi.com/registry/packages/aws/api-docs/apigatewayv2/ */
export const AWS_APIGATEWAYV2 = {
  'aws:apigatewayv2/api:Api': {
    outputs: ({ name, identity, region }) => {
      const id = identity.lower(`http api ${name}`, 10);
      return {
        id,
        outputs: {
          apiEndpoint: `https://${id}.execute-api.${region}.amazonaws.com`,
          executionArn: arn('execute-api', region, id),
          arn: `arn:aws:apigateway:${region}::/apis/${id}`,
        },
      };
    },
    inputs: z.strictObject({
      protocolType: z.literal('HTTP'),
      corsConfiguration: z
        .strictObject({
          allowOrigins: strings.default([]),
          allowMethods: strings.default([]),
          allowHeaders: strings.default([]),
          exposeHeaders: strings.default([]),
          maxAge: z.int().optional(),
          allowCredentials: z.boolean().default(false),
        })
        .refine(({ allowOrigins, allowCredentials }) => !(allowCredentials && allowOrigins.includes('*')), {
          error: 'AWS rejects allowCredentials with the origin *; name the origins',
        })
        .optional(),
      disableExecuteApiEndpoint: z.boolean().optional(),
      // Quick create: the target makes a stage, a route and an integration.
      target: z.string().optional(),
      routeKey: z.string().optional(),
      routeSelectionExpression: z.literal('$request.method $request.path').optional(),
      ...unused('name', 'description', 'version', 'ipAddressType', 'region', 'tags'),
    }),
    withoutEffect: { disableExecuteApiEndpoint: 'the API’s own domain (it answers at this address)' },
  },
  'aws:apigatewayv2/authorizer:Authorizer': {
    outputs: ({ name, identity }) => ({ id: identity.lower(`authorizer ${name}`, 6) }),
    inputs: z.strictObject({
      apiId: z.string(),
      authorizerType: z.literal('JWT', { error: 'the twin emulates only "JWT" authorizers' }),
      identitySources: z
        .array(
          z.string().regex(IDENTITY_SOURCE, {
            error: 'write $request.header.<name> or $request.querystring.<name>',
          }),
        )
        .length(1, { error: 'AWS accepts exactly one identity source for a JWT authorizer' }),
      jwtConfiguration: z.strictObject({
        issuer: z.string().regex(/^https:\/\/[^\s/]+/, { error: 'AWS accepts an https URL only' }),
        audiences: z
          .array(z.string().min(1))
          .min(1, { error: 'list at least one audience; without one, AWS accepts the tokens of any API' })
          .max(AUDIENCES_PER_AUTHORIZER, { error: `AWS accepts at most ${AUDIENCES_PER_AUTHORIZER} audiences` }),
      }),
      ...unused('name', 'region'),
    }),
  },
  'aws:apigatewayv2/route:Route': {
    outputs: ({ name, identity }) => ({ id: identity.lower(`route ${name}`, 7) }),
    inputs: z.strictObject({
      apiId: z.string(),
      routeKey: z.string(),
      target: z.string(),
      // Source: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
      authorizationType: z
        .enum(['NONE', 'JWT'], {
          error: ({ input }) =>
            `the twin does not emulate ${String(input)} authorization; write "JWT" with an authorizer, or "NONE" for a public route`,
        })
        .default('NONE'),
      authorizerId: z.string().optional(),
      authorizationScopes: z
        .array(
          z
            .string()
            .min(SCOPE_LENGTH.min)
            .max(SCOPE_LENGTH.max, { error: `AWS accepts at most ${SCOPE_LENGTH.max} characters` }),
        )
        .max(SCOPES_PER_ROUTE, { error: `AWS accepts at most ${SCOPES_PER_ROUTE} scopes` })
        .optional(),
      apiKeyRequired: z.literal(false).optional(),
      ...unused('operationName', 'region'),
    }),
  },
  'aws:apigatewayv2/integration:Integration': {
    outputs: ({ name, identity }) => ({ id: identity.lower(`integration ${name}`, 7) }),
    inputs: z.discriminatedUnion(
      'integrationType',
      [
        z.strictObject({
          ...integration,
          integrationType: z.literal('AWS_PROXY'),
          connectionType: z.literal('INTERNET').optional(),
          integrationUri: z.string(),
          // The provider's default. Source: https://www.pulumi.com/registry/packages/aws/api-docs/apigatewayv2/integration/
          payloadFormatVersion: z.enum(['1.0', '2.0'], { error: 'write "1.0" or "2.0"' }).default('1.0'),
          ...unused('integrationMethod', 'passthroughBehavior', 'contentHandlingStrategy'),
        }),
        httpProxy,
      ],
      { error: 'write "AWS_PROXY" or "HTTP_PROXY"' },
    ),
  },
  'aws:apigatewayv2/stage:Stage': {
    outputs: ({ inputs, region }) => {
      const [id, apiId] = [text(inputs, 'name'), text(inputs, 'apiId')];
      const host = `${apiId}.execute-api.${region}.amazonaws.com`;
      return {
        id,
        outputs: {
          invokeUrl: `https://${host}/${id === '$default' ? '' : id}`,
          executionArn: `${arn('execute-api', region, apiId)}/${id}`,
          arn: `arn:aws:apigateway:${region}::/apis/${apiId}/stages/${id}`,
        },
      };
    },
    inputs: z.strictObject({
      apiId: z.string(),
      name: z.string().refine((name) => name === '$default' || STAGE_NAME.test(name), {
        error: 'AWS accepts $default, or 1 to 128 letters, digits, - and _',
      }),
      autoDeploy: z.boolean().default(false),
      deploymentId: z.string().optional(),
      region: anyValue,
      defaultRouteSettings: z.strictObject(routeSettings).optional(),
      routeSettings: z.array(z.strictObject({ routeKey: z.string(), ...routeSettings })).optional(),
      stageVariables: z
        .record(
          z.string().regex(STAGE_VARIABLE.name, { error: 'AWS accepts 1 to 64 letters, digits and _' }),
          z.string().max(STAGE_VARIABLE.valueLength),
        )
        .optional(),
      accessLogSettings: z.strictObject({ destinationArn: z.string(), format: z.string() }).optional(),
      ...unused('description', 'tags'),
    }),
  },
  // A snapshot of the routes: the twin serves the present ones.
  'aws:apigatewayv2/deployment:Deployment': {
    outputs: ({ name, identity }) => ({ id: identity.lower(`deployment ${name}`, 6) }),
    notEmulated: 'manual deployments (the twin serves the current routes)',
  },
  'aws:apigatewayv2/domainName:DomainName': {
    outputs: ({ name, inputs, identity, region }) => ({
      id: text(inputs, 'domainName'),
      outputs: {
        domainNameConfiguration: {
          ...(inputs['domainNameConfiguration'] as Inputs),
          targetDomainName: `d-${identity.lower(`domain ${name}`, 10)}.execute-api.${region}.amazonaws.com`,
          hostedZoneId: `Z${identity.alphanumeric(`zone of ${name}`, 13).toUpperCase()}`,
        },
      },
    }),
    inputs: z.strictObject({
      domainName: z.string(),
      ...unused('domainNameConfiguration', 'mutualTlsAuthentication', 'tags'),
    }),
    withoutEffect: { mutualTlsAuthentication: 'mutual TLS (callers without a certificate get in here)' },
  },
  'aws:apigatewayv2/apiMapping:ApiMapping': {
    outputs: ({ name, identity }) => ({ id: identity.lower(`mapping ${name}`, 6) }),
    inputs: z.strictObject({
      apiId: z.string(),
      domainName: z.string(),
      stage: z.string(),
      apiMappingKey: z
        .string()
        .regex(/^$|^[\w$.+!*'()-]+(\/[\w$.+!*'()-]+)*$/, { error: 'write a path without a slash at either end' })
        .optional(),
      region: anyValue,
    }),
  },
} as const satisfies Readonly<Record<string, ResourceType>>;
