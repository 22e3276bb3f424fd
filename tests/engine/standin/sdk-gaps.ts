import { createRequire } from 'node:module';
import type { DiffResult } from '@pulumi/pulumi/provider/index.js';
import type * as Messages from '@pulumi/pulumi/proto/provider_pb.js';

// A CommonJS file whose exports Node cannot name for an import.
const { CheckRequest, ConfigureResponse, CreateRequest, DiffResponse, ReadRequest, UpdateRequest } = createRequire(
  import.meta.url,
)('@pulumi/pulumi/proto/provider_pb.js') as typeof Messages;

let preview = false;

/**
 * Returns whether the current request belongs to a preview. Call it before the first await.
 * @see closeGaps
 */
export function isPreview(): boolean {
  return preview;
}

let naming: Naming = { seed: Buffer.alloc(0) };

interface Naming {
  /** The name by the project's `pulumi:autonaming`, if that has a pattern for the type. */
  readonly proposed?: string;
  /** The seed of a provider's random digits: a preview and its update have the same. */
  readonly seed: Uint8Array;
}

/** Returns how to name the resource of the current check. Call it before the first await. */
export function currentNaming(): Naming {
  return naming;
}

let changedKeys: readonly string[] = [];

/** Returns the response to a diff with the changed inputs. The SDK reads `changes` just before it fills in the message. */
export function diffResult(changed: readonly string[], rest: Omit<DiffResult, 'changes'>): DiffResult {
  return {
    ...rest,
    get changes() {
      changedKeys = changed;
      return changed.length > 0;
    },
  };
}

/**
 * Adds to the messages of the SDK's server what real providers have and it lacks: support for previews and autonaming, their
 * fields in a request, and the changed inputs, by which the engine decides what to replace. It also fails on an import, whose
 * request has no properties.
 */
export function closeGaps(): void {
  const accept = method(ConfigureResponse.prototype, 'setAcceptoutputs');
  ConfigureResponse.prototype.setAcceptoutputs = function (value) {
    this.setSupportspreview(true);
    this.setSupportsAutonamingConfiguration(true);
    return accept.call(this, value);
  };
  const checked = method(CheckRequest.prototype, 'getNews');
  CheckRequest.prototype.getNews = function () {
    const proposed = this.getAutonaming()?.getProposedName();
    naming = { seed: this.getRandomseed_asU8(), ...(proposed !== undefined && { proposed }) };
    return checked.call(this);
  };
  const changes = method(DiffResponse.prototype, 'setChanges');
  DiffResponse.prototype.setChanges = function (value) {
    this.setDiffsList([...changedKeys]);
    return changes.call(this, value);
  };
  const properties = method(CreateRequest.prototype, 'getProperties');
  CreateRequest.prototype.getProperties = function () {
    preview = this.getPreview();
    return properties.call(this);
  };
  const news = method(UpdateRequest.prototype, 'getNews');
  UpdateRequest.prototype.getNews = function () {
    preview = this.getPreview();
    return news.call(this);
  };
  const known = method(ReadRequest.prototype, 'getProperties') as (this: Messages.ReadRequest) => Known | undefined;
  ReadRequest.prototype.getProperties = function () {
    return (known.call(this) ?? { toJavaScript: () => ({}) }) as Known;
  };
}

type Known = NonNullable<ReturnType<Messages.ReadRequest['getProperties']>>;

/** Returns the current method, to be called with `call`. */
function method<This extends object>(prototype: This, name: keyof This): (this: This, ...args: unknown[]) => never {
  return Reflect.get(prototype, name) as (this: This, ...args: unknown[]) => never;
}
