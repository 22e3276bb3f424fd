import { logLine } from '../../src/cli/log.ts';
import type { Tenant } from '../../src/model/tenant.ts';
import { tenantApp } from '../../src/tenant/app.ts';
import type { TenantService } from '../../src/tenant/service.ts';
import { newKeyPem, readSigningKey, type SigningKey } from '../../src/tenant/signing-key.ts';
import { loginState } from '../../src/tenant/login-state.ts';
import { MAIN, secretOf, type TokenParameters } from './full-tenant.ts';
import { plainModel } from './plain-model.ts';
import { serviceOf } from './plain-tenant.ts';

export interface TokenAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A tenant in this process, without a program or a socket. */
export interface LocalTenant {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Sends a token request in JSON; by default with the client's own credentials, for the main API. */
  readonly requestToken: (parameters: TokenParameters, client?: string) => Promise<TokenAnswer>;
  /** The lines of the request log. */
  readonly log: readonly string[];
}

export function localTenant(tenant: Tenant, change: Partial<TenantService> = {}): LocalTenant {
  const service: TenantService = { ...serviceOf(tenant), ...change };
  const log: string[] = [];
  const model = plainModel(tenant);
  const app = tenantApp(
    () => service,
    (event) => void log.push(logLine(event, model, new Date()) ?? ''),
  );
  const fetch = async (request: Request): Promise<Response> => app.fetch(request);
  return {
    fetch,
    log,
    requestToken: async (parameters, client = 'test-app') => {
      const body = { client_id: client, client_secret: secretOf(client), audience: MAIN, ...parameters };
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(
        new Request('http://localhost/oauth/token', { method: 'POST', headers, body: JSON.stringify(body) }),
      );
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
  };
}

/** One key for all tenants of a test process: making one takes longer than most tests. */
const SIGNING_KEY = readSigningKey(newKeyPem(), undefined, 'signing-key.pem');

/** Returns a tenant with a real signing key and this clock. */
export async function signingTenant(
  tenant: Tenant,
  clock: () => number,
): Promise<LocalTenant & { readonly key: SigningKey }> {
  const key = await SIGNING_KEY;
  const signing = { current: key, published: [key.publicJwk] };
  return {
    ...localTenant(tenant, { signing, clock, state: loginState(clock) }),
    key,
  };
}
