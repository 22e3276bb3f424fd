import type { Exchange } from '../gateway/pipeline.ts';
import type { TokenExchange } from '../tenant/app.ts';
import type { TwinEvent } from '../server/events.ts';
import { fewHeaders, fewTexts, LONGEST } from './bounds.ts';

/** When it happened, in milliseconds since 1970, and its place in the order of all events. */
interface Recorded {
  readonly id: number;
  readonly at: number;
}

type Event<Kind extends TwinEvent['kind']> = Extract<TwinEvent, { readonly kind: Kind }>;

/** A request to the API; what is large in it may have been left out. */
export type ApiHappening = Event<'api'> &
  Recorded & {
    /** Bytes of both bodies before anything was left out. */
    readonly requestLength: number;
    readonly responseLength: number;
  };

/** What came to the API's port and never became a request. */
type UnreadHappening = Event<'unread'> & Recorded;

/** An event as it was emitted; making it presentable costs time, and most of it is never looked at. */
export type Happening = ApiHappening | UnreadHappening | (Event<'token'> & Recorded) | (Event<'tenant'> & Recorded);

/** Requests that are kept: a page that is opened now still sees them, and they can be replayed. */
export const KEPT = 200;

/** Calls of the page that are kept longer. */
const OWN = 50;

/** Requests that are remembered while a call of the page is under way. */
const PASSING = 1000;

/** Bytes of bodies that a kept request may have; of a larger one only what is small is kept. */
export const LARGE = 32_768;

const NOTHING = Buffer.alloc(0);

/** Keeps the latest `KEPT` requests, each with at most `LARGE` bytes of bodies. */
export class Recorder {
  /** Oldest first; up to twice `KEPT`, since removing the first item of an array is slow. */
  readonly #kept: Happening[] = [];
  readonly #own: ApiHappening[] = [];
  /** For each call of the page that has no answer yet, what has happened since it began. */
  readonly #underWay = new Set<Happening[]>();
  readonly #changed: () => void;
  #last = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get last(): number {
    return this.#last;
  }

  /** Keeps an event; those that the page does not list are ignored. */
  record(event: TwinEvent): void {
    const happening = happeningOf(event, { id: this.#last + 1, at: Date.now() });
    if (happening === undefined) return;
    this.#last = happening.id;
    this.#kept.push(happening);
    if (this.#kept.length > 2 * KEPT) this.#kept.splice(0, KEPT);
    for (const during of this.#underWay) if (during.push(happening) > PASSING) during.shift();
    this.#changed();
  }

  /** Those that came after an id and are kept yet, oldest first, and so many of the newest at most. */
  since(id: number, most: number): Happening[] {
    return this.#kept.slice(-Math.min(most, KEPT)).filter((happening) => happening.id > id);
  }

  /**
   * Makes a call to the API, which is found and kept however many others come meanwhile. What was rejected before it was a
   * request has no id: it is the last that got this status since the call began.
   * @param idOf the id of the request, by its answer
   */
  async calling<T extends { readonly status: number }>(
    call: () => Promise<T>,
    idOf: (answer: T) => string | undefined,
  ): Promise<{ readonly answer: T; readonly happening: ApiHappening | UnreadHappening | undefined }> {
    const during: Happening[] = [];
    this.#underWay.add(during);
    try {
      const answer = await call();
      const id = idOf(answer);
      const happening = during.findLast((one): one is ApiHappening | UnreadHappening =>
        one.kind === 'api'
          ? one.exchange.requestId === id
          : one.kind === 'unread' && id === undefined && one.status === answer.status,
      );
      if (happening?.kind === 'api' && this.#own.push(happening) > OWN) this.#own.shift();
      return { answer, happening };
    } finally {
      this.#underWay.delete(during);
    }
  }

  find(requestId: string): ApiHappening | undefined {
    const all: readonly Happening[] = [...this.#own, ...this.#kept.slice(-KEPT)];
    return all.find((one): one is ApiHappening => one.kind === 'api' && one.exchange.requestId === requestId);
  }
}

function happeningOf(event: TwinEvent, recorded: { readonly id: number; readonly at: number }): Happening | undefined {
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

/** An exchange without what is large in it. */
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

/** A token request with no more of its scopes than a person reads. */
function slimTokens(exchange: TokenExchange): TokenExchange {
  if (exchange.kind === 'granted') return { ...exchange, requested: fewTexts(exchange.requested) };
  const { attempt } = exchange;
  if (attempt === undefined) return exchange;
  const grantType = attempt.grantType.slice(0, LONGEST);
  return { ...exchange, attempt: { ...attempt, grantType, scopes: fewTexts(attempt.scopes) } };
}
