import type { Model } from '../model/model.ts';
import { clientName } from '../model/names.ts';
import { printable } from '../common/printable.ts';
import { withoutTokens } from '../common/token-text.ts';
import { reasonOf } from '../gateway/explain.ts';
import type { Exchange } from '../gateway/pipeline.ts';
import type { TwinEvent } from '../server/events.ts';
import { accessScopes } from '../tenant/grant.ts';
import type { TokenExchange } from '../tenant/app.ts';
import type { TenantRequest } from '../tenant/request-log.ts';

const A_TOKEN = '(a token)';

/** Returns the terminal's line for an event. The outcome of a reload is printed by its caller, and a bug on stderr. */
export function logLine(event: TwinEvent, model: Model, time: Date): string | undefined {
  if (event.kind === 'api') return apiLine(event.exchange, model, event.milliseconds, time);
  if (event.kind === 'unread') return line(time, [String(event.status), `· ${event.reason}`]);
  if (event.kind === 'token') return tokenLine(event.exchange, model, time);
  if (event.kind === 'tenant') return tenantLine(event.request, time);
  if (event.kind === 'printed') return `         ${printable(event.line.replaceAll('\t', ' '), 16_000)}`;
  return event.kind === 'notice' ? event.text : undefined;
}

function apiLine(exchange: Exchange, model: Model, milliseconds: number, time: Date): string {
  const { decision, response } = exchange;
  const caller = clientName(model, decision.claims?.['azp']);
  const reason = reasonOf(exchange);
  return line(time, [
    String(response.status),
    `${decision.method} ${decision.path}`,
    caller === undefined ? '' : `(${caller})`,
    `${milliseconds.toFixed(0)} ms`,
    reason === '' ? '' : `· ${reason}`,
  ]);
}

function tokenLine(exchange: TokenExchange, model: Model, time: Date): string {
  if (exchange.kind === 'refused') {
    const { status, error, message } = exchange.refusal;
    const { attempt } = exchange;
    // Leave room for the reason: the line is cut at its end.
    const who =
      attempt === undefined
        ? ''
        : `(${clientName(model, attempt.client.clientId)}, ${printable(withoutTokens(attempt.grantType, A_TOKEN), 100)})`;
    return line(time, [String(status), 'POST /oauth/token', who, `· ${error}: ${message}`]);
  }
  const { client, grantType = 'authorization_code', subject } = exchange.granted;
  const scopes = accessScopes(exchange.granted);
  const { ignored } = exchange;
  const note = ignored.length === 0 ? '' : `; without effect here: ${ignored.join(', ')}`;
  const scope = scopes.length === 0 ? 'no scope' : `scope ${scopes.join(' ')}`;
  return line(time, [
    '200',
    'POST /oauth/token',
    `(${clientName(model, client.clientId)}, ${grantType})`,
    `· ${subject} gets ${scope}${note}`,
  ]);
}

function tenantLine({ status, method, path, reason, note }: TenantRequest, time: Date): string {
  const why = [reason, note ?? ''].filter((text) => text !== '').join('; ');
  return line(time, [String(status), `${method} ${path}`, '(the tenant)', why === '' ? '' : `· ${why}`]);
}

/** Masks tokens: any string of a request may be one, even a scope, a claim or the name of a grant. */
function line(time: Date, parts: readonly string[]): string {
  const text = parts.filter((part) => part !== '').join(' ');
  return `${time.toTimeString().slice(0, 8)} ${printable(withoutTokens(text, A_TOKEN), 1000)}`;
}
