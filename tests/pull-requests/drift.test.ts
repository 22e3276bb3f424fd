import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { driftBody } from '../../.github/scripts/drift.ts';
import { jobOf } from '../support/workflows.ts';
import { runStep } from './run-step.ts';

const DRIFT = 'Resources:\n    ~ 1 to update\nerror: no changes were expected but changes were proposed\n';
const CLEAN = 'Resources:\n    22 unchanged\n';
const compared = (code: number | undefined, output: string, stack = 'dev') => ({
  stack,
  code,
  lines: output.split('\n').filter((line) => line !== ''),
});

it.each([
  ['as declared', 0, CLEAN],
  ['drifted', 255, DRIFT],
  ['drifted', 255, 'error: no changes were expected for preview but changes were proposed'],
  ['not compared', 255, 'error: getting secrets manager: access denied\n'],
  ['not compared', undefined, ''],
  ['not compared', 0, ''],
  ['not compared', NaN, CLEAN],
  ['not compared', 255, '  + "no changes were expected but changes were proposed"\nerror: x'],
] as const)('The comparison of a stack is "%s" for the exit code %s and %j', (outcome, code, output) => {
  const body = driftBody([compared(code, output), compared(255, 'x', 'prod')], 'first');
  expect(body).toMatch(/^first\n\n### `/);
  expect(body).toContain(`\`dev\`: ${outcome}`);
});

it('The drift issue shows stacks without their output if they are as declared, and is empty if all are', () => {
  const all = [compared(0, CLEAN), compared(255, DRIFT, 'prod')];
  expect(driftBody(all, 'first')).not.toContain('22 unchanged');
  expect(driftBody(all, 'first')).toContain('```diff\nResources:\n    ~ 1 to update\nerror: no changes');
  expect(driftBody(all.slice(0, 1), 'first')).toBe('');
});

// GitHub's runners have jq, whose expressions gh takes.
const hasJq = spawnSync('jq', ['--version']).status === 0;
describe.skipIf(!hasJq)('The step that writes the drift issue', () => {
  const { env: { MARKER = '' } = {} } = jobOf('drift.yml', 'issue').steps?.at(-1) ?? {};
  const OURS = { number: 7, author: { login: 'app/github-actions' }, body: `${MARKER}\n\nlast night` };
  const OTHERS = [
    { number: 1, author: { login: 'mallory' }, body: MARKER },
    { number: 2, author: { login: 'app/github-actions' }, body: `> ${MARKER}` },
  ];
  /** Runs the step with a stand-in for gh, and returns its calls and the issue's text. */
  function write(output: string, code: number, issues: readonly object[]) {
    const gh = `#!/bin/bash
if [ "$2" = list ]; then exec jq -r "\${@: -1}" issues.json; fi
printf '%s|' "$@" >> calls`;
    const files = {
      gh,
      'issues.json': JSON.stringify(issues),
      'report/dev.txt': output,
      'report/dev.code': `${code}\n`,
    };
    const env = { STACKS: '["dev"]', MARKER, RUN: 'https://run.example', GITHUB_SHA: 'abc' };
    const folder = runStep('drift.yml', 'issue', 'Open, update or close the issue', files, env, (path) =>
      chmodSync(new URL('gh', path), 0o755),
    );
    const calls = new URL('calls', folder);
    return {
      calls: existsSync(calls) ? readFileSync(calls, 'utf8') : '',
      text: readFileSync(new URL('issue.md', folder), 'utf8'),
    };
  }

  it.each([
    [
      'opens the issue at the first difference',
      DRIFT,
      255,
      OTHERS,
      /^issue\|create\|--title\|Drift: .*\|--body-file\|issue.md\|$/,
    ],
    ['updates the open issue', DRIFT, 255, [...OTHERS, OURS], /^issue\|edit\|7\|--body-file\|issue.md\|$/],
    [
      'closes the issue when nothing differs',
      CLEAN,
      0,
      [...OTHERS, OURS],
      /^issue\|close\|7\|--comment\|.*run\.example\|$/,
    ],
    ['does nothing without a difference and an issue', CLEAN, 0, OTHERS, /^$/],
  ])('The step %s', (_what, output, code, issues, calls) => {
    const wrote = write(output, code, issues);
    expect(wrote.calls).toMatch(calls);
    if (code !== 0) expect(wrote.text.startsWith(`${MARKER}\n\nCommit abc of main`)).toBe(true);
  });
});
