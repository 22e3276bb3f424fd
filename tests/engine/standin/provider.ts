import { createHash, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type {
  CheckResult,
  CreateResult,
  DiffResult,
  InvokeResult,
  Provider,
  ReadResult,
  UpdateResult,
} from '@pulumi/pulumi/provider/index.js';
import { cloudOutputs, Identity } from '@auth0-http-api/twin';
import { holder, refusal, type Change, type Kind } from './kind.ts';
import { KINDS } from './kinds.ts';
import { currentNaming, diffResult, isPreview } from './sdk-gaps.ts';
import { plain, plainProperties, secret, UNKNOWN, type Properties } from './values.ts';
import { isChange, keyOf, type Resource, type Services } from './services.ts';

/** How the services misbehave. */
export interface Faults {
  /** Milliseconds of each creation, change and deletion; the cloud completes it halfway through. */
  readonly delay: number;
  /** The number of the first rejected change, counted from 1 over the whole journal. */
  readonly failFrom: number;
  /** Types, by their last word, whose changes are all rejected. */
  readonly refuse: readonly string[];
  /** Types, by their last word, whose creation succeeds but whose response is lost. */
  readonly lose: readonly string[];
  /** Requests per second that the service answers; the provider waits after each 429. */
  readonly limit: number;
  /** Whether the deploying application lacks `read:client_keys`: Auth0 then answers without the client's secret. */
  readonly hideSecrets: boolean;
}

export const NO_FAULTS: Faults = {
  delay: 0,
  failFrom: Infinity,
  refuse: [],
  lose: [],
  limit: Infinity,
  hideSecrets: false,
};

interface StandInOptions {
  readonly services: Services;
  readonly region: string;
  readonly faults: () => Faults;
}

/** The providers of all packages, without a cloud: they keep a journal on disk, and the engine sees no difference. */
export class StandIn implements Provider {
  readonly version = '99.0.0';
  readonly #options: StandInOptions;
  /** The package and second to the number of requests. */
  readonly #requests = new Map<string, number>();

  constructor(options: StandInOptions) {
    this.#options = options;
  }

  async check(urn: string, olds: Properties, news: Properties): Promise<CheckResult> {
    const { autonamed = false } = this.#kind(typeOf(urn));
    if (!autonamed || 'name' in news) return { inputs: news };
    const { proposed, seed } = currentNaming();
    const own = `${nameOf(urn)}-${createHash('sha256').update(seed).digest('hex').slice(0, 7)}`;
    // The bridge keeps the name that the state has (ComputeAutoNameDefault in its info/autonaming.go).
    return { inputs: { ...news, name: olds['name'] ?? proposed ?? own } };
  }

  async diff(id: string, urn: string, olds: Properties, news: Properties): Promise<DiffResult> {
    const type = typeOf(urn);
    const { autonamed = false, fixed, within, fills = [], absent = {} } = this.#kind(type);
    const filledIn = Object.keys(this.#find(type, id, within && plain(olds[within]))?.outputs ?? {});
    const given = Object.keys(olds).filter((key) => !filledIn.includes(key) && olds[key] !== null);
    const before = { ...absent, ...plainProperties(olds) };
    const after = { ...absent, ...plainProperties(news) };
    const changed = [...new Set([...given, ...Object.keys(after)])].filter(
      (key) => !isDeepStrictEqual(fills.includes(key) ? ofThose(before[key], after[key]) : before[key], after[key]),
    );
    const replaces = fixed === 'all' ? changed : changed.filter((key) => fixed.includes(key));
    // The bridge deletes first where the name was given and stays: two of one name could not exist side by side.
    const named = !autonamed && typeof after['name'] === 'string' && after['name'] === before['name'];
    return diffResult(changed, { replaces, deleteBeforeReplace: replaces.length > 0 && named });
  }

  async create(urn: string, inputs: Properties): Promise<CreateResult> {
    const type = typeOf(urn);
    if (isPreview()) return { id: '', outs: { ...inputs, ...this.#unknownOutputs(urn, inputs) } };
    // What was there already is what it was: the real provider reads back what it made.
    const made = await this.#slowly(urn, () => {
      const taken = this.#takes(type, inputs);
      if (taken) return taken;
      const resource = this.#make(urn, inputs);
      const existing = this.#kind(type).property && this.#find(type, resource.id, resource.within);
      this.#permit(urn, {
        inputs: plainProperties(inputs),
        before: undefined,
        resources: this.#options.services.resources,
      });
      const done = existing ? { ...resource, outputs: this.#kept(type, existing, inputs) } : resource;
      this.#options.services.record({ what: existing ? 'updated' : 'created', urn, resource: done });
      if (this.#options.faults().lose.includes(type.split(':').at(-1) ?? ''))
        throw new Error('read: connection reset by peer');
      return done;
    });
    return { id: made.id, outs: { ...made.inputs, ...this.#shown(made.outputs) } };
  }

  async update(id: string, urn: string, olds: Properties, news: Properties): Promise<UpdateResult> {
    const type = typeOf(urn);
    const { within, keepsPlan, refusesUnchanged, absent = {} } = this.#kind(type);
    const existing = this.#find(type, id, within && plain(olds[within]));
    const outputs = existing && this.#kept(type, existing, news);
    if (isPreview()) return { outs: { ...news, ...outputs } };
    if (existing === undefined || outputs === undefined)
      throw new Error(`${type.split(':').at(-1)}: resource did not exist while updating`);
    const real = await this.#slowly(urn, () => {
      // A Terraform provider writes what differs from the state, whatever the service has.
      const inputs = written(existing.inputs, { before: olds, after: news, computed: existing.outputs, absent });
      if (inputs === undefined && refusesUnchanged === undefined) return existing.inputs;
      try {
        if (inputs === undefined) return this.#refuse(urn, refusesUnchanged ?? '');
        this.#permit(urn, {
          inputs: plainProperties(inputs),
          before: existing,
          resources: this.#options.services.resources,
        });
      } catch (error) {
        // The state takes the planned inputs also after an update that failed (Terraform's SDK, unless the provider
        // calls Partial), and the engine comes back with an update that has nothing to write.
        throw Object.assign(error as Error, { id, properties: { ...news, ...outputs }, reasons: [String(error)] });
      }
      this.#options.services.record({ what: 'updated', urn, resource: { ...existing, inputs, outputs } });
      return inputs;
    });
    const known = keepsPlan ? news : { ...real, ...this.#writeOnly(type, news) };
    return { outs: { ...known, ...this.#shown(outputs) } };
  }

  /** The properties that the service does not show: the state keeps what it has. */
  #writeOnly(type: string, properties: Properties): Properties {
    const { writeOnly = [] } = this.#kind(type);
    return Object.fromEntries(writeOnly.flatMap((key) => (key in properties ? [[key, properties[key]]] : [])));
  }

  /** Returns the outputs that remain after a change of inputs: all except those that an input now sets. */
  #kept(type: string, { outputs }: Resource, inputs: Properties): Properties {
    const { given = [] } = this.#kind(type);
    const now = given.filter((key) => (plain(inputs[key]) ?? undefined) !== undefined);
    return { ...outputs, ...this.#marked(type, Object.fromEntries(now.map((key) => [key, inputs[key]]))) };
  }

  async delete(id: string, urn: string, properties: Properties): Promise<void> {
    const type = typeOf(urn);
    const { within, held, remains, takesAlong } = this.#kind(type);
    await this.#slowly(urn, () => {
      const resource = this.#find(type, id, within && plain(properties[within]));
      // What is gone already has been deleted; so do the real providers see it.
      if (resource === undefined || remains) return;
      this.#beThere(urn);
      const by = held && holder(resource, KINDS, this.#options.services.resources);
      if (by)
        this.#refuse(urn, `ConflictException: cannot delete ${type} ${id}, it is referenced by ${by.type} ${by.id}`);
      const along = takesAlong?.(resource, this.#options.services.resources) ?? [];
      for (const gone of [resource, ...along]) this.#options.services.record({ what: 'deleted', urn, resource: gone });
    });
  }

  async read(id: string, urn: string, properties: Properties = {}): Promise<ReadResult> {
    const type = typeOf(urn);
    const { within } = this.#kind(type);
    const resource = this.#find(type, id, within && plain(properties[within]));
    await this.#answered(urn);
    this.#options.services.record({ what: 'read', urn, type, id });
    if (resource === undefined) return { id: '', props: {} };
    const inputs = { ...resource.inputs, ...this.#writeOnly(type, properties) };
    return { id, props: { ...inputs, ...this.#shown(this.#marked(type, resource.outputs)) }, inputs };
  }

  /** Answers a provider function: what it looks up is there before the stack, and the same at each call. */
  async invoke(token: string, inputs: Properties): Promise<InvokeResult> {
    const values = plainProperties(inputs);
    const naming = { name: String(values['name']), inputs: values, identity: new Identity(token) };
    const { id, outputs } = cloudOutputs(token, { ...naming, region: this.#options.region });
    return { outputs: { ...values, id, ...outputs, ...KINDS[token]?.outputs?.(values) } };
  }

  #kind(type: string): Kind {
    const kind = KINDS[type];
    if (kind) return kind;
    throw new Error(`The stand-ins have no ${type}; add it to their kinds`);
  }

  #find(type: string, id: string, within: unknown): Resource | undefined {
    return this.#options.services.resources.get(keyOf({ type, id, ...(typeof within === 'string' && { within }) }));
  }

  #make(urn: string, inputs: Properties): Resource {
    const type = typeOf(urn);
    const { within, remains, outputs: ownOutputs } = this.#kind(type);
    const values = plainProperties(inputs);
    // Each creation has ids and secrets of its own, as in a cloud.
    const identity = new Identity(randomUUID());
    const { id, outputs: known = {} } = cloudOutputs(type, {
      name: nameOf(urn),
      inputs: values,
      identity,
      region: this.#options.region,
    });
    // The provider shows a client's secret as an output of its ClientCredentials alone.
    const { clientSecret, ...rest } = known;
    const { id: ownId, ...own } = ownOutputs?.(values) ?? {};
    const outputs = { ...(type.endsWith(':ClientCredentials') ? { ...rest, clientSecret } : rest), ...own };
    // Pulumi adds a suffix to the id of what has no name of its own, so that two may stand side by side.
    const named = typeof ownId === 'string' ? ownId : id === nameOf(urn) ? `${id}-${identity.hex('suffix', 7)}` : id;
    return {
      type,
      id: remains ? type : named,
      ...(within && { within: String({ ...values, ...outputs }[within]) }),
      inputs,
      outputs: this.#marked(type, outputs),
    };
  }

  /** Outputs as the deploying application may see them. */
  #shown(outputs: Properties): Properties {
    return this.#options.faults().hideSecrets && 'clientSecret' in outputs
      ? { ...outputs, clientSecret: secret('') }
      : outputs;
  }

  /** Outputs with those marked as secret that the real provider marks. */
  #marked(type: string, outputs: Properties): Properties {
    const { secrets = [] } = this.#kind(type);
    const mark = (key: string, value: unknown): unknown => (secrets.includes(key) ? secret(plain(value)) : value);
    return Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, mark(key, value)]));
  }

  /** Returns the outputs that a preview does not know. A bridged provider plans outputs that are also inputs. */
  #unknownOutputs(urn: string, inputs: Properties): Properties {
    const { outputs } = this.#make(urn, inputs);
    const unknown = Object.keys(outputs).filter((key) => plain(outputs[key]) !== plain(inputs[key]));
    return Object.fromEntries(unknown.map((key) => [key, UNKNOWN]));
  }

  #takes(type: string, inputs: Properties): Resource | undefined {
    const change = { inputs: plainProperties(inputs), before: undefined, resources: this.#options.services.resources };
    return this.#kind(type).takes?.(change);
  }

  #permit(urn: string, change: Change): void {
    this.#beThere(urn);
    const type = typeOf(urn);
    const reason = refusal(type, this.#kind(type), change);
    if (reason !== undefined) this.#refuse(urn, reason);
  }

  /** Fails if the test requests it. */
  #beThere(urn: string): void {
    const changes = this.#options.services.entries.filter(isChange).length;
    const { failFrom, refuse } = this.#options.faults();
    if (changes + 1 >= failFrom) this.#refuse(urn, '503 Service Unavailable: the test has said so');
    const kind = typeOf(urn).split(':').at(-1) ?? '';
    if (refuse.includes(kind)) this.#refuse(urn, '403 Forbidden: the test has said so');
  }

  #refuse(urn: string, reason: string): never {
    this.#options.services.record({ what: 'refused', urn, type: typeOf(urn), reason });
    throw new Error(reason);
  }

  /** Waits while the service answers 429, like the Auth0 provider (rateLimitRetry in config.go). */
  async #answered(urn: string): Promise<void> {
    const now = Date.now();
    const key = `${typeOf(urn).split(':')[0]} ${Math.floor(now / 1000)}`;
    const requests = (this.#requests.get(key) ?? 0) + 1;
    this.#requests.set(key, requests);
    if (requests <= this.#options.faults().limit) return;
    this.#options.services.record({ what: 'limited', urn });
    await setTimeout(1000 - (now % 1000));
    await this.#answered(urn);
  }

  /** Delays the response to the engine: a kill between the change and the response leaves an orphan. */
  async #slowly<T>(urn: string, act: () => T): Promise<T> {
    await this.#answered(urn);
    const { delay } = this.#options.faults();
    await setTimeout(delay / 2);
    const done = act();
    await setTimeout(delay / 2);
    return done;
  }
}

/** Returns the service's inputs after an update, or undefined if the state shows no difference to write. */
function written(
  existing: Properties,
  { before, after, computed, absent }: Readonly<Record<'before' | 'after' | 'computed' | 'absent', Properties>>,
): Properties | undefined {
  const [olds, news] = [before, after].map((inputs) => ({ ...absent, ...plainProperties(inputs) })) as [
    Properties,
    Properties,
  ];
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  const changed = keys.filter(
    (key) => !(key in computed && !(key in news)) && !isDeepStrictEqual(olds[key], news[key]),
  );
  if (changed.length === 0) return undefined;
  return Object.fromEntries(
    [...new Set([...Object.keys(existing), ...changed])]
      .map((key) => [key, changed.includes(key) ? (after[key] ?? absent[key]) : existing[key]] as const)
      .filter(([, value]) => value !== undefined && value !== null),
  );
}

/** Returns a map without the keys that the cloud added, which are not a change. */
function ofThose(filled: unknown, given: unknown): unknown {
  if (typeof filled !== 'object' || filled === null || typeof given !== 'object' || given === null) return filled;
  return Object.fromEntries(Object.entries(filled).filter(([key]) => key in given));
}

/** Returns the type in a URN, without those of its parents. */
export function typeOf(urn: string): string {
  return urn.split('::')[2]?.split('$').at(-1) ?? '';
}

function nameOf(urn: string): string {
  return urn.split('::').slice(3).join('::');
}
