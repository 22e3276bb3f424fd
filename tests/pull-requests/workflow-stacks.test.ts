import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { stackNames } from '@auth0-http-api/twin';
import { ROOT } from '../support/project.ts';
import { environmentOf, jobOf, read, WORKFLOWS } from '../support/workflows.ts';
import { runStep } from './run-step.ts';

const STACKS = stackNames(ROOT);
const DEPLOY = '.github/workflows/deploy.yml';

describe('The stacks in the workflows', () => {
  it.each([
    ['pull-request.yml', 'access', 'preview'],
    ['drift.yml', 'stacks', 'drift'],
  ])('%s takes its stacks from the stack files, and one that fails does not end the others', (file, lister, user) => {
    expect(jobOf(file, lister).outputs).toEqual({ stacks: '${{ steps.list.outputs.stacks }}' });
    const { strategy } = jobOf(file, user);
    const stack = strategy?.matrix.stack ?? '';
    expect(strategy).toEqual({ 'fail-fast': false, matrix: { stack } });
    // A plan without reviewers previews a list of stacks.
    if (file === 'pull-request.yml' && typeof stack !== 'string')
      expect(STACKS).toEqual(expect.arrayContaining([...stack]));
    else expect(stack).toBe(`\${{ fromJSON(needs.${lister}.outputs.stacks) }}`);
    expect([jobOf(file, user).needs].flat()).toContain(lister);
    const files = Object.fromEntries(
      ['.yaml', ...STACKS.map((name) => `.${name}.yaml`)].map((end) => [`Pulumi${end}`, '']),
    );
    const folder = runStep(file, lister, 'list', files, { GITHUB_OUTPUT: 'output' });
    expect(readFileSync(new URL('output', folder), 'utf8')).toBe(`stacks=${JSON.stringify(STACKS)}\n`);
  });

  it('A stack has its own environment for each of preview, deployment and drift', () => {
    expect(environmentOf(jobOf('preview.yml', 'preview'))).toBe('preview-${{ inputs.stack }}');
    expect(environmentOf(jobOf('deploy-stack.yml', 'up'))).toBe('${{ inputs.stack }}');
    expect(environmentOf(jobOf('drift.yml', 'drift'))).toBe('drift-${{ matrix.stack }}');
  });

  it('Every stack is deployed after the checks, one after the other, production last, each verified before the next', () => {
    const jobs = Object.entries(WORKFLOWS.get('deploy.yml')?.jobs ?? {});
    const stacks = jobs.slice(1).map(([name]) => name);
    expect(stacks.toSorted(), `${DEPLOY}: one job for each Pulumi.<stack>.yaml, after the job check`).toEqual(STACKS);
    for (const [index, [name, job]] of jobs.slice(1).entries()) {
      // A condition could let one go on without the one before it.
      expect(job, `${DEPLOY}: ${name} needs the job before it, and has no condition`).toEqual({
        needs: jobs[index]?.[0],
        uses: './.github/workflows/deploy-stack.yml',
        permissions: { contents: 'read', 'id-token': 'write' },
        with: { stack: name },
        secrets: 'inherit',
      });
    }
    const production = stacks.map(isProduction);
    expect(production, `${DEPLOY}: stacks with \`api:production: true\` come after those without`).toEqual(
      production.toSorted((a, b) => Number(a) - Number(b)),
    );
    const steps = jobOf('deploy-stack.yml', 'up').steps ?? [];
    expect(steps.flatMap(({ name }) => name ?? [])).toEqual(['Up', 'Verify']);
    expect(steps.filter((step) => step['continue-on-error'])).toEqual([]);
  });

  it('Two runs never lock or record a stack at the same time, and none of them is ever cancelled', () => {
    const group = { 'cancel-in-progress': false, queue: 'max' };
    expect(jobOf('deploy-stack.yml', 'up').concurrency).toEqual({ group: 'stack-${{ inputs.stack }}', ...group });
    expect(jobOf('drift.yml', 'drift').concurrency).toEqual({ group: 'stack-${{ matrix.stack }}', ...group });
    for (const file of ['deploy.yml', 'deploy-stack.yml', 'drift.yml'])
      expect(WORKFLOWS.get(file)).not.toHaveProperty('concurrency');
  });

  it('A stack is previewed once at a time for each pull request, for its newest commit', () => {
    const newest = { 'cancel-in-progress': true };
    const number = '${{ github.event.pull_request.number }}';
    expect(WORKFLOWS.get('pull-request.yml')?.concurrency).toEqual({ group: `pull-request-${number}`, ...newest });
    const { concurrency } = jobOf('preview.yml', 'preview');
    expect(concurrency).toEqual({ group: `preview-\${{ inputs.stack }}-${number}`, ...newest });
  });

  it('The comment is written after each preview, failed or not, one at a time, by a job that installs nothing', () => {
    const { needs, if: condition, concurrency, steps = [] } = jobOf('preview.yml', 'comment');
    expect({ needs, condition }).toEqual({ needs: 'preview', condition: '${{ !cancelled() }}' });
    expect(concurrency).toEqual({
      group: 'comment-${{ github.event.pull_request.number }}',
      'cancel-in-progress': false,
      queue: 'max',
    });
    expect(steps.some(({ uses, run }) => uses?.startsWith('./') === true || /npm/.test(run ?? ''))).toBe(false);
  });
});

/** Whether the stack file says so; `pulumi config set` writes it as a string. */
function isProduction(stack: string): boolean {
  const { config } = parse(read(`Pulumi.${stack}.yaml`)) as { config: Readonly<Record<string, unknown>> };
  return String(config['api:production']) === 'true';
}
