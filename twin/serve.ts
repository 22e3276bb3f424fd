import { getRequestListener } from '@hono/node-server';
import { createServer } from 'node:http';
import { existsSync } from 'node:fs';
import { UserError } from '../common/user-error.ts';
import { evaluate } from '../graph/fresh.ts';
import { modelOf, type Model } from '../graph/model.ts';
import type { Recorded } from '../graph/record.ts';
import { IssuerKeyCache, type FetchDocument } from './gateway/issuer-keys.ts';
import type { Exchange, Gateway } from './gateway/pipeline.ts';
import { throttling } from './gateway/throttle.ts';
import { gatewayServer } from './gateway/server.ts';
import { startFunctions } from './lambda/functions.ts';
import { close, listen } from './listen.ts';
import { openState, type TwinState } from './state.ts';
import { tenantApp, type TenantService, type TokenExchange } from './tenant/app.ts';
import type { SigningKey } from './tenant/signing-key.ts';

export interface TwinOptions {
  /** The project's folder, with a slash at its end. */
  readonly root: URL;
  readonly stack: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tenantPort: number;
  /** False leaves the tenant out, as if it could not be reached. */
  readonly withTenant?: boolean;
  /** Values that replace those of the stack file. */
  readonly config?: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly watch: Watch;
}

/** Told of what happens, for the log. */
export interface Watch {
  readonly exchanged: (exchange: Exchange, milliseconds: number) => void;
  readonly tokenAsked: (exchange: TokenExchange) => void;
  /** A line that a handler wrote. */
  readonly printed: (line: string) => void;
  readonly failed: (error: unknown) => void;
}

/** A twin that serves. */
export interface Twin {
  readonly apiUrl: string;
  /** Empty when the tenant was left out. */
  readonly tenantUrl: string;
  readonly model: () => Model;
  /** Evaluates the program again and serves that from now on; on an error the old one goes on being served. */
  readonly reload: () => Promise<'changed' | 'same'>;
  /** Ends the tenant alone: its tokens still are what they were, its keys cannot be fetched any more. */
  readonly stopTenant: () => Promise<void>;
  /** Answers what is under way, and ends. */
  readonly close: () => Promise<void>;
}

interface Serving {
  readonly model: Model;
  readonly recorded: Recorded;
  readonly gateway: Gateway;
  readonly tenant: TenantService;
}

/**
 * Evaluates the program for a stack and serves it: its tenant on one port, its API on another.
 * @throws UserError for anything that the user can put right; nothing is left half-started then
 */
export async function startTwin(options: TwinOptions): Promise<Twin> {
  const { root, stack, watch, clock = Date.now } = options;
  if (!/^[A-Za-z0-9._-]+$/.test(stack) || !existsSync(new URL(`Pulumi.${stack}.yaml`, root))) {
    // Before anything is written under that name; this reads the file only to say what is wrong with it.
    const { readStackFile } = await import('../graph/stack-file.ts');
    readStackFile(root, stack);
  }
  const state = openState(root, stack);
  const evaluation = (): Promise<Recorded> =>
    evaluate({
      root: root.href,
      stack,
      config: options.config ?? {},
      seed: state.seed,
    });
  const [recorded, key] = await Promise.all([evaluation(), state.signingKey()]);

  let serving: Serving;
  const listener = getRequestListener(tenantApp(() => serving.tenant, watch.tokenAsked).fetch, {
    overrideGlobalObjects: false,
  });
  const tenantServer = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  const apiServer = gatewayServer(() => serving.gateway, watch);
  const keys = new IssuerKeyCache(
    fromTenant(
      () => serving.model,
      () => tenantUrl,
    ),
    clock,
  );
  serving = serve(recorded, { key, keys, clock, watch, state });

  let tenantUrl = '';
  let apiUrl = '';
  try {
    if (options.withTenant !== false) {
      tenantUrl = `http://localhost:${await listen(tenantServer, options.tenantPort, '--tenant-port')}`;
    }
    apiUrl = `http://localhost:${await listen(apiServer, options.port, '--port')}`;
    announce(state, serving, { apiUrl, tenantUrl });
  } catch (error) {
    serving.gateway.functions.kill();
    await Promise.all([tenantServer, apiServer].filter(({ listening }) => listening).map(close));
    throw error;
  }

  return {
    apiUrl,
    tenantUrl,
    model: () => serving.model,
    reload: async () => {
      const next = await evaluation();
      if (next.hash === serving.recorded.hash) return 'same';
      const before = serving;
      serving = serve(next, { key, keys, clock, watch, state });
      before.gateway.functions.close();
      announce(state, serving, { apiUrl, tenantUrl });
      return 'changed';
    },
    stopTenant: () => close(tenantServer),
    close: async () => {
      await Promise.all([close(apiServer), close(tenantServer)]);
      serving.gateway.functions.kill();
      state.remove('run.json');
    },
  };
}

interface Parts {
  readonly key: SigningKey;
  readonly keys: IssuerKeyCache;
  readonly clock: () => number;
  readonly watch: Watch;
  readonly state: TwinState;
}

function serve(recorded: Recorded, { key, keys, clock, watch, state }: Parts): Serving {
  const model = modelOf(recorded);
  const functions = state.guarded(() => startFunctions(model.api, `${state.folder}functions`, watch.printed));
  return {
    model,
    recorded,
    gateway: { api: model.api, keys, functions, take: throttling(model.api.stage, clock), clock },
    tenant: { tenant: model.tenant, key, clock },
  };
}

/** Milliseconds that the gateway waits for an issuer. Source: http-api-quotas. */
const ISSUER_TIMEOUT = 1500;

/**
 * Fetches an issuer's documents from the local tenant, which stands for its own domains. No other issuer is asked:
 * nothing leaves the machine, and an authorizer that trusts somebody else is an authorizer without keys.
 */
function fromTenant(model: () => Model, tenantUrl: () => string): FetchDocument {
  return async (issuer, what) => {
    const { domain, issuerDomain } = model().tenant;
    const host = new URL(issuer).hostname;
    if (![domain, issuerDomain].includes(host)) throw new UserError(`${issuer} is not this stack's tenant`);
    const path = what === 'discovery' ? '/.well-known/openid-configuration' : '/.well-known/jwks.json';
    const response = await fetch(tenantUrl() + path, { signal: AbortSignal.timeout(ISSUER_TIMEOUT) });
    if (!response.ok) throw new Error(`the tenant answered ${response.status}`);
    return response.text();
  };
}

/** Says to other programs that the twin is up: only now, with both ports open. */
function announce(
  state: TwinState,
  { recorded }: Serving,
  { apiUrl, tenantUrl }: { apiUrl: string; tenantUrl: string },
): void {
  const tokenUrl = tenantUrl === '' ? recorded.outputs['tokenUrl'] : `${tenantUrl}/oauth/token`;
  state.write('outputs.json', { ...recorded.outputs, apiUrl, tokenUrl });
  state.write('run.json', { pid: process.pid, stack: recorded.stack, apiUrl, tenantUrl, graph: recorded.hash });
}
