import { failedCheck } from './decision.ts';
import type { HttpApi } from '../model/http-api.ts';
import { MESSAGES } from './errors.ts';
import { claimTexts, commonLogTime } from './event.ts';
import type { Exchange } from './pipeline.ts';
import { headerValues } from './request.ts';

interface Measured {
  /** Duration of the whole request. */
  readonly milliseconds: number;
  /** Bytes of the response's body. */
  readonly responseLength: number;
}

/**
 * The request's line in the stage's access log: its format with each `$context` variable replaced, `-` where a variable
 * has no value. Empty if the stage writes no log. Inferred: quotes are escaped if the format is JSON, and the claims of a
 * token that only lacks the scope are logged.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export function accessLogLine(exchange: Exchange, api: HttpApi, measured: Measured): string {
  const format = api.stage.accessLogFormat ?? '';
  const isJson = format.startsWith('{');
  const values = variables(exchange, api, measured);
  return format.replace(/\$context\.[A-Za-z0-9_.]*[A-Za-z0-9_]/g, (variable) => {
    const value = values.get(variable.slice('$context.'.length)) ?? '';
    if (value === '') return '-';
    return isJson ? JSON.stringify(value).slice(1, -1) : value;
  });
}

function variables(exchange: Exchange, api: HttpApi, measured: Measured): Map<string, string> {
  const { requestId, request, decision, response, invocation, time, integrationError = '' } = exchange;
  const { refusal, route, claims } = decision;
  const latency = invocation?.milliseconds.toFixed(0) ?? '';
  const error = refusal === undefined ? '' : MESSAGES[refusal.status];
  const values = new Map<string, string>([
    ['accountId', api.accountId],
    ['apiId', api.apiId],
    ['authorizer.error', refusal?.authorizerError ?? ''],
    ['domainName', api.host],
    ['domainPrefix', api.apiId],
    ['error.message', error],
    ['error.messageString', error === '' ? '' : JSON.stringify(error)],
    ['extendedRequestId', requestId],
    ['httpMethod', decision.method],
    ['identity.sourceIp', request.sourceIp],
    ['identity.userAgent', headerValues(request.rawHeaders, 'user-agent')[0] ?? ''],
    ['integration.error', integrationError],
    ['integration.latency', latency],
    ['integrationErrorMessage', integrationError],
    ['integrationLatency', latency],
    ['path', decision.path],
    ['protocol', `HTTP/${request.httpVersion}`],
    ['requestId', requestId],
    ['requestTime', commonLogTime(time)],
    ['requestTimeEpoch', String(time)],
    ['responseLatency', measured.milliseconds.toFixed(0)],
    ['responseLength', String(measured.responseLength)],
    ['routeKey', route?.routeKey ?? ''],
    ['stage', api.stage.name],
    ['status', String(response.status)],
  ]);
  if (
    (refusal === undefined || failedCheck(decision)?.name === 'scope') &&
    route?.authorizer !== undefined &&
    claims !== undefined
  ) {
    for (const [name, value] of Object.entries(claimTexts(claims))) values.set(`authorizer.claims.${name}`, value);
  }
  return values;
}
