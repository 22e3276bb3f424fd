import { ENCRYPTED } from '../common/encrypted.ts';
import { byText } from '../common/order.ts';
import { isUserError, UserError, type Problem } from '../common/user-error.ts';
import { Identity } from '../resources/identity.ts';
import { placeOf } from '../resources/lookup.ts';
import { TYPE } from '../resources/tokens.ts';
import { text, type Plain, type RecordedResource } from '../resources/resource.ts';
import { cloudOutputs, RESOURCE_TYPES } from '../resources/types.ts';
import { lookUp } from './lookups.ts';
import { plain, secret, type Wire, type WireObject } from './properties.ts';
import { recordedOf, type Recorded } from './recorded.ts';
import type { StackConfig } from './stack-file.ts';
import { isUsed } from './state-inputs.ts';

export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly custom: boolean;
  readonly remote: boolean;
  readonly inputs: WireObject;
  /** `URN::id` of an explicit provider; empty for the default one. */
  readonly provider: string;
  readonly existing: string | undefined;
  readonly protect: boolean;
  readonly aliases: readonly string[];
  readonly secretOutputs: readonly string[];
  /** `file:line` of the declaration in the program. */
  readonly source?: string | undefined;
}

export interface Registered {
  readonly urn: string;
  readonly id: string;
  readonly properties: WireObject;
}

interface EngineOptions {
  readonly config: StackConfig;
  /** The program's folder, the base of assets' relative paths. */
  readonly folder: string;
  /** Ids, secrets and passwords are derived from it. */
  readonly seed: string;
  readonly stackReferences?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Defaults for outputs that the program does not set. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly adjust?: ((resource: RecordedResource) => Readonly<Record<string, unknown>>) | undefined;
}

const STACK = 'pulumi:pulumi:Stack';
const PROVIDER = 'pulumi:providers:';

/** Types that get a name of seven random digits after their own. Source: pulumi/pulumi-auth0, provider/resources.go */
const AUTO_NAMED: readonly string[] = [TYPE.client, TYPE.connection, TYPE.role, TYPE.action];

/**
 * A Pulumi engine that deploys nothing: it responds to each registration as if the cloud had created the resource.
 * It collects what the twin does not emulate, and lets the program run on, so that all problems are reported at once.
 */
export class LocalEngine {
  readonly #options: EngineOptions;
  readonly #identity: Identity;
  readonly #region: string;
  readonly #registered = new Map<string, Registered>();
  readonly #providers = new Map<string, WireObject>();
  readonly #tenants = new Set<string>();
  readonly #resources: RecordedResource[] = [];
  readonly #problems: Problem[] = [];
  #stackUrn = '';
  #outputs: WireObject = {};

  constructor(options: EngineOptions) {
    const { config, seed } = options;
    this.#options = options;
    this.#identity = new Identity(`${seed} ${config.stack}`);
    this.#region = config.values['aws:region'] ?? process.env['AWS_REGION'] ?? '';
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** Registers a resource. Never throws for a mistake of the program. */
  register(registration: Registration): Registered {
    const { type, name, parent } = registration;
    const urn = this.#urnOf(type, name, parent);
    const known = this.#registered.has(urn);
    if (known) {
      const place = placeOf(type, name, registration.source);
      this.#reject(place, 'declared twice; give each resource of a type its own name');
    }
    const answer = this.#answerTo(urn, registration);
    if (!known) this.#registered.set(urn, answer);
    return answer;
  }

  #answerTo(urn: string, registration: Registration): Registered {
    const { type, name, custom, inputs } = registration;
    if (type === STACK) {
      this.#stackUrn = urn;
      return { urn, id: '', properties: {} };
    }
    const place = placeOf(type, name, registration.source);
    if (registration.remote) {
      this.#reject(place, 'the twin does not run provider components');
      return { urn, id: '', properties: inputs };
    }
    if (!custom) return { urn, id: '', properties: inputs };
    try {
      return this.#registerCustom(urn, registration);
    } catch (error) {
      if (!isUserError(error)) throw error;
      this.#reject(place, error.message);
      return { urn, id: name, properties: inputs };
    }
  }

  #registerCustom(urn: string, registration: Registration): Registered {
    const { type, name, existing, protect, source } = registration;
    const inputs = this.#named(type, name, registration.inputs);
    if (type === 'pulumi:pulumi:StackReference') return { urn, id: name, properties: this.#outputsOf(inputs, name) };
    const { value, secrets } = plain(inputs, this.#options.folder);
    if (type.startsWith(PROVIDER)) {
      this.#providers.set(urn, value);
      return { urn, id: this.#identity.hex(`provider ${name}`, 12), properties: inputs };
    }
    if (existing !== undefined) {
      throw new UserError(`the twin cannot read or import an existing resource (${existing})`);
    }
    const provider = this.#providers.get(registration.provider.replace(/::[^:]*$/, ''));
    if (type.startsWith('auth0:')) this.#tenants.add(textOf(provider?.['domain']) ?? this.#configuredTenant);
    refuseEncrypted(type, value, this.#options.config.encrypted);
    const region = textOf(value['region']) ?? textOf(provider?.['region']) ?? this.#region;
    // Children of different components may have the same type and name.
    const namesakes = this.#resources.filter((resource) => resource.type === type && resource.name === name).length;
    const label = namesakes === 0 ? name : `${name}-${namesakes + 1}`;
    const { id, outputs = {} } = cloudOutputs(type, { name: label, inputs: value, identity: this.#identity, region });
    const formerly = registration.aliases.map((alias) => alias.split('::').at(-1) ?? alias);
    const resource = { type, name, id, inputs: value, secretInputs: secrets, outputs, protect, formerly };
    const adjusted = this.#adjusted(resource);
    this.#resources.push({ ...resource, outputs: adjusted, ...(source !== undefined && { source }) });
    const properties: Record<string, Wire> = { ...inputs, ...adjusted };
    for (const key of registration.secretOutputs) {
      const property = properties[key];
      if (property !== undefined) properties[key] = secret(property);
    }
    return { urn, id, properties };
  }

  /** Gives a resource without a name the one that the Auth0 provider makes up. The AWS types make up their own. */
  #named(type: string, name: string, inputs: WireObject): WireObject {
    if (!AUTO_NAMED.includes(type) || inputs['name'] !== undefined) return inputs;
    return { ...inputs, name: `${name}-${this.#identity.hex(`name ${type} ${name}`, 7)}` };
  }

  invoke(token: string, args: WireObject): WireObject {
    const { value } = plain(args, this.#options.folder);
    try {
      // The SDK reads a resource that another one's outputs refer to.
      const referred = token === 'pulumi:pulumi:getResource' ? this.#registered.get(text(value, 'urn')) : undefined;
      if (referred !== undefined) return { urn: referred.urn, id: referred.id, state: referred.properties };
      if (RESOURCE_TYPES.has(token)) return this.#read(token, value);
      const around = { region: this.#region, tenant: this.#tenant, resources: this.#resources };
      return lookUp(token, value, around) as WireObject;
    } catch (error) {
      if (!isUserError(error)) throw error;
      this.#reject(token, error.message);
      throw error;
    }
  }

  /** Records a lookup like a resource, so that the twin emulates existing resources too. */
  #read(type: string, inputs: Readonly<Record<string, Plain>>): WireObject {
    const name = text(inputs, 'name');
    const { id, outputs = {} } = cloudOutputs(type, { name, inputs, identity: this.#identity, region: this.#region });
    const known = this.#resources.some((resource) => resource.type === type && resource.name === name);
    const read = { type, name, id, inputs, secretInputs: [], outputs, protect: false, formerly: [] };
    const adjusted = this.#adjusted(read);
    if (!known) this.#resources.push({ ...read, outputs: adjusted });
    return { ...inputs, id, ...adjusted };
  }

  #adjusted(resource: RecordedResource): WireObject {
    return { ...resource.outputs, ...this.#options.adjust?.(resource) } as WireObject;
  }

  #reject(place: string, message: string): void {
    this.#problems.push({ place, message });
  }

  /** Stores the outputs of the stack. A component's outputs are unused. */
  setOutputs(urn: string, outputs: WireObject): void {
    if (urn === this.#stackUrn) this.#outputs = outputs;
  }

  /** @throws UserError listing all registrations and calls that the engine or the twin rejects */
  finish(): Recorded {
    const tenants = [...this.#tenants];
    if (tenants.length > 1) {
      this.#reject('auth0', `the twin serves one tenant, and the program uses ${tenants.join(' and ')}`);
    }
    if (this.#problems.length > 0) {
      const problems = this.#problems.toSorted((a, b) => byText(a.place, b.place));
      throw new UserError('The twin cannot run the program:', { code: 'not-emulated', problems });
    }
    const { config, folder } = this.#options;
    const { value, secrets } = plain(this.#outputs, folder);
    return recordedOf({
      ...config,
      auth0: { domain: this.#tenant },
      aws: { region: this.#region, defaultTags: config.values['aws:defaultTags'] !== undefined },
      resources: this.#resources,
      outputs: { ...this.#options.outputs, ...value },
      secretOutputs: secrets,
    });
  }

  #urnOf(type: string, name: string, parent: string): string {
    const { project, stack } = this.#options.config;
    const above = parent === '' || parent === this.#stackUrn ? '' : `${typesOf(parent)}$`;
    return `urn:pulumi:${stack}::${project}::${above}${type}::${name}`;
  }

  get #tenant(): string {
    return [...this.#tenants][0] ?? this.#configuredTenant;
  }

  get #configuredTenant(): string {
    return this.#options.config.values['auth0:domain'] ?? process.env['AUTH0_DOMAIN'] ?? '';
  }

  #outputsOf(inputs: WireObject, name: string): WireObject {
    const { value } = plain(inputs, this.#options.folder);
    const stack = textOf(value['name']) ?? name;
    const outputs = this.#options.stackReferences?.[stack];
    if (outputs === undefined) {
      throw new UserError(`the twin cannot read the outputs of the stack ${stack}; write them into twin.config.ts`);
    }
    return { name: stack, outputs: outputs as WireObject, secretOutputNames: [] };
  }
}

/**
 * Rejects an encrypted value in an input that the twin uses. It is allowed in a function's variables, which only the
 * handler reads.
 */
function refuseEncrypted(type: string, inputs: Readonly<Record<string, Plain>>, paths: readonly string[]): void {
  const entry = RESOURCE_TYPES.get(type);
  if (entry === undefined || 'notEmulated' in entry) return;
  for (const [key, value] of Object.entries(inputs)) {
    if (type === TYPE.function && key === 'environment') continue;
    if (!JSON.stringify(value).includes(ENCRYPTED) || !isUsed(entry.inputs, inputs, key)) continue;
    throw new UserError(
      `input ${key} holds a value that is encrypted in the stack file; set it with --config <key>=<value> (encrypted: ${paths.join(', ')})`,
    );
  }
}

function typesOf(urn: string): string {
  return urn.split('::')[2] ?? '';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
