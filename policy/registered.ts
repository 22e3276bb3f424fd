import type { Registered, RegisteredResource } from '@auth0-http-api/twin/rules';
import { Secret, type PolicyResource } from '@pulumi/policy';
import * as proxy from '@pulumi/policy/proxy.js';
import * as pulumi from '@pulumi/pulumi';

/** What a preview has in place of a value that is not known yet; the SDK has a text for each kind of value. */
const UNKNOWN = Object.entries(proxy as Readonly<Record<string, unknown>>).flatMap(([name, value]) =>
  /^unknown\w+Value$/.test(name) ? [value] : [],
);

/** Inputs of a resource, in which unknown values are still the SDK's, and the paths of those marked as secret. */
export interface Inputs {
  readonly values: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
}

/** Outputs by which resources are named in the inputs of others. */
const NAMES = ['arn', 'clientId', 'executionArn', 'id', 'identifier', 'invokeArn', 'name'];

/** Inputs that hold the id of another resource, which no property of a policy resource has. */
const IDS: Readonly<Record<string, (id: string) => string>> = {
  apiId: (id) => id,
  authorizerId: (id) => id,
  target: (id) => `integrations/${id}`,
};

type Judged = RegisteredResource & { readonly urn: string };

/**
 * What the rules judge. Ids are the resources' URNs, and where an input is unknown, the URN of the one resource that it
 * comes from stands in its place: a first preview knows no more. What comes from several, or from none, stays unknown, and
 * no rule takes it for what it needs.
 */
export async function registeredOf(
  resources: readonly PolicyResource[],
  inputsByUrn: ReadonlyMap<string, Inputs>,
): Promise<Omit<Registered, 'resources'> & { readonly resources: readonly Judged[] }> {
  const stack = resources.find(({ type }) => type === 'pulumi:pulumi:Stack');
  const outputs = await inputsOf(stack?.props ?? {});
  return {
    resources: await Promise.all(
      resources
        .filter(({ type }) => !type.startsWith('pulumi:'))
        .map(async (resource) => judgedOf(resource, inputsByUrn)),
    ),
    outputs: known(outputs.values, () => 'unknown') as Record<string, unknown>,
    secretOutputs: outputs.secrets,
  };
}

async function judgedOf(resource: PolicyResource, inputsByUrn: ReadonlyMap<string, Inputs>): Promise<Judged> {
  const { urn, type, name, opts, propertyDependencies } = resource;
  const back = await inputsOf(resource.props);
  const { values, secrets } = inputsByUrn.get(urn) ?? back;
  const inputs = Object.entries(values).map(([key, value]) => {
    const origins = (propertyDependencies[key] ?? []).filter(({ type }) => !type.startsWith('pulumi:'));
    const origin = origins.length === 1 ? origins[0]?.urn : undefined;
    if (origin !== undefined && IDS[key] !== undefined) return [key, IDS[key](origin)];
    const stands = origin ?? 'unknown';
    const isSecret = secrets.some((path) => path === key || path.startsWith(`${key}.`));
    return [key, known(value, () => (isSecret ? undefined : key === 'sourceArn' ? `${stands}/*/*` : stands))];
  });
  const outputs = Object.entries({ ...Object.fromEntries(NAMES.map((key) => [key, urn])), ...back.values });
  return {
    urn,
    type,
    name,
    id: urn,
    inputs: Object.fromEntries(inputs) as Record<string, unknown>,
    secretInputs: secrets,
    outputs: Object.fromEntries(
      outputs.map(([key, value]) => [key, known(value, () => (NAMES.includes(key) ? urn : undefined))]),
    ),
    protect: opts.protect,
  };
}

/** A value with what stands in place of each unknown part. */
function known(value: unknown, stand: () => string | undefined): unknown {
  if (UNKNOWN.includes(value)) return stand();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => known(item, stand));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, known(item, stand)]));
}

/**
 * Properties as the engine sent them: no getter, since the SDK's throws at an unknown value, and the policy would be
 * passed over with an advisory line.
 */
export async function inputsOf(properties: Readonly<Record<string, unknown>>): Promise<Inputs> {
  const secrets: string[] = [];
  const read = async (value: unknown, path: string): Promise<unknown> => {
    if (value instanceof Secret) {
      secrets.push(path);
      return read(raw(value)['value'], path);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (pulumi.asset.Asset.isInstance(value) || pulumi.asset.Archive.isInstance(value)) return assetOf(value);
    if (Array.isArray(value)) {
      return Promise.all(Object.values(raw(value)).map(async (item, index) => read(item, `${path}.${index}`)));
    }
    const entries = Object.entries(raw(value)).map(
      async ([key, item]) => [key, await read(item, path === '' ? key : `${path}.${key}`)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  };
  return { values: (await read(properties, '')) as Record<string, unknown>, secrets };
}

/** The own properties of a value behind any proxy. */
function raw(value: object): Readonly<Record<string, unknown>> {
  const all = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, { enumerable }]) => enumerable);
  return Object.fromEntries(all.map(([key, descriptor]) => [key, descriptor.value as unknown]));
}

/** The texts of an asset or archive, in which a secret may stand. */
async function assetOf(value: object): Promise<unknown> {
  const parts = await Promise.all(Object.entries(raw(value)).map(async ([key, part]) => [key, await part] as const));
  const inner = parts.map(
    async ([key, part]) => [key, typeof part === 'object' && part !== null ? await assetOf(part) : part] as const,
  );
  return Object.fromEntries(await Promise.all(inner));
}
