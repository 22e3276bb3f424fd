import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as grpc from '@grpc/grpc-js';
import type * as services from '@pulumi/pulumi/proto/resource_grpc_pb.js';
import type * as messages from '@pulumi/pulumi/proto/resource_pb.js';
import type * as structs from 'google-protobuf/google/protobuf/struct_pb.js';
import type * as empties from 'google-protobuf/google/protobuf/empty_pb.js';
import { UserError } from '../common/user-error.ts';
import type { LocalEngine } from './local-engine.ts';
import type { WireObject } from './properties.ts';

/** Answers to the messages of the resource monitor's protocol, by method. */
export type Monitor = Readonly<Record<string, (request: never) => unknown>>;

/**
 * Loads modules that come with a copy of Pulumi's SDK.
 * @param root the folder whose copy of the SDK it is
 * @throws UserError where that folder has none, or one that is too old
 */
export function sdkOf(root: URL | string): { readonly load: (module: string) => unknown; readonly folder: string } {
  const manifest = manifestIn(root);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor)) {
    const message = `version ${version} is too old; the twin needs ${OLDEST.major}.${OLDEST.minor} or newer: npm install @pulumi/pulumi@latest`;
    throw new UserError('The twin cannot run the program:', {
      code: 'old-sdk',
      problems: [{ place: 'package.json, @pulumi/pulumi', message }],
    });
  }
  const load = createRequire(manifest);
  return { load: (module) => load(module) as unknown, folder: manifest.slice(0, -'package.json'.length) };
}

/** The oldest version that the twin was tried with. 3.100 sends what this monitor does not answer. */
const OLDEST = { major: 3, minor: 228 };

function manifestIn(root: URL | string): string {
  try {
    return createRequire(root).resolve('@pulumi/pulumi/package.json');
  } catch {
    throw new UserError(`@pulumi/pulumi is not installed for the program in ${String(root)}; run npm install there`, {
      code: 'no-sdk',
    });
  }
}

/**
 * Speaks the resource monitor's protocol for a local engine. Hooks are registered and never run.
 * Source: pulumi/pulumi, proto/pulumi/resource.proto
 * @param load loads a module of the SDK whose messages these are
 * @param folder that sources are named from; without it, no source is noted
 */
export function monitorOf(engine: LocalEngine, load: (module: string) => unknown, folder?: string): Monitor {
  const proto = load('@pulumi/pulumi/proto/resource_pb.js') as typeof messages;
  const { Struct } = load('google-protobuf/google/protobuf/struct_pb.js') as typeof structs;
  const { Empty } = load('google-protobuf/google/protobuf/empty_pb.js') as typeof empties;
  const object = (struct: structs.Struct | undefined): WireObject => struct?.toJavaScript() ?? {};
  const struct = (value: WireObject): structs.Struct => Struct.fromJavaScript(value);
  const nothing = (): empties.Empty => new Empty();
  return {
    getDeploymentInfo: () => {
      const response = new proto.DeploymentInfo();
      // Without OUTPUT_VALUES and TRANSFORMS, values come plain, and the SDK refuses a transform by name.
      const { ResourceMonitorFeature: feature } = proto;
      response.setSupportedfeaturesList([
        feature.RESOURCE_MONITOR_FEATURE_SECRETS,
        feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
        feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
        feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
        feature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
        feature.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
        feature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
        feature.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
      ]);
      return response;
    },
    supportsFeature: (request: messages.SupportsFeatureRequest) => {
      const response = new proto.SupportsFeatureResponse();
      response.setHassupport(FEATURES.has(request.getId()));
      return response;
    },
    registerResource: (request: messages.RegisterResourceRequest) => {
      const imported = request.getImportid();
      const { urn, id, properties } = engine.register({
        type: request.getType(),
        name: request.getName(),
        parent: request.getParent(),
        custom: request.getCustom(),
        remote: request.getRemote(),
        inputs: object(request.getObject()),
        provider: request.getProvider(),
        existing: imported === '' ? undefined : imported,
        protect: request.getProtect() === true,
        aliases: [
          ...request.getAliasurnsList(),
          ...request.getAliasesList().map((alias) => alias.getUrn() || (alias.getSpec()?.getName() ?? '')),
        ].filter((alias) => alias !== ''),
        secretOutputs: request.getAdditionalsecretoutputsList(),
        source: sourceOf(request, folder),
      });
      const response = new proto.RegisterResourceResponse();
      response.setUrn(urn);
      response.setId(id);
      response.setObject(struct(properties));
      return response;
    },
    readResource: (request: messages.ReadResourceRequest) => {
      const { urn, properties } = engine.register({
        type: request.getType(),
        name: request.getName(),
        parent: request.getParent(),
        custom: true,
        remote: false,
        inputs: object(request.getProperties()),
        provider: request.getProvider(),
        existing: request.getId(),
        protect: false,
        aliases: [],
        secretOutputs: request.getAdditionalsecretoutputsList(),
      });
      const response = new proto.ReadResourceResponse();
      response.setUrn(urn);
      response.setProperties(struct(properties));
      return response;
    },
    invoke: (request: messages.ResourceInvokeRequest) => {
      const response = new proto.ResourceInvokeResponse();
      response.setReturn(struct(engine.invoke(request.getTok(), object(request.getArgs()))));
      return response;
    },
    registerResourceOutputs: (request: messages.RegisterResourceOutputsRequest) => {
      engine.setOutputs(request.getUrn(), object(request.getOutputs()));
      return nothing();
    },
    registerPackage: () => {
      const response = new proto.RegisterPackageResponse();
      response.setRef('package');
      return response;
    },
    registerResourceHook: nothing,
    registerErrorHook: nothing,
    signalAndWaitForShutdown: nothing,
  };
}

/** What older SDKs ask for one by one. */
const FEATURES: ReadonlySet<string> = new Set([
  'secrets',
  'resourceReferences',
  'aliasSpecs',
  'deletedWith',
  'replaceWith',
  'parameterization',
  'resourceHooks',
  'errorHooks',
]);

function sourceOf(request: messages.RegisterResourceRequest, folder: string | undefined): string | undefined {
  const position = request.getSourceposition();
  if (position === undefined || folder === undefined) return undefined;
  // Of an ES module, the SDK takes the URL for a path, and makes a URL of that.
  const file = fileURLToPath(position.getUri().replace(/^.*\/file:/, 'file:'));
  return `${relative(folder, file)}:${position.getLine()}`;
}

/** A monitor that listens for one program. */
export interface ListeningMonitor {
  /** `unix:` and a path, or `host:port`. */
  readonly address: string;
  readonly close: () => void;
}

/**
 * Serves the protocol by gRPC, for as long as one program runs. Any client may declare resources, including handlers. So
 * it listens on a socket in a folder that only the user can open; on Windows, where the SDK supports none, on a port.
 */
export async function listenMonitor(monitor: Monitor, load: (module: string) => unknown): Promise<ListeningMonitor> {
  const { Server, ServerCredentials } = load('@grpc/grpc-js') as typeof grpc;
  const { ResourceMonitorService } = load('@pulumi/pulumi/proto/resource_grpc_pb.js') as typeof services;
  const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
  server.addService(
    ResourceMonitorService,
    Object.fromEntries(Object.entries(monitor).map(([method, answer]) => [method, unary(answer)])),
  );
  const folder = process.platform === 'win32' ? undefined : mkdtempSync(join(tmpdir(), 'twin-monitor-'));
  const close = (): void => {
    server.forceShutdown();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  const socket = folder === undefined ? undefined : `unix:${folder}/socket`;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(socket ?? '127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  }).catch((error: unknown) => {
    close();
    throw error;
  });
  return { address: socket ?? `127.0.0.1:${port}`, close };
}

function unary(answer: (request: never) => unknown): grpc.handleUnaryCall<unknown, unknown> {
  return ({ request }, callback) => {
    try {
      callback(null, answer(request as never));
    } catch (error) {
      callback(error as Error);
    }
  };
}
