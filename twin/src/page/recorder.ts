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

export type ApiHappening = Event<'api'> &
  Recorded & {
    /** The bytes of both bodies before anything was left out. */
    readonly requestLength: number;
    readonly responseLength: number;
  };

type UnreadHappening = Event<'unread'> & Recorded;

/** An event as emitted. Formatting it takes time, and most events are never shown. */
export type Happening = ApiHappening | UnreadHappening | (Event<'token'> & Recorded) | (Event<'tenant'> & Recorded);

/** The most bytes of bodies to keep of a request. */
export const LARGE = 32_768;

const NOTHING = Buffer.alloc(0);

export class Recorder {
  /** Oldest first; up to twice `KEPT`, since removing the first item of an array is slow. */
  readonly #kept: Happening[] = [];
  readonly #changed: () => void;
  #last = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get last(): number {
    return this.#last;
  }

  record(event: TwinEvent): void {
    const happening = happeningOf(event, { id: this.#last + 1, at: Date.now() });
    if (happening === undefined) return;
    this.#last = happening.id;
    this.#kept.push(happening);
    if (this.#kept.length > 2 * KEPT) this.#kept.splice(0, KEPT);
    this.#changed();
  }

  /** Returns the newest recorded events after an id, at most `most`, oldest first. */
  since(id: number, most: number): Happening[] {
    return this.#kept.slice(-Math.min(most, KEPT)).filter((happening) => happening.id > id);
  }

  /**
   * Returns the record of a call that the page made after the event `id`. A rejected request may have no request id:
   * then the record is the latest with the same status since then.
   */
  recordOf(requestId: string | undefined, status: number, id: number): ApiHappening | UnreadHappening | undefined {
    if (requestId !== undefined) return this.find(requestId);
    return this.#kept.findLast(
      (one): one is UnreadHappening => one.kind === 'unread' && one.status === status && one.id > id,
    );
  }

  find(requestId: string): ApiHappening | undefined {
    return this.#kept.findLast(
      (one): one is ApiHappening => one.kind === 'api' && one.exchange.requestId === requestId,
    );
  }
}

function happeningOf(event: TwinEvent, recorded: Recorded): Happening | undefined {
  if (event.kind === 'api') {
    const { exchange } = event;
    const requestLength = exchange.request.body.length;
    const responseLength = Buffer.byteLength(exchange.response.body);
    const kept = slim(exchange, responseLength);
    return { ...event, ...recorded, at: exchange.time, exchange: kept, requestLength, responseLength };
  }
  if (event.kind === 'unread') return { ...event, ...recorded };
  if (event.kind === 'token') return { kind: 'token', ...recorded, exchange: slimTokens(event.exchange) };
  if (event.kind !== 'tenant') return undefined;
  const path = event.request.path.slice(0, LONGEST);
  return { kind: 'tenant', ...recorded, request: { ...event.request, path } };
}

function slim(exchange: Exchange, responseLength: number): Exchange {
  const { request, response, invocation, integrationError = '' } = exchange;
  const headers = response.headers.reduce((size, [name, value]) => size + name.length + value.length, 0);
  if (request.body.length + responseLength + headers + integrationError.length <= LARGE) return exchange;
  return {
    ...exchange,
    request: { ...request, body: NOTHING },
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
