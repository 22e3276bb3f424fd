import type { Recorded } from '../../src/evaluate/recorded.ts';

/** The parts of a state file that tests change. */
export interface StateFile {
  version: unknown;
  deployment: { resources?: StateResource[]; pending_operations?: unknown[] };
}

export interface StateResource {
  urn: string;
  type: string;
  inputs?: Record<string, unknown>;
  [key: string]: unknown;
}

/** Returns a secret in a state file's format; with `plaintext` as after `pulumi stack export --show-secrets`. */
export function stateSecret(content: { ciphertext: string } | { plaintext: string }): object {
  return { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', ...content };
}

/** Returns the only resource of a fixture with this type and, if set, this name. */
export function inState({ deployment }: StateFile, type: string, name = ''): StateResource {
  const [resource] = (deployment.resources ?? []).filter(
    (candidate) => candidate.type === type && (name === '' || candidate.urn.endsWith(`::${name}`)),
  );
  if (resource === undefined) throw new Error(`the state has no ${type} ${name}`);
  return resource;
}

/** Returns the state that an engine would export after it deployed the recorded resources. */
export function stateOf({ project, stack, providers, resources, outputs, secretOutputs }: Recorded): StateFile {
  const urnOf = (type: string, name: string): string => `urn:pulumi:${stack}::${project}::${type}::${name}`;
  const hidden = (value: unknown, secrets: readonly string[], path: string): unknown => {
    if (secrets.includes(path)) return stateSecret({ ciphertext: 'v1:AAAA' });
    if (typeof value !== 'object' || value === null) return value;
    const inner = Object.entries(value).map(
      ([key, item]) => [key, hidden(item, secrets, path === '' ? key : `${path}.${key}`)] as const,
    );
    return Array.isArray(value) ? inner.map(([, item]) => item) : Object.fromEntries(inner);
  };
  const settings = {
    auth0: { domain: providers.auth0.domain },
    aws: { region: providers.aws.region, ...(providers.aws.defaultTags && { defaultTags: '{}' }) },
  };
  return {
    version: 3,
    deployment: {
      resources: [
        {
          urn: urnOf('pulumi:pulumi:Stack', `${project}-${stack}`),
          type: 'pulumi:pulumi:Stack',
          outputs: hidden(outputs, secretOutputs, ''),
        },
        ...Object.entries(settings).map(([name, inputs]) => {
          const type = `pulumi:providers:${name}`;
          return { urn: urnOf(type, 'default'), type, custom: true, id: name, inputs };
        }),
        // A state does not contain lookups.
        ...resources
          .filter(({ type }) => !type.includes('/get'))
          .map(({ type, name, id, inputs, secretInputs, outputs: filled, protect, formerly }) => {
            const [family = ''] = type.split(':');
            const { code, ...rest } = inputs;
            const visible = hidden(rest, secretInputs, '') as Record<string, unknown>;
            const archive = { '4dabf18193072939515e22adb298388d': '0def7320c3a5731c473e5ecbe6d01bc7', hash: 'a1b2' };
            return {
              urn: urnOf(type, name),
              type,
              custom: true,
              id,
              inputs: { ...visible, ...(code !== undefined && { code: archive }) },
              outputs: { ...visible, ...(hidden(filled, ['clientSecret', 'result'], '') as object) },
              provider: `${urnOf(`pulumi:providers:${family}`, 'default')}::${family}`,
              protect,
              aliases: formerly.map((former) => urnOf(type, former)),
            };
          }),
      ],
    },
  };
}
