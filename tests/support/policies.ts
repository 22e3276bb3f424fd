import type { RecordedResource } from '@auth0-http-api/twin';
import { read } from './workflows.ts';

/** What the deploying role must be allowed for one type of resource; .github/aws/actions.json has it. */
interface Needed {
  /** Where the provider's calls are, and where AWS names the action of each. */
  readonly sources: readonly string[];
  /** What a refresh calls. */
  readonly read: readonly string[];
  /** What creating, changing and deleting call besides. */
  readonly write: readonly string[];
  /** What is called besides where the input of that name is set. */
  readonly also?: Readonly<Record<string, readonly string[]>>;
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

export const ACTIONS = JSON.parse(read('.github/aws/actions.json')) as Readonly<Record<string, Needed>>;

/** The statements of a policy. */
export function statements(file: string): readonly Statement[] {
  return (JSON.parse(read(`.github/aws/${file}`)) as { Statement: readonly Statement[] }).Statement;
}

/** The actions that a policy allows. */
export function allowed(file: string): ReadonlySet<string> {
  return new Set(statements(file).flatMap(({ Action }) => Action));
}

/** What the deploy policy lacks for these resources, and the types that nobody has mapped, as sentences. */
export function lacking(resources: readonly RecordedResource[], policy = allowed('deploy-policy.json')): string[] {
  const found = resources
    .filter(({ type }) => type.startsWith('aws:'))
    .flatMap(({ type, inputs }) => {
      const needed = ACTIONS[type];
      if (needed === undefined) return [`${type} is not in .github/aws/actions.json`];
      const also = Object.entries(needed.also ?? {}).flatMap(([input, actions]) => (input in inputs ? actions : []));
      return [...needed.read, ...needed.write, ...also]
        .filter((action) => !policy.has(action))
        .map((action) => `.github/aws/deploy-policy.json lacks ${action} for ${type}`);
    });
  return [...new Set(found)];
}
