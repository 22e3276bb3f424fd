import { bodyOf, claimsOf, commonLogTime, grouped, headersOf, mapped, type EventContext } from './event.ts';
import type { Decision } from './decision.ts';
import { queryParameters, type GatewayRequest, type Target } from './request.ts';

/**
 * The event of payload format 1.0; empty fields are null. The single-value field has the last value of a repeated header
 * and the first of a repeated query parameter, as in AWS's example. Where captured events differ from the documentation,
 * the captures count (docs/fidelity.md).
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function eventV1Of(
  request: GatewayRequest,
  { path: pathWithin, rawQuery }: Target,
  decision: Decision,
  { api, requestId, traceId, time }: EventContext,
): Record<string, unknown> {
  const { stage } = api;
  const headers = headersOf(request, api.host, traceId);
  const titled = new Map([...headers].map(([name, values]) => [TITLED[name] ?? name, values]));
  const query = grouped(queryParameters(rawQuery));
  const routeKey = decision.route?.routeKey ?? '$default';
  const resource = routeKey.replace(/^\S+ /, '');
  const path = api.basePath + pathWithin;
  const authorizer = claimsOf(decision);
  return {
    version: '1.0',
    resource,
    path,
    httpMethod: request.method,
    headers: mapped(titled, (values) => values.at(-1)),
    multiValueHeaders: mapped(titled, (values) => values),
    queryStringParameters: orNull(mapped(query, ([first]) => first)),
    multiValueQueryStringParameters: orNull(mapped(query, (values) => values)),
    requestContext: {
      accountId: api.accountId,
      apiId: api.apiId,
      ...(authorizer && { authorizer }),
      domainName: api.host,
      domainPrefix: api.host.split('.')[0],
      extendedRequestId: requestId,
      httpMethod: request.method,
      identity: {
        accessKey: null,
        accountId: null,
        caller: null,
        cognitoAmr: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: request.sourceIp,
        user: null,
        userAgent: headers.get('user-agent')?.at(-1) ?? '',
        userArn: null,
      },
      path,
      protocol: `HTTP/${request.httpVersion}`,
      requestId,
      requestTime: commonLogTime(time),
      requestTimeEpoch: time,
      resourceId: routeKey,
      resourcePath: resource,
      stage: stage.name,
    },
    pathParameters: orNull(decision.pathParameters),
    stageVariables: stage.variables ?? null,
    ...bodyOf(request, headers.get('content-type')?.at(-1)),
  };
}

/** The spelling of these headers in every captured event. */
const TITLED: Readonly<Record<string, string>> = {
  'content-length': 'Content-Length',
  host: 'Host',
  'user-agent': 'User-Agent',
  'x-amzn-trace-id': 'X-Amzn-Trace-Id',
  'x-forwarded-for': 'X-Forwarded-For',
  'x-forwarded-port': 'X-Forwarded-Port',
  'x-forwarded-proto': 'X-Forwarded-Proto',
};

function orNull<T extends object>(value: T): T | null {
  return Object.keys(value).length > 0 ? value : null;
}
