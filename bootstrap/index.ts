import * as pulumi from '@pulumi/pulumi';
import { readStackFile } from '@auth0-http-api/twin';
import { recordedStack } from '../commands/rights/recorded.ts';
import { findReviewers, requiredChecks } from './github.ts';
import { declarePipeline, type NextSteps, type Served } from './pipeline.ts';
import { readPipeline, readTokens } from './settings.ts';

const root = new URL('../', import.meta.url);

/** Reads the bootstrap stack's file and the stack files it names, and declares their pipeline. */
export default async function bootstrap(): Promise<{ readonly stacks: Readonly<Record<string, NextSteps>> }> {
  const pipeline = readPipeline(new pulumi.Config('bootstrap').requireObject('pipeline'));
  const served: Served[] = [];
  for (const settings of pipeline.stacks) {
    const { name, values } = settings;
    const production = readStackFile(root, name).values['api:production'] === 'true';
    served.push({ settings, recorded: await recordedStack(name, values), production });
  }
  const stacks = declarePipeline(pipeline, {
    served,
    checks: requiredChecks(root),
    tokens: readTokens(pipeline),
    reviewers: (opts) => findReviewers(pipeline.reviewers, opts),
  });
  return { stacks };
}
