import type { Registered, RegisteredResource } from '@auth0-http-api/twin/rules';
import { Secret, type PolicyResource } from '@pulumi/policy';
import * as proxy from '@pulumi/policy/proxy.js';
import * as pulumi from '@pulumi/pulumi';

/** The SDK's placeholders for values that a preview does not know. */
const UNKNOWN = Object.entries(proxy as Readonly<Record<string, unknown>>).flatMap(([name, value]) =>
  /^unknown\w+Value$/.test(name) ? [value] : [],
);

/** A resource's inputs, with the SDK's placeholders, and the paths of secrets. */
export interface Inputs {
  readonly values: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
}

/** Outputs that identify a resource in other resources' inputs. */
const NAMES = ['arn', 'clientId', 'executionArn', 'id', 'identifier', 'invokeArn', 'name'];

/** Inputs that hold another resource's ID, which a policy resource does not expose. */
const IDS: Readonly<Record<string, (id: string) => string>> = {
  apiId: (id) => id,
  authorizerId: (id) => id,
  target: (id) => `integrations/${id}`,
};

type Judged = RegisteredResource & { readonly urn: string };

/**
 * Returns the resources for the rules, with URNs as IDs. An unknown input becomes the URN of the one resource it
 * depends on; with several dependencies or none it stays unknown, which satisfies no rule.
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

function known(value: unknown, stand: () => string | undefined): unknown {
  if (UNKNOWN.includes(value)) return stand();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => known(item, stand));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, known(item, stand)]));
}

/** Returns properties as the engine sent them: the SDK's getters throw at unknown values, which skips the policy. */
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

function raw(value: object): Readonly<Record<string, unknown>> {
  const all = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, { enumerable }]) => enumerable);
  return Object.fromEntries(all.map(([key, descriptor]) => [key, descriptor.value as unknown]));
}

/** Returns an asset's or archive's strings, which may contain secrets. */
async function assetOf(value: object): Promise<unknown> {
  const parts = await Promise.all(Object.entries(raw(value)).map(async ([key, part]) => [key, await part] as const));
  const inner = parts.map(
    async ([key, part]) => [key, typeof part === 'object' && part !== null ? await assetOf(part) : part] as const,
  );
  return Object.fromEntries(await Promise.all(inner));
}
