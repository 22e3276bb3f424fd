import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callbackify } from 'node:util';
import type * as messages from '@pulumi/pulumi/proto/resource_pb.js';
import type * as structs from 'google-protobuf/google/protobuf/struct_pb.js';
import type * as empties from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Registered, Registration } from './local-engine.ts';
import type { WireObject } from './properties.ts';

export interface Engine {
  readonly register: (registration: Registration) => Registered | Promise<Registered>;
  readonly invoke: (token: string, args: WireObject) => WireObject | Promise<WireObject>;
  readonly setOutputs: (urn: string, outputs: WireObject) => void | Promise<void>;
}

const UNIMPLEMENTED = 12;

/**
 * Returns a replacement for the SDK's gRPC client of the resource monitor, which calls a local engine.
 * It registers hooks and never runs them.
 * Source: pulumi/pulumi, proto/pulumi/resource.proto
 * @param sdk the folder of the SDK whose messages these are
 * @param folder the base of source paths; without it, no source is recorded
 */
export function monitorOf(engine: Engine, sdk: string, folder?: string): object {
  const load = createRequire(`${sdk}package.json`);
  const proto = load('@pulumi/pulumi/proto/resource_pb.js') as typeof messages;
  const { Struct } = load('google-protobuf/google/protobuf/struct_pb.js') as typeof structs;
  const { Empty } = load('google-protobuf/google/protobuf/empty_pb.js') as typeof empties;
  const object = (struct: structs.Struct | undefined): WireObject => struct?.toJavaScript() ?? {};
  const struct = (value: WireObject): structs.Struct => Struct.fromJavaScript(value);
  const nothing = (): empties.Empty => new Empty();
  const common = (request: messages.RegisterResourceRequest | messages.ReadResourceRequest) => ({
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    provider: request.getProvider(),
    secretOutputs: request.getAdditionalsecretoutputsList(),
  });
  const methods: Readonly<Record<string, (request: never) => unknown>> = {
    getDeploymentInfo: () => {
      const response = new proto.DeploymentInfo();
      response.setSupportedfeaturesList(Object.values(FEATURES));
      return response;
    },
    supportsFeature: (request: messages.SupportsFeatureRequest) => {
      const response = new proto.SupportsFeatureResponse();
      response.setHassupport(Object.hasOwn(FEATURES, request.getId()));
      return response;
    },
    registerResource: async (request: messages.RegisterResourceRequest) => {
      const imported = request.getImportid();
      const { urn, id, properties } = await engine.register({
        ...common(request),
        custom: request.getCustom(),
        remote: request.getRemote(),
        inputs: object(request.getObject()),
        existing: imported === '' ? undefined : imported,
        protect: request.getProtect() === true,
        aliases: request
          .getAliasesList()
          .map((alias) => alias.getUrn() || (alias.getSpec()?.getName() ?? ''))
          .filter((alias) => alias !== ''),
        source: sourceOf(request, folder),
      });
      const response = new proto.RegisterResourceResponse();
      response.setUrn(urn);
      response.setId(id);
      response.setObject(struct(properties));
      return response;
    },
    readResource: async (request: messages.ReadResourceRequest) => {
      const { urn, properties } = await engine.register({
        ...common(request),
        custom: true,
        remote: false,
        inputs: object(request.getProperties()),
        existing: request.getId(),
        protect: false,
        aliases: [],
      });
      const response = new proto.ReadResourceResponse();
      response.setUrn(urn);
      response.setProperties(struct(properties));
      return response;
    },
    invoke: async (request: messages.ResourceInvokeRequest) => {
      const response = new proto.ResourceInvokeResponse();
      response.setReturn(struct(await engine.invoke(request.getTok(), object(request.getArgs()))));
      return response;
    },
    registerResourceOutputs: async (request: messages.RegisterResourceOutputsRequest) => {
      await engine.setOutputs(request.getUrn(), object(request.getOutputs()));
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
  const methodOf = (name: string) =>
    callbackify(async (request: unknown): Promise<unknown> => {
      const method = methods[name];
      if (method === undefined) throw Object.assign(new Error(`the twin has no ${name}`), { code: UNIMPLEMENTED });
      return method(request as never);
    });
  return new Proxy({}, { get: (_, name) => (name === 'close' ? () => undefined : methodOf(String(name))) });
}

/**
 * The supported features: the id by which an older SDK asks about each, and its number (`ResourceMonitorFeature`).
 * Without outputValues and transforms, the SDK sends plain values, and rejects a transform by name.
 */
const FEATURES: Readonly<Record<string, number>> = {
  secrets: 0,
  resourceReferences: 1,
  aliasSpecs: 3,
  deletedWith: 5,
  replaceWith: 6,
  parameterization: 9,
  resourceHooks: 10,
  errorHooks: 11,
};

function sourceOf(request: messages.RegisterResourceRequest, folder: string | undefined): string | undefined {
  const position = request.getSourceposition();
  if (position === undefined || folder === undefined) return undefined;
  // For an ES module, the SDK treats the URL as a path, and makes a URL of it.
  const file = fileURLToPath(position.getUri().replace(/^.*\/file:/, 'file:'));
  return `${relative(folder, file)}:${position.getLine()}`;
}
