import type { Exchange } from '../gateway/pipeline.ts';
import type { TokenExchange } from '../tenant/app.ts';
import type { TenantRequest } from '../tenant/report.ts';

/** A request to the API; what is large of it may have been left out. */
export interface ApiHappening {
  readonly kind: 'api';
  readonly id: number;
  readonly at: number;
  readonly exchange: Exchange;
  readonly milliseconds: number;
  /** Bytes of the response's body before anything was left out. */
  readonly responseLength: number;
}

/** What came to the API's port and never became a request. */
export interface UnreadHappening {
  readonly kind: 'unread';
  readonly id: number;
  readonly at: number;
  readonly status: number;
  readonly reason: string;
}

/** What happened, as it was handed over; making it presentable costs time, and most of it is never looked at. */
export type Happening =
  | ApiHappening
  | { readonly kind: 'token'; readonly id: number; readonly at: number; readonly exchange: TokenExchange }
  | { readonly kind: 'tenant'; readonly id: number; readonly at: number; readonly request: TenantRequest }
  | UnreadHappening;
