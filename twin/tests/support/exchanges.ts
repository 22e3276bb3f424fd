import type { Decision } from '../../src/gateway/decision.ts';
import { allChecks } from '../../src/gateway/decision.ts';
import type { Exchange } from '../../src/gateway/pipeline.ts';

/** Returns an exchange without a gateway: by default `GET /test` without a route, answered 200. */
export function exchangeOf(change: Partial<Exchange> = {}, decision: Partial<Decision> = {}): Exchange {
  return {
    requestId: 'request-1=',
    time: Date.UTC(2026, 10, 22, 12),
    request: {
      method: 'GET',
      target: '/test',
      rawHeaders: ['user-agent', 'a "client"'],
      body: Buffer.alloc(0),
      sourceIp: '127.0.0.1',
      httpVersion: '1.1',
    },
    decision: {
      method: 'GET',
      path: '/test',
      route: undefined,
      pathParameters: {},
      checks: allChecks([]),
      claims: undefined,
      refusal: undefined,
      ...decision,
    },
    response: { status: 200, headers: [], body: 'body' },
    invocation: undefined,
    integrationError: undefined,
    preflight: undefined,
    ...change,
  };
}
