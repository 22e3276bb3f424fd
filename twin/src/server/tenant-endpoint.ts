import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { CONNECTION_LIMITS } from '../gateway/server.ts';
import { asSecondIssuer, SECOND_ISSUER_HOST } from '../model/tenant.ts';
import { tenantApp } from '../tenant/app.ts';
import type { TenantService } from '../tenant/service.ts';
import type { OnEvent } from './events.ts';

interface TenantEndpoint {
  readonly fetch: (request: Request, env?: object) => Response | Promise<Response>;
  /** Creates an unbound server, whose requests wait until the twin is ready. A TLS server has no certificate yet. */
  readonly serve: (ready: Promise<void>, tls: boolean) => Server | TlsServer;
}

/** The tenant, which issues tokens as its second issuer to requests at that issuer's host or domain. */
export function tenantEndpoint(current: () => TenantService, onEvent: OnEvent, page: Hono | undefined): TenantEndpoint {
  const firstIssuer = tenantApp(current, onEvent, page);
  const secondIssuer = tenantApp(() => ({ ...current(), tenant: asSecondIssuer(current().tenant) }), onEvent, page);
  const fetch = (request: Request, env?: object): Response | Promise<Response> => {
    const { secondIssuerDomain } = current().tenant;
    const isSecond = [SECOND_ISSUER_HOST, secondIssuerDomain].includes(new URL(request.url).hostname);
    return (isSecond && secondIssuerDomain !== undefined ? secondIssuer : firstIssuer).fetch(request, env);
  };
  const serve: TenantEndpoint['serve'] = (ready, tls) => {
    const listener = getRequestListener(fetch, { overrideGlobalObjects: false });
    const onRequest: RequestListener = (incoming, outgoing) =>
      void ready.then(async () => listener(incoming, outgoing));
    const limits = { ...CONNECTION_LIMITS, handshakeTimeout: CONNECTION_LIMITS.headersTimeout };
    return tls ? createTlsServer(limits, onRequest) : createServer(CONNECTION_LIMITS, onRequest);
  };
  return { fetch, serve };
}
