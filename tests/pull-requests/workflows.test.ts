import { existsSync, globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/project.ts';
import { environmentOf, jobOf, JOBS, read, STEPS, USES, WORKFLOWS } from '../support/workflows.ts';

const SCRIPTS = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;
const texts = [...WORKFLOWS.keys()]
  .map((file) => `.github/workflows/${file}`)
  .concat('.github/actions/set-up/action.yml');

describe('The workflows', () => {
  it('Every workflow is on this list, with these triggers, and none has pull_request_target', () => {
    expect(
      Object.fromEntries(
        [...WORKFLOWS].map(([file, { on }]) => [file, typeof on === 'string' ? [on] : Object.keys(on)]),
      ),
    ).toEqual({
      'check.yml': ['workflow_call'],
      'deploy-stack.yml': ['workflow_call'],
      'deploy.yml': ['push'],
      'drift.yml': ['schedule', 'workflow_dispatch'],
      'preview.yml': ['workflow_call'],
      'pull-request.yml': ['pull_request'],
    });
    expect(WORKFLOWS.get('deploy.yml')?.on).toEqual({ push: { branches: ['main'] } });
  });

  it('A workflow grants no permission as a whole, and each job has exactly what it needs', () => {
    expect([...WORKFLOWS.values()].map(({ permissions }) => permissions)).toEqual([...WORKFLOWS].map(() => ({})));
    const read = { contents: 'read' };
    const cloud = { ...read, 'id-token': 'write' };
    expect(Object.fromEntries(JOBS.map(({ place, job }) => [place, job.permissions]))).toEqual({
      'check.yml, check': read,
      'check.yml, engine': read,
      'pull-request.yml, check': read,
      'pull-request.yml, access': read,
      'pull-request.yml, preview': { ...cloud, 'pull-requests': 'write' },
      'preview.yml, preview': cloud,
      'preview.yml, comment': { ...read, 'pull-requests': 'write' },
      'deploy.yml, check': read,
      ...Object.fromEntries(
        JOBS.flatMap(({ place, job: { needs } }) => (/^deploy.yml/.test(place) && needs ? [[place, cloud]] : [])),
      ),
      'deploy-stack.yml, up': cloud,
      'drift.yml, stacks': read,
      'drift.yml, drift': cloud,
      'drift.yml, issue': { ...read, issues: 'write' },
    });
  });

  it('Every action is pinned to a full commit id, with its version beside it', () => {
    expect(USES.length).toBeGreaterThan(20);
    for (const { place, uses } of USES)
      expect(`${place}: ${uses}`).toMatch(/: (\.\/\.github\/.+|[\w./-]+@[0-9a-f]{40})$/);
    const lines = texts.flatMap((file) => read(file).split('\n')).filter((line) => /\buses: [^.]/.test(line));
    for (const line of lines) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    // One version of each, wherever it is used.
    const pins = new Set(lines.map((line) => line.replace(/.*uses: /, '')));
    expect(new Set([...pins].map((pin) => pin.split('@')[0])).size).toBe(pins.size);
  });

  it('A workflow uses only files that the repository has', () => {
    const local = USES.filter(({ uses }) => uses.startsWith('./')).map(({ uses }) => uses);
    expect(local.length).toBeGreaterThan(5);
    expect(
      local.filter((uses) => !existsSync(new URL(uses.endsWith('.yml') ? uses : `${uses}/action.yml`, ROOT))),
    ).toEqual([]);
  });

  it('The pipeline of a script ends at its first failure, and every job has a time limit', () => {
    for (const { place, workflow, job } of JOBS.filter(({ job: { steps } }) => steps)) {
      expect([place, workflow.defaults?.run?.shell]).toEqual([place, 'bash']);
      expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
    }
  });

  it('GitHub’s token stays out of the checked-out folder', () => {
    const checkouts = STEPS.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
    expect(checkouts).toHaveLength(9);
    for (const { step } of checkouts) expect(step.with).toMatchObject({ 'persist-credentials': false });
  });
});

describe('The scripts of the workflows', () => {
  const runs = STEPS.flatMap(({ place, step: { run } }) => (run === undefined ? [] : [{ place, run }]));

  it('A script interpolates nothing: what an attacker can write comes in a variable, which no shell parses', () => {
    expect(runs.length).toBeGreaterThan(8);
    expect(runs.filter(({ run }) => run.includes('${{'))).toEqual([]);
  });

  it('A script reads only numbers, commit ids and the repository’s own name from the event', () => {
    const mentions = texts.flatMap((file) => [
      ...read(file).matchAll(/github\.(?:event|head_ref|base_ref|ref_name)[\w.]*/g),
    ]);
    expect([...new Set(mentions.map(([expression]) => expression))].toSorted()).toEqual([
      'github.event.pull_request.base.sha',
      'github.event.pull_request.head.repo.full_name',
      'github.event.pull_request.head.sha',
      'github.event.pull_request.number',
    ]);
  });

  it('A script calls only npm scripts and files that exist', () => {
    const all = runs
      .map(({ run }) => run)
      .concat(read('.ci/run'))
      .join('\n');
    const npm = [...all.matchAll(/\bnpm (?:run (?:-s )?(?!-)([\w:-]+)|run -s ([\w:-]+)|(test))/g)].map(
      ([, quiet, named, test]) => quiet ?? named ?? test ?? '',
    );
    expect(new Set(npm)).toEqual(new Set(['access', 'preview', 'up', 'verify', 'check', 'test', 'test:engine']));
    expect(npm.filter((name) => SCRIPTS[name] === undefined)).toEqual([]);

    const files = [...all.matchAll(/(?:\bnode )?((?:\.github|\.ci)\/[\w./-]+)/g)].map(([, file = '']) => file);
    expect(files).toEqual(
      expect.arrayContaining([
        '.ci/run',
        '.ci/lint-workflows',
        '.github/scripts/comment.ts',
        '.github/scripts/drift.ts',
      ]),
    );
    expect(files.filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([]);
  });

  it('A script never prints a stack’s outputs or a link to its state', () => {
    const pulumi = runs.filter(({ run }) => /npm run -s (preview|up)\b/.test(run));
    expect(pulumi).toHaveLength(3);
    for (const { run } of pulumi) {
      expect(run).toContain('--suppress-outputs');
      expect(run).toContain('--suppress-permalink=true');
      expect(run).toContain('--non-interactive');
    }
    expect(runs.filter(({ run }) => /stack output|--show-secrets|set -x/.test(run))).toEqual([]);
  });
});

it('The engine tests run for every pull request, and a missing engine is an error', () => {
  const { steps = [] } = jobOf('check.yml', 'engine');
  expect(steps.at(-1)).toEqual({ run: 'npm run -s test:engine', env: { REQUIRE_ENGINE: 1 } });
  const [engine] = steps.filter(({ uses }) => uses?.startsWith('pulumi/actions@'));
  expect(engine?.with).toEqual({ 'pulumi-version-file': '.pulumi.version' });
});

describe('The secrets of the workflows', () => {
  it('Secrets are read only in the step that needs them, in a job with an environment', () => {
    const readers = STEPS.filter(({ step }) => JSON.stringify(step).includes('secrets.'));
    expect(readers.map(({ place, step }) => `${place}: ${step.name}`)).toEqual([
      'deploy-stack.yml, up: Up',
      'deploy-stack.yml, up: Verify',
      'drift.yml, drift: Compare',
      'preview.yml, preview: Preview',
    ]);
    for (const { place } of readers) {
      const [file = '', name = ''] = place.split(', ');
      expect(environmentOf(jobOf(file, name))).toBeDefined();
    }
    const names = new Set(texts.flatMap((file) => [...read(file).matchAll(/secrets\.(\w+)/g)]).map(([, name]) => name));
    expect(names).toEqual(new Set(['AUTH0_CLIENT_SECRET', 'PULUMI_ACCESS_TOKEN']));
  });

  it('Secrets go only to called workflows of this repository, which a fork’s pull request cannot reach', () => {
    for (const { file, job } of JOBS.filter(({ job: { secrets } }) => secrets !== undefined)) {
      expect(job.secrets).toBe('inherit');
      expect(job.uses).toMatch(/^\.\/\.github\/workflows\//);
      if (file === 'pull-request.yml') {
        expect(job.if).toContain('github.event.pull_request.head.repo.full_name == github.repository');
      }
    }
    // What needs no secret runs for every pull request.
    expect(jobOf('pull-request.yml', 'check')).toEqual({
      uses: './.github/workflows/check.yml',
      permissions: { contents: 'read' },
    });
    expect(jobOf('check.yml', 'check')).not.toHaveProperty('if');
  });

  it('There are no AWS secrets: each role is assumed by OpenID Connect', () => {
    const text = texts.map(read).join('\n');
    expect(text).not.toMatch(/aws-access-key-id|aws-secret-access-key|AWS_ACCESS_KEY|AWS_SECRET/i);
    expect(text.match(/role-to-assume: /g)).toHaveLength(1);
    const users = JOBS.filter(({ job }) => job.steps?.some(({ uses }) => uses === './.github/actions/set-up'));
    expect(users.map(({ place }) => place)).toEqual([
      'deploy-stack.yml, up',
      'drift.yml, drift',
      'preview.yml, preview',
    ]);
    for (const { job } of users) expect(job.permissions).toMatchObject({ 'id-token': 'write' });
  });

  it('No job that can write to GitHub has a secret', () => {
    for (const { job } of JOBS.filter(({ job: { steps } }) => steps)) {
      const writes = Object.entries(job.permissions ?? {}).some(
        ([scope, grant]) => scope !== 'id-token' && grant === 'write',
      );
      expect(writes && (environmentOf(job) !== undefined || JSON.stringify(job).includes('secrets.'))).toBe(false);
    }
  });

  it('The step that reads what a pull request’s program wrote has no token', () => {
    const [compose] = jobOf('preview.yml', 'comment').steps?.filter(({ run }) => run !== undefined) ?? [];
    expect(Object.keys(compose?.env ?? {})).toEqual(['STACKS', 'LAST']);
    expect(JSON.stringify(compose)).not.toMatch(/token/i);
  });

  it('The job that comments on a pull request runs the code of its base revision', () => {
    const checkouts = jobOf('preview.yml', 'comment').steps?.filter(({ uses }) =>
      uses?.startsWith('actions/checkout@'),
    );
    expect(checkouts?.map((step) => step.with?.['ref'])).toEqual(['${{ github.event.pull_request.base.sha }}']);
  });
});

describe('The Pulumi CLI', () => {
  it('The Pulumi CLI has the version of the SDK', () => {
    const sdk = JSON.parse(read('node_modules/@pulumi/pulumi/package.json')) as { version: string };
    expect(read('.pulumi.version').trim()).toBe(sdk.version);
  });
});

describe('docs/pull-requests.md', () => {
  const page = read('docs/pull-requests.md');

  it('docs/pull-requests.md lists every variable and secret that the workflows read, and no other', () => {
    const used = texts.flatMap((file) => [...read(file).matchAll(/\b(vars|secrets)\.(\w+)/g)]);
    const expected = new Set(used.map(([, kind, name]) => `${kind === 'vars' ? 'variable' : 'secret'} \`${name}\``));
    const documented = new Set([...page.matchAll(/^\| ((?:variable|secret) `\w+`)/gm)].map(([, row]) => row));
    expect(documented).toEqual(expected);
  });

  it('docs/pull-requests.md links to every workflow, and has no broken link', () => {
    const links = [...page.matchAll(/\]\((\.\.\/[^)#]+)/g)].map(([, link = '']) => link.replace('../', ''));
    expect(links.filter((link) => !existsSync(new URL(link, ROOT)))).toEqual([]);
    const files = globSync(['.github/workflows/*'], { cwd: fileURLToPath(ROOT) });
    expect(files.filter((file) => !links.includes(file))).toEqual([]);
  });
});
