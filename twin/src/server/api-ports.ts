import type { Server } from 'node:http';
import type { Gateway } from '../gateway/pipeline.ts';
import { gatewayServer } from '../gateway/server.ts';
import type { OnEvent } from './events.ts';
import { close, listen } from './listen.ts';

/** The servers of the APIs, each on a port of its own. */
export interface ApiPorts {
  /**
   * Binds as many ports as there are APIs, and closes those of APIs that have gone.
   * @throws UserError for a port that is in use
   */
  readonly open: (count: number) => Promise<void>;
  /** `http://localhost:3000` and so on, in the order of the APIs. */
  readonly origins: readonly string[];
  readonly servers: readonly Server[];
}

/**
 * Makes the servers of the APIs; none listens yet. The first API has the port that was chosen for it, the others those
 * after the tenant's.
 * @param gatewayOf resolves once the twin serves, with the gateway of the API at that place
 */
export function apiPorts(
  { port, tenantPort }: { readonly port: number; readonly tenantPort: number },
  gatewayOf: (index: number) => Promise<Gateway | undefined>,
  onEvent: OnEvent,
): ApiPorts {
  const servers: Server[] = [];
  const origins: string[] = [];
  const bind = async (index: number): Promise<void> => {
    const server = gatewayServer(async () => {
      const gateway = await gatewayOf(index);
      if (gateway === undefined) throw new Error('a reload has removed this API');
      return gateway;
    }, onEvent);
    const bound =
      index === 0
        ? await listen(server, port, '--port')
        : await listen(server, tenantPort === 0 ? 0 : tenantPort + index, '--tenant-port');
    servers.push(server);
    origins.push(`http://localhost:${bound}`);
  };
  const open = async (count: number): Promise<void> => {
    origins.splice(count);
    await Promise.all(servers.splice(count).map(close));
    for (let index = servers.length; index < count; index += 1) await bind(index);
  };
  return { open, origins, servers };
}
