import { z } from 'zod';
import { ENCRYPTED } from '../common/encrypted.ts';
import { parsedJson } from '../common/shapes.ts';
import { UserError, type Problem } from '../common/user-error.ts';
import { placeOf } from '../resources/lookup.ts';
import { TYPE } from '../resources/tokens.ts';
import type { Inputs, Plain, RecordedResource } from '../resources/resource.ts';
import { RESOURCE_TYPES } from '../resources/types.ts';
import { recordedOf, type Recorded } from './recorded.ts';
import type { Wire, WireObject } from './properties.ts';
import { isUsed, unwrapped, withoutDefaults } from './state-inputs.ts';

const properties = z
  .record(z.string(), z.custom<Wire>())
  .nullish()
  .transform((value): WireObject => value ?? {});

/** The fields of a resource that are read. Source: pulumi/pulumi, sdk/go/common/apitype/core.go (`ResourceV3`). */
const RESOURCE = z.object({
  urn: z.string().regex(/^urn:pulumi:[^:]+::[^:]+::.+?::./),
  type: z.string(),
  custom: z.boolean().default(false),
  id: z.string().default(''),
  inputs: properties,
  outputs: properties,
  provider: z.string().default(''),
  protect: z.boolean().default(false),
  aliases: z.array(z.string()).nullish(),
  /** The program only reads it. */
  external: z.boolean().default(false),
  /** Replaced, and not deleted yet. */
  delete: z.boolean().default(false),
  /** Deleted, and not created again yet. */
  pendingReplacement: z.boolean().default(false),
});

type ResourceState = z.infer<typeof RESOURCE>;

const STATE = z.object({
  // Version 4 only adds options for the engine.
  version: z.literal([3, 4]),
  deployment: z.object({
    resources: z.array(RESOURCE).nullish(),
    pending_operations: z.array(z.unknown()).nullish(),
  }),
});

/** Stands for any function, in any language: the code does not affect who may call it. */
const CODE = {
  code: { archive: {} },
  handler: 'index.handler',
  runtime: 'nodejs24.x',
  memorySize: 128,
  timeout: 3,
};

/** Inputs that may be secret because the report does not depend on them. */
const UNUSED_SECRETS: Readonly<Record<string, string>> = {
  [TYPE.clientCredentials]: 'clientSecret',
  [TYPE.user]: 'password',
};

/**
 * Reads a deployed stack from the output of `pulumi stack export`, like a recorded program. `ENCRYPTED` replaces every
 * secret, even a plain one, and the code of functions is left out.
 * @param text the file's text
 * @param file the file's name in messages
 * @param chosen values of `--config` that replace the state's `auth0:domain`, `aws:region` or `<project>:issuerDomain`
 * @throws UserError for another kind of file, or missing information; the message contains no secret value
 */
export function recordedFromState(text: string, file: string, chosen: Readonly<Record<string, string>> = {}): Recorded {
  const all = resourcesIn(text, file);
  const stackUrn = all.find(({ type }) => type === 'pulumi:pulumi:Stack') ?? all[0];
  if (stackUrn === undefined) throw invalid(`${file} has no resources; nothing is deployed.`);
  const [, stack = '', project = ''] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(stackUrn.urn) ?? [];
  const { value: outputs, secrets } = unwrapped(stackUrn.type === 'pulumi:pulumi:Stack' ? stackUrn.outputs : {});
  const problems: Problem[] = [];
  const providers = new Map(
    all
      .filter(({ type }) => type.startsWith('pulumi:providers:'))
      .map(({ urn, id, inputs }) => [`${urn}::${id}`, unwrapped(inputs).value]),
  );
  const deployed = all.filter((resource) => resource.custom && !resource.type.startsWith('pulumi:'));
  const declared = deployed
    .filter((resource) => !resource.delete && !resource.pendingReplacement)
    .map((resource) => resourceOf(resource, problems));
  const settingsOf = (family: string, key: string): Plain[] => {
    const used = deployed.filter(({ type }) => type.startsWith(`${family}:`));
    const values = used.map(({ provider }) => providers.get(provider)?.[key]);
    return [...new Set(values)].filter((value) => value !== undefined);
  };
  const domain = chosen['auth0:domain'] ?? tenantDomain(settingsOf('auth0', 'domain'), problems);
  const chosenIssuer = Object.entries(chosen).find(([key]) => key.endsWith(':issuerDomain'))?.[1];
  const [region] = settingsOf('aws', 'region');
  if (problems.length > 0) {
    throw new UserError(`The twin cannot read who may call what from ${file}:`, { code: 'not-emulated', problems });
  }
  return recordedOf({
    project,
    stack,
    auth0: { domain, ...(chosenIssuer !== undefined && { issuerDomain: chosenIssuer }) },
    aws: {
      region: chosen['aws:region'] ?? (typeof region === 'string' ? region : ''),
      defaultTags: settingsOf('aws', 'defaultTags').length > 0,
    },
    encrypted: [],
    environments: [],
    resources: [...declared, ...connectionsElsewhere(declared)],
    outputs,
    secretOutputs: secrets.map((path) => path.join('.')),
  });
}

function invalid(summary: string): UserError {
  return new UserError(summary, { code: 'invalid-state' });
}

/** Parses the file. A message has the place of a mistake and no value: it could be a secret. */
function resourcesIn(text: string, file: string): readonly ResourceState[] {
  const { data, error } = STATE.safeParse(parsedJson(text));
  if (error !== undefined) {
    const place = error.issues[0]?.path.join('.') || 'JSON';
    throw invalid(
      `${file} is not the state of a stack in a version that the twin reads (${place}); write it with pulumi stack export`,
    );
  }
  const { resources, pending_operations: pending } = data.deployment;
  if ((pending ?? []).length > 0) {
    throw invalid(`${file}: an update was interrupted, so its outcome is unknown; run pulumi refresh and export again`);
  }
  return resources ?? [];
}

function resourceOf(state: ResourceState, problems: Problem[]): RecordedResource {
  const { urn, type, id, protect, external } = state;
  const name = urn.split('::').slice(3).join('::');
  const place = placeOf(type, name, undefined);
  const inputs = unwrapped(state.inputs);
  const outputs = unwrapped(state.outputs);
  const resource = {
    type,
    name,
    id,
    inputs: inputs.value,
    secretInputs: inputs.secrets.map((path) => path.join('.')),
    outputs: outputs.value,
    secretOutputs: outputs.secrets.map((path) => path.join('.')),
    protect,
    formerly: (state.aliases ?? []).map((alias) => alias.split('::').at(-1) ?? alias),
  };
  const entry = RESOURCE_TYPES.get(type);
  if (entry === undefined || 'notEmulated' in entry) return resource;
  if (external) {
    problems.push({ place, message: 'the program only reads it, and the state does not have its inputs' });
  }
  if (type === TYPE.function) return { ...resource, inputs: { ...CODE, ...judgedOf(inputs.value) } };
  const unusedSecret = UNUSED_SECRETS[type];
  for (const path of inputs.secrets) {
    const [key = ''] = path;
    if (key === unusedSecret || !isUsed(entry.inputs, inputs.value, key)) continue;
    problems.push({
      place: `${place}, input ${path.join('.')}`,
      message: 'it is encrypted and may decide who gets in; deploy it without pulumi.secret, and export again',
    });
  }
  // An imported user has no password: Auth0 does not return it.
  const filled = type === TYPE.user ? { ...inputs.value, password: ENCRYPTED } : inputs.value;
  // An import also reads the provider's default tags.
  const defaults = [...inputs.defaults, ['tagsAll']];
  return { ...resource, inputs: withoutDefaults(entry.inputs, filled, defaults) as RecordedResource['inputs'] };
}

/** Returns the inputs of a function that rules and the report use. All of its variables may be encrypted together. */
function judgedOf(inputs: Inputs): Inputs {
  const { role, layers, environment, reservedConcurrentExecutions } = inputs;
  const { variables } = z.object({ variables: z.record(z.string(), z.string()) }).safeParse(environment).data ?? {};
  return {
    ...(role !== undefined && { role }),
    ...(layers !== undefined && { layers }),
    ...(typeof reservedConcurrentExecutions === 'number' && { reservedConcurrentExecutions }),
    ...(variables !== undefined && { environment: { variables } }),
  };
}

/**
 * Returns the connections of clients that the stack does not declare. The state contains no lookups, and the users of a
 * looked-up connection are unknown.
 */
function connectionsElsewhere(resources: readonly RecordedResource[]): RecordedResource[] {
  const type = TYPE.getConnection;
  const known = resources.filter((resource) => resource.type === TYPE.connection).map(({ id }) => id);
  const used = resources
    .filter((resource) => /^auth0:index\/connectionClients?:/.test(resource.type))
    .map(({ inputs }) => inputs['connectionId']);
  return [...new Set(used)]
    .filter((id) => typeof id === 'string')
    .filter((id) => !known.includes(id))
    .map((id) => {
      const outputs = { strategy: 'auth0', isDomainConnection: true };
      return { type, name: id, id, inputs: { name: id }, secretInputs: [], outputs, protect: false, formerly: [] };
    });
}

function tenantDomain(domains: readonly Plain[], problems: Problem[]): string {
  const [domain] = domains;
  const place = 'pulumi:providers:auth0';
  const advice = 'add --config auth0:domain=<domain>';
  if (domains.length > 1) {
    problems.push({ place, message: `the twin reports on one tenant, and the stack uses ${domains.length}` });
  } else if (typeof domain !== 'string' || domain === '') {
    problems.push({ place, message: `the state does not have the tenant’s domain; ${advice}` });
  } else if (domain === ENCRYPTED) {
    problems.push({ place, message: `the tenant’s domain is encrypted; ${advice}` });
  } else return domain;
  return '';
}
