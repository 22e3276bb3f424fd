import type { Forwards } from '../gateway/integrate.ts';
import { checkForwards } from './forward.ts';
import { fromTenant } from './issuer-documents.ts';
import { existsSync } from 'node:fs';
import { commandLine } from '../common/command-line.ts';
import { shown } from '../common/user-error.ts';
import { evaluate as runProgram } from '../evaluate/program-process.ts';
import { modelOf, type Model } from '../model/model.ts';
import type { Recorded } from '../evaluate/recorded.ts';
import { IssuerKeyCache } from '../gateway/issuer-keys.ts';
import type { Gateway } from '../gateway/pipeline.ts';
import { throttling } from '../gateway/throttle.ts';
import { functionsFolder, startFunctions, type Functions } from '../lambda/functions.ts';
import { announce } from './announce.ts';
import { apiPorts } from './api-ports.ts';
import { close, listen } from './listen.ts';
import type { OnEvent } from './events.ts';
import type { Inside, Page } from './page.ts';
import { openState } from './state.ts';
import { tenantEndpoint } from './tenant-endpoint.ts';
import { actionRunner } from '../tenant/action-process.ts';
import { LoginAttempts } from '../tenant/login-attempts.ts';
import { loginState, type LoginState } from '../tenant/login-state.ts';
import type { TenantService } from '../tenant/service.ts';
import { openSigningKeys, openTls } from './key-files.ts';
import type { SigningKeys } from '../tenant/signing-key.ts';

export interface TwinOptions {
  /** The project's folder, with a trailing slash. */
  readonly root: URL;
  readonly stack: string;
  /** 0 selects any free port. */
  readonly port: number;
  readonly tenantPort: number;
  readonly rotate?: boolean;
  readonly tls?: boolean;
  /** False leaves the tenant out, as if it were unreachable. */
  readonly withTenant?: boolean;
  /** The parent of the stacks' folders; `.twin` in the program's folder by default. */
  readonly stateDir?: string | undefined;
  readonly config?: Readonly<Record<string, string>>;
  readonly forwards?: Forwards;
  readonly evaluate?: typeof runProgram;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly onEvent: OnEvent;
  readonly page?: (inside: Inside) => Page;
}

/** Refresh tokens survive a restart. */
const REFRESH_TOKENS = 'refresh-tokens.json';

export interface Twin {
  readonly apiUrl: string;
  readonly apiUrls: readonly string[];
  readonly tenantUrl: string;
  /** The path of the authority's certificate, with `tls`. */
  readonly caFile: string | undefined;
  readonly forwards: Forwards;
  readonly stateFolder: string;
  /** The page's address, with the key to its secrets: print it only on the owner's terminal. Empty without a page. */
  readonly pageUrl: string;
  readonly model: () => Model;
  /** Evaluates the program again and serves the result. After an error, the last working version stays. */
  readonly reload: () => Promise<'changed' | 'same'>;
  readonly stopTenant: () => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Serving {
  readonly model: Model;
  readonly hash: string;
  readonly gateways: readonly Gateway[];
  readonly functions: Functions;
  readonly tenant: TenantService;
}

/**
 * Serves a stack's APIs and its tenant, each on its own port. The ports are bound before the program is evaluated;
 * requests wait until then.
 * @throws UserError for a mistake of the user; nothing keeps running then
 */
export async function startTwin(options: TwinOptions): Promise<Twin> {
  const { root, stack, clock = Date.now, evaluate = runProgram, forwards = new Map<string, URL>() } = options;
  if (!/^[A-Za-z0-9._-]+$/.test(stack) || !existsSync(new URL(`Pulumi.${stack}.yaml`, root))) {
    // Reads the file only to report the mistake, before anything is written under that name.
    const { readStackFile } = await import('../evaluate/stack-file.ts');
    readStackFile(root, stack);
  }
  const state = openState(root, stack, options.stateDir);
  const ready = Promise.withResolvers<void>();
  let serving: Serving;
  // A reload keeps it.
  let logins: LoginState;
  let signing: SigningKeys;
  const page = options.page?.({
    model: () => serving.model,
    signing: () => signing,
    apiUrls: () => apiUrls(serving.model),
    startCommand: commandLine('twin start', root),
    onEvent: options.onEvent,
    caFile: () => caFile,
    seed: state.seed,
    tenant: async (request) => tenant.fetch(request),
  });
  const onEvent: OnEvent = (event) => {
    options.onEvent(event);
    page?.onEvent(event);
  };
  const tenant = tenantEndpoint(() => serving.tenant, onEvent, page?.app);
  const tls = options.tls === true;
  const tenantServer = tenant.serve(ready.promise, tls);
  const ports = apiPorts(options, (index) => ready.promise.then(() => serving.gateways[index]), onEvent);
  const apiUrls = ({ apis }: Model): string[] =>
    apis.map(({ basePath }, index) => (ports.origins[index] ?? '') + basePath);
  const closeServers = (): Promise<unknown> => Promise.all([tenantServer, ...ports.servers].map(close));

  const folder = functionsFolder();
  const ending = new AbortController();
  const evaluation = (): Promise<Recorded> =>
    evaluate({ root: root.href, stack, config: options.config ?? {}, seed: state.seed }, ending.signal);
  const runAction = actionRunner((line) => onEvent({ kind: 'printed', line }), ending.signal);
  const build = (recorded: Recorded, model: Model, before?: Functions): Serving => {
    checkForwards(
      forwards,
      model.apis.flatMap(({ routes }) => routes),
    );
    const functions = state.guarded(() =>
      startFunctions(model.apis, folder.path, (line) => onEvent({ kind: 'printed', line }), before),
    );
    const { invoke } = functions;
    announce(state, recorded, model, { apiUrls: apiUrls(model), tenantUrl, forwards: [...forwards.keys()] });
    return {
      model,
      hash: recorded.hash,
      functions,
      gateways: model.apis.map((api) => ({ api, keys, invoke, forwards, take: throttling(api.stage, clock), clock })),
      tenant: { tenant: model.tenant, signing, clock, state: logins, runAction, logins: new LoginAttempts() },
    };
  };

  let tenantUrl = '';
  let ca: string | undefined;
  const caFile = tls ? `${state.folder}ca.pem` : undefined;
  const keys = new IssuerKeyCache(
    fromTenant(
      () => serving.model,
      () => ({ url: tenantUrl, ca }),
    ),
    clock,
  );
  try {
    logins = loginState(clock, {
      read: () => state.read(REFRESH_TOKENS),
      write: (text) => state.write(REFRESH_TOKENS, text),
      shownAs: state.shownAs + REFRESH_TOKENS,
    });
    if (options.withTenant !== false) {
      const scheme = tls ? 'https' : 'http';
      tenantUrl = `${scheme}://localhost:${await listen(tenantServer, options.tenantPort, '--tenant-port')}`;
    }
    await ports.open(1);
    const recorded = await evaluation();
    const model = modelOf(recorded);
    await ports.open(model.apis.length);
    signing = await openSigningKeys(state, model.tenant.issuerDomain, options.rotate === true);
    if ('setSecureContext' in tenantServer) {
      const identity = await openTls(state, tenantDomains(recorded));
      ca = identity.ca;
      tenantServer.setSecureContext({ key: identity.key, cert: identity.certificate });
    }
    serving = build(recorded, model);
    ready.resolve();
  } catch (error) {
    ending.abort();
    [tenantServer, ...ports.servers].forEach((server) => server.closeAllConnections());
    await closeServers();
    folder.remove();
    state.release();
    throw error;
  }

  const watching = setInterval(() => {
    try {
      if (state.restore()) onEvent({ kind: 'notice', text: restored(state.shownAs) });
    } catch (error) {
      clearInterval(watching);
      onEvent({ kind: 'notice', text: shown(error) });
    }
  }, 1000).unref();
  const reload = async (): Promise<'changed' | 'same'> => {
    const recorded = await evaluation();
    if (recorded.hash === serving.hash) return 'same';
    const before = serving;
    const model = modelOf(recorded);
    try {
      await ports.open(Math.max(before.model.apis.length, model.apis.length));
      serving = build(recorded, model, before.functions);
    } finally {
      await ports.open(serving.model.apis.length);
    }
    before.functions.replaceWith(serving.functions);
    return 'changed';
  };
  return {
    get apiUrl() {
      return apiUrls(serving.model)[0] ?? '';
    },
    get apiUrls() {
      return apiUrls(serving.model);
    },
    tenantUrl,
    forwards,
    stateFolder: state.shownAs,
    caFile,
    pageUrl: page === undefined || tenantUrl === '' ? '' : `${tenantUrl}/?key=${page.key}`,
    model: () => serving.model,
    reload: async () => {
      let problem: string | undefined;
      try {
        return await reload();
      } catch (error) {
        problem = shown(error);
        throw error;
      } finally {
        onEvent({ kind: 'reload', problem });
      }
    },
    stopTenant: async () => {
      page?.close();
      await close(tenantServer);
    },
    close: async () => {
      page?.close();
      await closeServers();
      serving.functions.kill();
      folder.remove();
      clearInterval(watching);
      state.release('run.json');
      ending.abort();
    },
  };
}

function restored(folder: string): string {
  return `${folder} was deleted. The twin wrote it again, because it still serves these keys and secrets; for new ones, stop the twin and delete the folder.`;
}

function tenantDomains({ providers: { auth0 } }: Recorded): string[] {
  return [auth0.domain, auth0.issuerDomain, auth0.secondIssuerDomain].filter((domain) => domain !== undefined);
}
