import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { ACCOUNT_THROTTLE } from '../../limits/account-throttle.ts';
import { suffixOf, type Within } from './api-parts.ts';
import type { Throttle } from '../config/api-keys.ts';
import { services } from '../services.ts';

/**
 * The fields of an access-log line. It leaves out other headers, the query, the path and the body, because any of them
 * may contain a token. A missing value is `-`.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const ACCESS_LOG = {
  time: '$context.requestTimeEpoch',
  requestId: '$context.requestId',
  routeKey: '$context.routeKey',
  method: '$context.httpMethod',
  status: '$context.status',
  latency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integrationErrorMessage',
  azp: '$context.authorizer.claims.azp',
  sub: '$context.authorizer.claims.sub',
} as const;

/** Fields that identify the caller: personal data, which some teams may not keep. */
const CALLER_ADDRESS = {
  sourceIp: '$context.identity.sourceIp',
  userAgent: '$context.identity.userAgent',
} as const;

/** Returns the retention and encryption of a stack's log groups. */
export function keptLogs({
  logRetention,
  logKey,
}: Within['settings']): Pick<aws.cloudwatch.LogGroupArgs, 'retentionInDays' | 'kmsKeyId'> {
  return { retentionInDays: logRetention, ...(logKey !== undefined && { kmsKeyId: logKey }) };
}

/** Declares the log group of the access log. */
export function declareAccessLog(within: Within): aws.cloudwatch.LogGroup {
  const { component, name, settings } = within;
  return new services.cloudwatch.LogGroup(
    name,
    { name: `/${pulumi.getProject()}/${settings.stack}/access${suffixOf(within)}`, ...keptLogs(settings) },
    { parent: component },
  );
}

/** Declares the stage that serves the API. It deploys each change automatically. */
export function declareStage(
  { component, name, settings }: Within,
  api: aws.apigatewayv2.Api,
  routes: readonly aws.apigatewayv2.Route[],
  accessLog: aws.cloudwatch.LogGroup,
): aws.apigatewayv2.Stage {
  const { throttle = ACCOUNT_THROTTLE, routeThrottles, logCallerAddress } = settings;
  const format = JSON.stringify({ ...ACCESS_LOG, ...(logCallerAddress && CALLER_ADDRESS) });
  const routeSettings = Object.entries(routeThrottles).map(([routeKey, own]) => ({ routeKey, ...limits(own) }));
  return new services.apigatewayv2.Stage(
    name,
    {
      apiId: api.id,
      name: settings.stageName,
      autoDeploy: true,
      accessLogSettings: { destinationArn: accessLog.arn, format },
      // Always set: without it the provider sends zeros for a removed throttle, and AWS then rejects every request with
      // 429 (https://github.com/hashicorp/terraform-provider-aws/issues/14742).
      defaultRouteSettings: limits(throttle),
      ...(routeSettings.length > 0 && { routeSettings }),
    },
    { parent: component, dependsOn: [...routes] },
  );
}

function limits({ burst, rate }: Throttle): { throttlingBurstLimit: number; throttlingRateLimit: number } {
  return { throttlingBurstLimit: burst, throttlingRateLimit: rate };
}
