import type { Server } from 'node:http';
import type { Gateway } from '../gateway/pipeline.ts';
import { gatewayServer } from '../gateway/server.ts';
import type { OnEvent } from './events.ts';
import { close, listen } from './listen.ts';

interface ApiPorts {
  /** Binds a port for each API and closes the ports of removed APIs. @throws UserError for a port in use */
  readonly open: (count: number) => Promise<void>;
  /** The URL of each API, such as `http://localhost:3000`, in the model's order. */
  readonly origins: readonly string[];
  readonly servers: readonly Server[];
}

/**
 * Creates an unbound server for each API. The first API gets `port`; the others get the ports after the tenant's.
 * @param gatewayOf returns the gateway of the API at an index, once the twin serves
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
