import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { stackNames } from '@auth0-http-api/twin';
import { ROOT } from '../support/project.ts';
import { environmentOf, jobOf, read, WORKFLOWS } from '../support/workflows.ts';
import { deployments, edits, stackLists } from './stack-lists.ts';

const STACKS = stackNames(ROOT);
const DEPLOYED = deployments(WORKFLOWS);

describe('The stacks in the workflows', () => {
  it('Every stack with a file is deployed and compared each night, and no other stack is, nor previewed', () => {
    const wrong = edits(stackLists(WORKFLOWS), STACKS);
    expect(wrong, `docs/pull-requests.md, "Another stack, or one fewer":\n${wrong.join('\n')}`).toEqual([]);
    // One that fails does not end the others, and nothing besides the list adds to a matrix or takes from it.
    for (const { strategy } of [jobOf('pull-request.yml', 'preview'), jobOf('drift.yml', 'drift')])
      expect(strategy).toEqual({ 'fail-fast': false, matrix: { stack: strategy?.matrix.stack } });
  });

  const all = { place: 'drift.yml', every: true };
  const some = { place: 'pull-request.yml', every: false };
  it.each([
    { what: 'all stacks', list: { ...all, named: ['dev', 'prod'] }, says: [] },
    { what: 'some stacks, and some are enough', list: { ...some, named: ['dev'] }, says: [] },
    { what: 'some stacks, and all are required', list: { ...all, named: ['dev'] }, says: ['add "prod"'] },
    { what: 'a stack without a file', list: { ...some, named: ['dev', 'qa'] }, says: ['take out "qa"'] },
    { what: 'a stack twice', list: { ...some, named: ['dev', 'dev'] }, says: ['name "dev" once only'] },
    { what: 'no stack', list: { ...some, named: [] }, says: ['name at least one stack'] },
  ])('The check of the stack lists names the file to edit if a workflow names $what', ({ list, says }) => {
    const told = edits([list], ['dev', 'prod']).map((sentence) => sentence.replace(/, of which.*/, ''));
    expect(told).toEqual(says.map((text) => `${list.place}: ${text}`));
  });

  it('A stack has its own environment for each of preview, deployment and drift', () => {
    expect(environmentOf(jobOf('preview.yml', 'preview'))).toBe('preview-${{ inputs.stack }}');
    expect(environmentOf(jobOf('deploy-stack.yml', 'up'))).toBe('${{ inputs.stack }}');
    expect(environmentOf(jobOf('drift.yml', 'drift'))).toBe('drift-${{ matrix.stack }}');
  });

  it('Stacks are deployed after the checks, one after the other, production last, each verified before the next', () => {
    expect(
      DEPLOYED.map(({ job, needs }) => [job, needs]),
      '.github/workflows/deploy.yml: each job is called like its stack and `needs` the one before it, the first `check`',
    ).toEqual(DEPLOYED.map(({ stack }, at) => [stack, DEPLOYED[at - 1]?.job ?? 'check']));
    const jobs = Object.entries(WORKFLOWS.get('deploy.yml')?.jobs ?? {});
    expect(jobs.map(([name]) => name)).toEqual(['check', ...DEPLOYED.map(({ job }) => job)]);
    // A condition could let one go on without the one before it.
    expect(jobs.filter(([, job]) => job.if !== undefined)).toEqual([]);
    const production = DEPLOYED.filter(({ stack }) => STACKS.includes(stack)).map(({ stack }) => isProduction(stack));
    expect(
      production,
      '.github/workflows/deploy.yml: stacks with `api:production: true` come after those without',
    ).toEqual(production.toSorted((a, b) => Number(a) - Number(b)));
    const steps = jobOf('deploy-stack.yml', 'up').steps ?? [];
    const names = steps.map(({ name }) => name).filter((name) => name !== undefined);
    expect(names).toEqual(['Up', 'Verify']);
    expect(steps.filter((step) => step['continue-on-error'])).toEqual([]);
  });

  it('Two runs never lock or record a stack at the same time, and none of them is ever cancelled', () => {
    const group = { 'cancel-in-progress': false, queue: 'max' };
    expect(jobOf('deploy-stack.yml', 'up').concurrency).toEqual({ group: 'stack-${{ inputs.stack }}', ...group });
    expect(jobOf('drift.yml', 'drift').concurrency).toEqual({ group: 'stack-${{ matrix.stack }}', ...group });
    expect(WORKFLOWS.get('deploy.yml')).not.toHaveProperty('concurrency');
    expect(WORKFLOWS.get('deploy-stack.yml')).not.toHaveProperty('concurrency');
    expect(WORKFLOWS.get('drift.yml')).not.toHaveProperty('concurrency');
  });

  it('A stack is previewed once at a time for each pull request, for its newest commit', () => {
    expect(WORKFLOWS.get('pull-request.yml')?.concurrency).toEqual({
      group: 'pull-request-${{ github.event.pull_request.number }}',
      'cancel-in-progress': true,
    });
    expect(jobOf('preview.yml', 'preview').concurrency).toEqual({
      group: 'preview-${{ inputs.stack }}-${{ github.event.pull_request.number }}',
      'cancel-in-progress': true,
    });
  });

  it('The comment on a stack is also written after a failed preview, by a job that installs nothing', () => {
    const { needs, if: condition, steps = [] } = jobOf('preview.yml', 'comment');
    expect({ needs, condition }).toEqual({ needs: 'preview', condition: '${{ !cancelled() }}' });
    expect(steps.some(({ uses, run }) => uses?.startsWith('./') === true || /npm/.test(run ?? ''))).toBe(false);
  });
});

/** Whether the stack file says so; `pulumi config set` writes it as text. */
function isProduction(stack: string): boolean {
  const { config } = parse(read(`Pulumi.${stack}.yaml`)) as { config: Readonly<Record<string, unknown>> };
  return String(config['api:production']) === 'true';
}
