import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { driftBody, MARKER, TITLE, verdict, type Compared } from '../../.github/scripts/drift-body.ts';
import { writeIssue } from '../../.github/scripts/drift.ts';
import { bytes, MOST_BYTES } from '../../.github/scripts/text.ts';
import { folderWith } from '../support/folder.ts';
import { actionsEnvironment, post, runScript, startFakeGitHub, type FakeGitHub } from '../support/github.ts';

const DRIFT = 'Resources:\n    ~ 1 to update\nerror: no changes were expected but changes were proposed\n';
const CLEAN: Compared = { stack: 'dev', code: 0, output: 'Resources:\n    22 unchanged\n' };
const DRIFTED: Compared = { stack: 'staging', code: 255, output: DRIFT };
const BROKEN: Compared = { stack: 'prod', code: 255, output: 'error: getting secrets manager: access denied\n' };
const ABSENT: Compared = { stack: 'prod', code: undefined, output: undefined };

describe('The comparison of a stack', () => {
  it.each([
    { is: 'as declared', compared: CLEAN },
    { is: 'drifted', compared: DRIFTED },
    {
      is: 'drifted',
      compared: { ...DRIFTED, output: 'error: no changes were expected for preview but changes were proposed' },
    },
    { is: 'not compared', compared: BROKEN },
    { is: 'not compared', compared: ABSENT },
    { is: 'not compared', compared: { ...CLEAN, output: undefined } },
    { is: 'not compared', compared: { ...CLEAN, code: NaN } },
    {
      is: 'not compared',
      compared: { ...BROKEN, output: '  + "no changes were expected but changes were proposed"\nerror: x' },
    },
  ])('The comparison is "$is" for $compared', ({ is, compared }) => {
    expect(verdict(compared)).toBe(is);
  });

  it('The issue lists the comparison of each stack, in full only if there is something to do', () => {
    const body = driftBody([CLEAN, DRIFTED, ABSENT], '0123456789abcdef', 'https://github.com/acme/api/actions/runs/9');
    expect(body.startsWith(MARKER)).toBe(true);
    expect(body).toContain('### `dev`: as declared\n\n### `staging`: drifted\n\n```diff\nResources:');
    expect(body).toContain('### `prod`: not compared\n\nThe job ended before the comparison');
    expect(body).not.toContain('22 unchanged');
  });

  it('The issue fits GitHub’s limit, and no output ends its code block early', () => {
    const output = `\`\`\`\n${'  ~ changed 🚀 `````\n'.repeat(9000)}${DRIFT}`;
    const all = ['dev', 'staging', 'prod'].map((stack) => ({ stack, code: 255, output }));
    const body = driftBody(all, '0123456789abcdef', 'https://github.com/acme/api/actions/runs/9');
    expect(bytes(body)).toBeLessThanOrEqual(MOST_BYTES);
    expect(body.match(/\n``````diff\n```\n[^]*?error: no changes[^]*?\n``````/g)).toHaveLength(3);
  });
});

describe('The drift issue', () => {
  let github: FakeGitHub;
  beforeAll(async () => {
    github = await startFakeGitHub();
  });
  afterAll(() => github.end());
  beforeEach(() => {
    github.issues.length = 0;
    github.requests.length = 0;
  });

  it('The issue is opened at the first difference, updated, and closed when there is none', async () => {
    await writeIssue(github.access, false, `${MARKER} nothing`);
    expect(github.issues).toEqual([]);
    await writeIssue(github.access, true, `${MARKER} first`);
    await writeIssue(github.access, true, `${MARKER} second`);
    expect(github.issues).toMatchObject([{ title: TITLE, body: `${MARKER} second`, state: 'open' }]);
    await writeIssue(github.access, false, `${MARKER} gone`);
    expect(github.issues).toMatchObject([{ body: `${MARKER} gone`, state: 'closed' }]);
    await writeIssue(github.access, true, `${MARKER} again`);
    expect(github.issues).toMatchObject([{ state: 'closed' }, { body: `${MARKER} again`, state: 'open' }]);
  });

  it('The issue is found on a late page, and a person’s issue or a pull request is never taken for it', async () => {
    github.issues.push(
      post(1, MARKER, { user: { login: 'mallory' } }),
      post(2, MARKER, { pull_request: {} }),
      post(3, 'another issue'),
      post(4, 'another issue'),
      post(5, `${MARKER} old`),
    );
    await writeIssue(github.access, true, `${MARKER} new`);
    expect(github.issues.map(({ body }) => body)).toEqual([
      MARKER,
      MARKER,
      'another issue',
      'another issue',
      `${MARKER} new`,
    ]);
  });

  it('The script writes the issue as the workflow calls it, and a stack without a report was not compared', async () => {
    const folder = fileURLToPath(
      folderWith({ 'dev.code': '0\n', 'dev.txt': 'Resources:\n', 'staging.code': '255\n', 'staging.txt': DRIFT }),
    );
    const environment = { ...actionsEnvironment(github), COMMIT: '0123456789abcdef', STACKS: 'dev staging prod' };
    const { failed, text } = await runScript('drift.ts', [folder], environment);
    expect({ failed, text }).toEqual({
      failed: false,
      text: 'dev: as declared\nstaging: drifted\nprod: not compared\n',
    });
    expect(github.issues.map(({ body }) => body)).toEqual([expect.stringContaining('### `prod`: not compared')]);
  });
});
