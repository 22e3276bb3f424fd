import type { Exchange } from '../gateway/pipeline.ts';
import type { TokenExchange } from '../tenant/app.ts';
import type { TwinEvent } from '../server/events.ts';
import { fewHeaders, fewTexts, LONGEST } from './bounds.ts';
import type { ApiHappening, Happening, UnreadHappening } from './happening.ts';

/** Requests that are kept: what a page that is opened now still sees, and events can be asked of. */
export const KEPT = 200;

/** Requests that are kept per second, beyond a burst of `KEPT`; the others are only counted. */
const RATE = 200;

/** Calls of the page's own that are kept besides. */
const OWN = 50;

/** Requests that are remembered while a call of the page's own is under way: it is looked up right after its answer. */
const PASSING = 1000;

/** Bytes of bodies that a kept request may have; of a larger one only what is small is kept. */
export const LARGE = 32_768;

const NOTHING = Buffer.alloc(0);

/** Keeps the last requests, within bounds: so many of them, each of at most `LARGE` bytes and its headers. */
export class Recorder {
  readonly #ring: (Happening | undefined)[] = Array.from({ length: KEPT });
  readonly #passing = new Map<string, ApiHappening>();
  readonly #own = new Map<string, ApiHappening>();
  /** The last of each status that was turned away while a call of the page's own was under way. */
  readonly #unread = new Map<number, UnreadHappening>();
  readonly #changed: () => void;
  /** The newest, where it is one too many: it makes way for the next. */
  #newest: Happening | undefined;
  #underWay = 0;
  #last = 0;
  /** Where the next one goes. */
  #next = 0;
  /** Requests that may be kept at once, and when that was counted, in milliseconds. */
  #allowance = KEPT;
  #counted = performance.now();

  /** @param changed is told that there is something new */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The id of the newest, kept or not. */
  get last(): number {
    return this.#last;
  }

  /** Keeps an event; those that the page does not list are ignored. */
  record(event: TwinEvent): void {
    const recorded = { id: this.#last + 1, at: Date.now() };
    if (event.kind === 'api') {
      const { exchange, milliseconds } = event;
      const responseLength = Buffer.byteLength(exchange.response.body);
      const happening: ApiHappening = {
        kind: 'api',
        id: recorded.id,
        at: exchange.time,
        exchange: slim(exchange, responseLength),
        milliseconds,
        responseLength,
      };
      if (this.#underWay > 0) keep(this.#passing, happening, PASSING);
      this.#happened(happening);
    } else if (event.kind === 'unread') {
      const happening: UnreadHappening = { ...event, ...recorded };
      if (this.#underWay > 0) this.#unread.set(event.status, happening);
      this.#happened(happening);
    } else if (event.kind === 'token') {
      this.#happened({ kind: 'token', ...recorded, exchange: slimTokens(event.exchange) });
    } else if (event.kind === 'tenant') {
      const path = event.request.path.slice(0, LONGEST);
      this.#happened({ kind: 'tenant', ...recorded, request: { ...event.request, path } });
    }
  }

  /** Those that came after an id and are kept yet, oldest first, and so many of the newest at most. */
  since(id: number, most: number): Happening[] {
    const newest = this.#newest;
    const found: Happening[] = newest !== undefined && newest.id > id ? [newest] : [];
    for (let at = this.#next - 1; found.length < Math.min(most, KEPT); at -= 1) {
      const happening = this.#ring[(at + KEPT) % KEPT];
      if (happening === undefined || happening.id <= id) break;
      found.push(happening);
    }
    return found.toReversed();
  }

  /**
   * Makes a call to the API, which is found and kept however many others come meanwhile. What was turned away has no
   * id: it is the last that got this status since the call began.
   * @param idOf the id of the request, by its answer
   */
  async calling<T extends { readonly status: number }>(
    call: () => Promise<T>,
    idOf: (answer: T) => string | undefined,
  ): Promise<{ readonly answer: T; readonly happening: ApiHappening | UnreadHappening | undefined }> {
    this.#underWay += 1;
    const before = this.#last;
    try {
      const answer = await call();
      const id = idOf(answer);
      if (id === undefined) {
        const unread = this.#unread.get(answer.status);
        return { answer, happening: unread !== undefined && unread.id > before ? unread : undefined };
      }
      const happening = this.#passing.get(id);
      if (happening !== undefined) keep(this.#own, happening, OWN);
      return { answer, happening };
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) {
        this.#passing.clear();
        this.#unread.clear();
      }
    }
  }

  find(requestId: string): ApiHappening | undefined {
    const own = this.#own.get(requestId);
    if (own !== undefined) return own;
    const newest = this.#newest;
    if (newest?.kind === 'api' && newest.exchange.requestId === requestId) return newest;
    return this.#ring.find((one): one is ApiHappening => one?.kind === 'api' && one.exchange.requestId === requestId);
  }

  #happened(happening: Happening): void {
    this.#last = happening.id;
    if (this.#allow()) {
      this.#newest = undefined;
      this.#ring[this.#next] = happening;
      this.#next = (this.#next + 1) % KEPT;
    } else {
      this.#newest = happening;
    }
    this.#changed();
  }

  /** Takes one request's worth of the allowance; false when there is none left. */
  #allow(): boolean {
    const now = performance.now();
    this.#allowance = Math.min(KEPT, this.#allowance + ((now - this.#counted) / 1000) * RATE);
    this.#counted = now;
    if (this.#allowance < 1) return false;
    this.#allowance -= 1;
    return true;
  }
}

/** Keeps one more; the oldest goes when there are too many. */
function keep(all: Map<string, ApiHappening>, happening: ApiHappening, most: number): void {
  all.set(happening.exchange.requestId, happening);
  const [oldest] = all.size > most ? all.keys() : [];
  if (oldest !== undefined) all.delete(oldest);
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

/** A token request with as many of the scopes that were asked for as anybody reads. */
function slimTokens(exchange: TokenExchange): TokenExchange {
  if (exchange.kind === 'granted') return { ...exchange, requested: fewTexts(exchange.requested) };
  const { asked } = exchange;
  if (asked === undefined) return exchange;
  const grantType = asked.grantType.slice(0, LONGEST);
  return { ...exchange, asked: { ...asked, grantType, scopes: fewTexts(asked.scopes) } };
}
