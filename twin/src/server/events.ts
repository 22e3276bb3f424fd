import type { GatewayEvent } from '../gateway/server.ts';
import type { TenantEvent } from '../tenant/app.ts';

export type TwinEvent =
  | GatewayEvent
  | TenantEvent
  | { readonly kind: 'printed'; readonly line: string }
  | { readonly kind: 'notice'; readonly text: string }
  /** The program was evaluated again. If that failed (`problem`), the twin still serves the last working version. */
  | { readonly kind: 'reload'; readonly problem: string | undefined };

export type OnEvent = (event: TwinEvent) => void;
