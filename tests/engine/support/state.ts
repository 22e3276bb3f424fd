import { specialSecretSig, specialSigKey } from '@pulumi/pulumi/runtime/rpc.js';
import {
  evaluate,
  modelOf,
  recordedFromState,
  type Registered,
  type RegisteredResource,
  reportOf,
  violationsOf,
  type Violation,
} from '@auth0-http-api/twin';
import type { Properties } from '../standin/values.ts';
import type { Deployment, Sandbox, StateResource } from './sandbox.ts';

/** Returns the violated rules of the state of a sandbox's stack. */
export async function violationsIn(sandbox: Sandbox): Promise<Violation[]> {
  return violationsOf(registeredOf(await sandbox.stateWithSecrets()));
}

type Report = ReturnType<typeof reportOf>;

/**
 * Returns the access reports of a sandbox's stack: of its exported state, and of the program.
 * @param config replaces the values that the evaluation cannot decrypt
 */
export async function reportsOf(
  sandbox: Sandbox,
  config: Readonly<Record<string, string>> = {},
): Promise<{ readonly deployed: Report; readonly declared: Report }> {
  const exported = recordedFromState(JSON.stringify({ version: 3, deployment: await sandbox.state() }), 'the state');
  const { root } = sandbox.project;
  const recorded = await evaluate({ root: root.href, stack: exported.stack, config, seed: 'report' });
  return { deployed: reportOf(modelOf(exported)), declared: reportOf(modelOf(recorded)) };
}

/** A real engine's state, as the rules read it. @param deployment exported with its secrets shown */
export function registeredOf({ resources = [] }: Deployment): Registered {
  const stack = resources.find(({ type }) => type === 'pulumi:pulumi:Stack');
  const outputs = unwrapped(stack?.outputs);
  return {
    resources: resources.filter(({ type, custom }) => custom === true && !type.startsWith('pulumi:')).map(resourceOf),
    outputs: outputs.values,
    secretOutputs: outputs.secrets,
  };
}

function resourceOf({ urn, type, id = '', protect = false, ...rest }: StateResource): RegisteredResource {
  const inputs = unwrapped(rest.inputs);
  const outputs = unwrapped(rest.outputs);
  return {
    type,
    name: urn.split('::').at(-1) ?? '',
    id,
    inputs: inputs.values,
    secretInputs: inputs.secrets,
    outputs: outputs.values,
    secretOutputs: outputs.secrets,
    protect,
  };
}

/** Returns properties with plain secrets, and the paths of the secrets. */
function unwrapped(properties: Properties = {}): { values: Properties; secrets: readonly string[] } {
  const secrets: string[] = [];
  const unwrap = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const fields = value as Properties;
    if (fields[specialSigKey] === specialSecretSig) {
      secrets.push(path);
      return JSON.parse(String(fields['plaintext']));
    }
    const inner = Object.entries(fields).map(
      ([key, item]) => [key, unwrap(item, path === '' ? key : `${path}.${key}`)] as const,
    );
    return Array.isArray(value) ? inner.map(([, item]) => item) : Object.fromEntries(inner);
  };
  const values = unwrap(properties, '') as Properties;
  return { values, secrets };
}
