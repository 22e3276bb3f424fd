import type { Exchange } from '../gateway/pipeline.ts';
import type { ApiHappening, Happening } from './happening.ts';

/**
 * A kept request to the API, its exchange as one text. As objects it would outlive the short time that the garbage
 * collector is quick in, and so would what hangs on them: a tenth of the gateway's throughput, and 60 MB.
 */
export interface Packed {
  readonly kind: 'packed';
  readonly id: number;
  readonly requestId: string;
  readonly happening: Omit<ApiHappening, 'exchange'>;
  /** The exchange as JSON, without what follows. */
  readonly text: string;
  /** In latin1, a character for each byte; a body that was a string is in the text. */
  readonly requestBody: string;
  readonly responseBody: string | undefined;
  /** The program's own, which lives on anyway. */
  readonly route: Exchange['decision']['route'];
}

/** What is kept of anything that happened. */
export type Kept = Exclude<Happening, ApiHappening> | Packed;

export function packed({ exchange, ...happening }: ApiHappening): Packed {
  const { request, response, decision } = exchange;
  const isText = typeof response.body === 'string';
  return {
    kind: 'packed',
    id: happening.id,
    requestId: exchange.requestId,
    happening,
    text: JSON.stringify({
      ...exchange,
      request: { ...request, body: undefined },
      response: { ...response, body: isText ? response.body : undefined },
      decision: { ...decision, route: undefined },
    }),
    requestBody: request.body.toString('latin1'),
    responseBody: isText ? undefined : response.body.toString('latin1'),
    route: decision.route,
  };
}

export function unpacked(one: Kept): Happening {
  return one.kind === 'packed' ? unpackedCall(one) : one;
}

export function unpackedCall({ happening, text, requestBody, responseBody, route }: Packed): ApiHappening {
  const { request, response, decision, ...exchange } = JSON.parse(text) as Exchange;
  const body = responseBody === undefined ? response.body : Buffer.from(responseBody, 'latin1');
  return {
    ...happening,
    exchange: {
      ...exchange,
      request: { ...request, body: Buffer.from(requestBody, 'latin1') },
      response: { ...response, body },
      decision: { ...decision, route },
    },
  };
}
