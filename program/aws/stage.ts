import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { ACCOUNT_THROTTLE } from '../../limits/account-throttle.ts';
import { suffixOf, type Within } from './api-parts.ts';
import type { Throttle } from '../config/api-keys.ts';
import { services } from './services.ts';

/**
 * One line of JSON for each request: who asked for what, and what became of it. No other header, query, path or body,
 * since a token may stand in any of them. What has no value is `-`.
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

/** The origin of a request: personal data, which some teams may not keep. */
const CALLER_ADDRESS = {
  sourceIp: '$context.identity.sourceIp',
  userAgent: '$context.identity.userAgent',
} as const;

/** Returns retention and encryption of every log group of a stack. */
export function keptLogs({
  logRetention,
  logKey,
}: Within['settings']): Pick<aws.cloudwatch.LogGroupArgs, 'retentionInDays' | 'kmsKeyId'> {
  return { retentionInDays: logRetention, ...(logKey !== undefined && { kmsKeyId: logKey }) };
}

/** Where the stage writes its access log. */
export function declareAccessLog(within: Within): aws.cloudwatch.LogGroup {
  const { component, name, settings } = within;
  return new services.cloudwatch.LogGroup(
    name,
    { name: `/${pulumi.getProject()}/${settings.stack}/access${suffixOf(within)}`, ...keptLogs(settings) },
    { parent: component },
  );
}

/** The stage that the API is served from. Each change is released as it is made. */
export function declareStage(
  { component, name, settings }: Within,
  api: aws.apigatewayv2.Api,
  routes: readonly aws.apigatewayv2.Route[],
  accessLog: aws.cloudwatch.LogGroup,
): aws.apigatewayv2.Stage {
  const { throttle = ACCOUNT_THROTTLE, routeThrottles, logCallerAddress } = settings;
  const format = JSON.stringify({ ...ACCESS_LOG, ...(logCallerAddress && CALLER_ADDRESS) });
  const routeSettings = Object.entries(routeThrottles).map(([routeKey, one]) => ({ routeKey, ...limits(one) }));
  return new services.apigatewayv2.Stage(
    name,
    {
      apiId: api.id,
      name: settings.stageName,
      autoDeploy: true,
      accessLogSettings: { destinationArn: accessLog.arn, format },
      // Always written: without it the provider sends zeros for a throttle that was taken out, and AWS then answers every
      // request with 429 (https://github.com/hashicorp/terraform-provider-aws/issues/14742).
      defaultRouteSettings: limits(throttle),
      ...(routeSettings.length > 0 && { routeSettings }),
    },
    { parent: component, dependsOn: [...routes] },
  );
}

function limits({ burst, rate }: Throttle): { throttlingBurstLimit: number; throttlingRateLimit: number } {
  return { throttlingBurstLimit: burst, throttlingRateLimit: rate };
}
