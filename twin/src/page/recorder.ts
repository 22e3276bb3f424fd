import type { Exchange } from '../gateway/pipeline.ts';
import type { TokenExchange } from '../tenant/app.ts';
import type { TwinEvent } from '../server/events.ts';
import { fewHeaders, fewTexts, LONGEST } from './bounds.ts';

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

/** The most recorded requests. A page that is opened later still shows them. */
export const KEPT = 200;

/** The most requests of the page to keep. */
const OWN = 50;

/** The most requests to keep during a call of the page. */
const PASSING = 1000;

/** The most bytes of bodies to keep of a request. */
export const LARGE = 32_768;

const NOTHING = Buffer.alloc(0);

export class Recorder {
  /** Oldest first; up to twice `KEPT`, since removing the first item of an array is slow. */
  readonly #kept: Happening[] = [];
  readonly #own: ApiHappening[] = [];
  /** For each unanswered call of the page, the events since it began. */
  readonly #underWay = new Set<Happening[]>();
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
    for (const during of this.#underWay) if (during.push(happening) > PASSING) during.shift();
    this.#changed();
  }

  /** Returns the newest recorded events after an id, at most `most`, oldest first. */
  since(id: number, most: number): Happening[] {
    return this.#kept.slice(-Math.min(most, KEPT)).filter((happening) => happening.id > id);
  }

  /**
   * Makes a call to the API and records it, however many other requests arrive meanwhile. A rejected request may have
   * no id: then the record is the latest with the same status since the call began.
   * @param idOf returns the request's id from its response
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
