import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { suffixOf, type Within } from './api-parts.ts';
import { services } from '../services.ts';

/**
 * Declares the alarms of a stack that names a topic. API Gateway's `4xx` metric includes 404s, so the alarms count 401,
 * 403 and 429 in the access log. A function at its reserved concurrency returns 500, which counts as an error.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
 */
export function declareAlarms(
  within: Within,
  api: aws.apigatewayv2.Api,
  stage: aws.apigatewayv2.Stage,
  accessLog: aws.cloudwatch.LogGroup,
): void {
  const { alarms } = within.settings;
  if (alarms === undefined) return;
  const own = { namespace: 'AWS/ApiGateway', dimensions: { ApiId: api.id, Stage: stage.name } };
  const count = (kind: string, threshold: number, statuses: string, metric: Metric): void => {
    const alarmDescription = `${threshold} or more responses with ${statuses} in five minutes`;
    declareAlarm(within, kind, { ...metric, alarmDescription, statistic: 'Sum', threshold });
  };
  const { serverErrors, refusals, throttled } = alarms;
  count('server-errors', serverErrors, '5xx', { ...own, metricName: '5xx' });
  count('refusals', refusals, '401 or 403', countStatuses(within, 'refusals', [401, 403], accessLog));
  count('throttled', throttled, '429', countStatuses(within, 'throttled', [429], accessLog));
  declareAlarm(within, 'latency', {
    ...own,
    alarmDescription: `1 of 100 responses took more than ${alarms.latency} ms, for fifteen minutes`,
    metricName: 'Latency',
    extendedStatistic: 'p99',
    evaluateLowSampleCountPercentiles: 'ignore',
    threshold: alarms.latency,
    evaluationPeriods: 3,
  });
}

type Metric = Pick<aws.cloudwatch.MetricAlarmArgs, 'namespace' | 'metricName' | 'dimensions'>;

function countStatuses(
  within: Within,
  kind: string,
  statuses: readonly number[],
  accessLog: aws.cloudwatch.LogGroup,
): Metric {
  const { component, name, settings } = within;
  const metricName = kind + suffixOf(within);
  const namespace = `${pulumi.getProject()}/${settings.stack}`;
  new services.cloudwatch.LogMetricFilter(
    `${name}-${kind}`,
    {
      logGroupName: accessLog.name,
      // The access log holds every value as a string.
      pattern: `{ ${statuses.map((status) => `$.status = "${status}"`).join(' || ')} }`,
      metricTransformation: { namespace, name: metricName, value: '1', defaultValue: '0' },
    },
    { parent: component },
  );
  return { namespace, metricName };
}

function declareAlarm({ component, name, settings }: Within, kind: string, args: aws.cloudwatch.MetricAlarmArgs): void {
  const actions = settings.alarms === undefined ? [] : [settings.alarms.topicArn];
  new services.cloudwatch.MetricAlarm(
    `${name}-${kind}`,
    {
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      evaluationPeriods: 1,
      period: 300,
      treatMissingData: 'notBreaching',
      alarmActions: actions,
      okActions: actions,
      ...args,
    },
    { parent: component },
  );
}
