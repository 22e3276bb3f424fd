import * as pulumi from '@pulumi/pulumi';
import { z } from 'zod';
import { STACK_NAME } from '../limits/stack-name.ts';
import { plainError } from '../program/plain-errors.ts';
import { problem, UserError, type Problem } from '../program/user-error.ts';

const STACK = z.strictObject({
  /** Requires a file `Pulumi.<name>.yaml` in the parent folder. */
  name: z.string().regex(STACK_NAME),
  /** Whether a reviewer must approve a pull request's preview before its program runs. */
  previews: z.enum(['reviewed', 'open']).default('reviewed'),
  /** Stand-ins for encrypted values, by the stack file's key. */
  values: z.record(z.string(), z.string()).default({}),
});

const PIPELINE = z.strictObject({
  /** AWS account ID; credentials of another account are rejected. */
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
  /** The states' bucket; with a key, both must exist. Without it: Pulumi Cloud. */
  state: z.strictObject({ bucket: z.string(), region: z.string(), key: z.string().optional() }).optional(),
  /** What an account or repository has only once. Leave out what another bootstrap stack creates. */
  makes: z.array(z.enum(['identity-provider', 'ruleset'])).default(['identity-provider', 'ruleset']),
});

export type Pipeline = z.infer<typeof PIPELINE>;

/** Pulumi Cloud's access tokens: one can write the stack, the other only read it. */
export interface Tokens {
  readonly deploy: string;
  readonly preview: string;
}

/** Returns the checked `bootstrap:pipeline`. @throws UserError listing every mistake */
export function readPipeline(value: unknown): Pipeline {
  const { success, data, error } = PIPELINE.safeParse(value, { error: plainError });
  const problems = success
    ? duplicateStacks(data)
    : error.issues.map(({ path, message }) => problem('invalid', path.map(String).join('.'), message));
  if (!success || problems.length > 0) throw new UserError('stack-file', 'bootstrap:pipeline has errors', problems);
  return data;
}

/** Returns stacks whose names differ only in case: GitHub ignores case, so they would share an environment. */
function duplicateStacks({ stacks }: Pipeline): Problem[] {
  const names = stacks.map(({ name }) => name.toLowerCase());
  const duplicates = names.filter((name, index) => names.indexOf(name) < index);
  return duplicates.map((name) => problem('duplicate', 'stacks', `${name} is listed twice`));
}

/** Returns the tokens by stack, required without a bucket. */
export function readTokens({ state }: Pipeline): pulumi.Input<Readonly<Record<string, Tokens>>> {
  const config = new pulumi.Config('bootstrap');
  return state === undefined ? config.requireSecretObject<Readonly<Record<string, Tokens>>>('tokens') : {};
}
