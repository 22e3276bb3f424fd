import type { Exchange } from '../gateway/pipeline.ts';
import type { TokenExchange } from '../tenant/app.ts';
import type { TwinEvent } from '../server/events.ts';
import { fewHeaders, fewTexts, LONGEST } from './bounds.ts';
import { KEPT } from './messages.ts';

interface Recorded {
  readonly id: number;
  readonly at: number;
}

type Event<Kind extends TwinEvent['kind']> = Extract<TwinEvent, { readonly kind: Kind }>;

type RecordedEvent = Event<'api' | 'unread' | 'token' | 'tenant'>;

export type ApiHappening = Event<'api'> &
  Recorded & {
    /** The bytes of both bodies before anything was left out. */
    readonly requestLength: number;
    readonly responseLength: number;
  };

/** An event as emitted. Formatting it takes time, and most events are never shown. */
export type Happening = ApiHappening | (Event<'unread' | 'token' | 'tenant'> & Recorded);

/** The most bytes of bodies to keep of a request. */
export const LARGE = 32_768;

export class Recorder {
  /** Oldest first; up to twice `KEPT`, since removing the first item of an array is slow. */
  readonly #kept: Happening[] = [];
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The id of the newest event, 0 before the first. */
  get last(): number {
    return this.#kept.at(-1)?.id ?? 0;
  }

  record(event: RecordedEvent): void {
    this.#kept.push(happeningOf(event, { id: this.last + 1, at: Date.now() }));
    if (this.#kept.length > 2 * KEPT) this.#kept.splice(0, KEPT);
    this.#changed();
  }

  /** Returns the newest recorded events after an id, at most `most`, oldest first. */
  since(id: number, most: number): Happening[] {
    return this.#kept.slice(-Math.min(most, KEPT)).filter((happening) => happening.id > id);
  }

  find(requestId: string | undefined): ApiHappening | undefined {
    return this.#kept.findLast(
      (one): one is ApiHappening => one.kind === 'api' && one.exchange.requestId === requestId,
    );
  }
}

function happeningOf(event: RecordedEvent, recorded: Recorded): Happening {
  if (event.kind === 'unread') return { ...event, ...recorded };
  if (event.kind === 'token') return { ...event, ...recorded, exchange: slimTokens(event.exchange) };
  if (event.kind === 'tenant') {
    return { ...event, ...recorded, request: { ...event.request, path: event.request.path.slice(0, LONGEST) } };
  }
  const requestLength = event.exchange.request.body.length;
  const responseLength = Buffer.byteLength(event.exchange.response.body);
  const exchange = slim(event.exchange, responseLength);
  return { ...event, ...recorded, at: exchange.time, exchange, requestLength, responseLength };
}

function slim(exchange: Exchange, responseLength: number): Exchange {
  const { request, response, invocation, integrationError = '' } = exchange;
  const headers = response.headers.reduce((size, [name, value]) => size + name.length + value.length, 0);
  if (request.body.length + responseLength + headers + integrationError.length <= LARGE) return exchange;
  return {
    ...exchange,
    request: { ...request, body: Buffer.alloc(0) },
    response: { ...response, headers: fewHeaders(response.headers), body: response.body.slice(0, LARGE) },
    invocation: invocation && { ...invocation, event: { note: 'The event is too large to be kept.' } },
    integrationError: exchange.integrationError?.slice(0, LONGEST),
  };
}

function slimTokens(exchange: TokenExchange): TokenExchange {
  if (exchange.kind === 'granted') return { ...exchange, requested: fewTexts(exchange.requested) };
  const { attempt } = exchange;
  if (attempt === undefined) return exchange;
  const grantType = attempt.grantType.slice(0, LONGEST);
  return { ...exchange, attempt: { ...attempt, grantType, scopes: fewTexts(attempt.scopes) } };
}
