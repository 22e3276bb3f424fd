import * as pulumi from '@pulumi/pulumi';
import { z } from 'zod';
import { STACK_NAME } from '../limits/stack-name.ts';
import { plainError } from '../program/plain-errors.ts';
import { problem, UserError, type Problem } from '../program/user-error.ts';

const STACK = z.strictObject({
  /** The stack has a file `Pulumi.<name>.yaml` beside this folder. */
  name: z.string().regex(STACK_NAME),
  /** Whether a pull request's preview waits for a reviewer, who looks at its program first. */
  previews: z.enum(['reviewed', 'open']).default('reviewed'),
  /** Stands for values that only Pulumi can decrypt, by the key of the stack file. */
  values: z.record(z.string(), z.string()).default({}),
});

const PIPELINE = z.strictObject({
  /** AWS account id. Credentials of another account are refused. */
  account: z.string().regex(/^\d{12}$/, { error: 'must be a string of 12 digits' }),
  /**
   * `owner@id/name@id`, or `owner/name` for a repository whose tokens name no ids.
   * Source: https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
   */
  repository: z.string().regex(/^([\w.-]+@\d+\/[\w.-]+@\d+|[\w.-]+\/[\w.-]+)$/, {
    error: 'must be owner@id/name@id, or owner/name for an older repository',
  }),
  stacks: z.array(STACK).min(1),
  reviewers: z
    .strictObject({ teams: z.array(z.string()).default([]), users: z.array(z.string()).default([]) })
    .default({ teams: [], users: [] }),
  /** The bucket of the states; with a key both exist already. Absent: Pulumi Cloud. */
  state: z.strictObject({ bucket: z.string(), region: z.string(), key: z.string().optional() }).optional(),
  /** What an account or a repository has once. Leave out what another stack of this program makes. */
  makes: z.array(z.enum(['identity-provider', 'ruleset'])).default(['identity-provider', 'ruleset']),
});

/** What the file of a bootstrap stack says. */
export type Pipeline = z.infer<typeof PIPELINE>;

/** Access tokens of Pulumi Cloud: one that writes the stack, and one that only reads it. */
export interface Tokens {
  readonly deploy: string;
  readonly preview: string;
}

/** @throws UserError listing every mistake in the value of `bootstrap:pipeline` */
export function readPipeline(value: unknown): Pipeline {
  const { success, data, error } = PIPELINE.safeParse(value, { error: plainError });
  const problems = success
    ? duplicateStacks(data)
    : error.issues.map(({ path, message }) => problem('invalid', path.map(String).join('.'), message));
  if (!success || problems.length > 0) throw new UserError('stack-file', 'bootstrap:pipeline has errors', problems);
  return data;
}

/** GitHub's names of environments are not case-sensitive: stacks that differ only in case would share environments. */
function duplicateStacks({ stacks }: Pipeline): Problem[] {
  const names = stacks.map(({ name }) => name.toLowerCase());
  const duplicates = names.filter((name, index) => names.indexOf(name) < index);
  return duplicates.map((name) => problem('duplicate', 'stacks', `${name} is listed twice`));
}

/** Returns the tokens by stack, which a pipeline without a bucket needs. */
export function readTokens({ state }: Pipeline): pulumi.Input<Readonly<Record<string, Tokens>>> {
  const config = new pulumi.Config('bootstrap');
  return state === undefined ? config.requireSecretObject<Readonly<Record<string, Tokens>>>('tokens') : {};
}
