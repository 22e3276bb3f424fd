import type { GatewayEvent } from '../gateway/server.ts';
import type { TenantEvent } from '../tenant/app.ts';

/** What happens in a twin, for the log and the page. */
export type TwinEvent =
  | GatewayEvent
  | TenantEvent
  /** A line that a handler wrote. */
  | { readonly kind: 'printed'; readonly line: string }
  /** What a person at the terminal should know. */
  | { readonly kind: 'notice'; readonly text: string }
  /** The program was evaluated again. With a problem, the twin still serves the last working version. */
  | { readonly kind: 'reload'; readonly problem: string | undefined };

export type OnEvent = (event: TwinEvent) => void;
