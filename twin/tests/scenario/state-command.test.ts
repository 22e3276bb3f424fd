import { expect, it } from 'vitest';
import { evaluateHere } from '../../../tests/support/evaluate.ts';
import { copyProject } from '../../../tests/support/project.ts';
import { twinHere } from '../support/cli.ts';
import { changedState, fixtureText } from '../support/fixture-states.ts';
import { inState, stateOf, stateSecret } from '../support/state.ts';

const project = copyProject();
const recorded = await evaluateHere({ root: project.root.href, stack: 'dev', config: {}, seed: 'deployed' });
project.write('deployed.json', JSON.stringify(stateOf(recorded)));

const twin = (...args: string[]): ReturnType<typeof twinHere> => twinHere(project, ...args);

it('twin access --state writes the same report as the program of that stack', async () => {
  expect(await twin('access', '--state', 'deployed.json')).toEqual({
    code: 0,
    text: 'access/dev.md is written.\naccess/dev.json is written.\n',
  });
  expect(await twin('access', '--stack', 'dev', '--check')).toEqual({
    code: 0,
    text: 'access/: the reports of dev are what the program declares.\n',
  });
  expect(await twin('access', '--state', 'deployed.json', '--check')).toEqual({
    code: 0,
    text: 'access/: the reports of dev are what deployed.json has.\n',
  });
});

it('twin access --state reports on a program in Python, without a Pulumi.yaml in the folder', async () => {
  project.write('elsewhere/live.json', fixtureText('python'));
  const { code, text } = await twin('--cwd', 'elsewhere', 'access', '--state', 'live.json');
  expect(code).toBe(0);
  expect(text).toContain('access/live.md is written.\n');
  expect(project.read('elsewhere/access/live.md')).toContain('| `GET /orders` | `read:orders` | ✓ `read:orders` |');
});

it('twin diff says that nothing changes, then who loses a removed permission', async () => {
  const same = await twin('diff', '--state', 'deployed.json');
  expect(same.code).toBe(0);
  expect(same.text).toBe('dev: nothing changes\n');
  project.edit('Pulumi.dev.yaml', 'permissions: [read:user]', 'permissions: []');
  try {
    const { code, text } = await twin('diff', '--state', 'deployed.json');
    expect(code).toBe(0);
    expect(text).toContain('test-app (client_credentials)\n    - loses GET /test (lacks read:user)\n');
  } finally {
    project.edit('Pulumi.dev.yaml', 'permissions: []', 'permissions: [read:user]');
  }
});

it.each<[string, string, RegExp]>([
  ['none.json', '', /^Cannot read none\.json \(ENOENT\); write it with pulumi stack export\n$/],
  ['bad.json', 'resources:', /^bad\.json is not the state of a stack .*; write it with pulumi stack export\n$/],
  [
    'secret.json',
    changedState('python', (state) => {
      const route = inState(state, 'aws:apigatewayv2/route:Route', 'health');
      route.inputs = { ...route.inputs, routeKey: stateSecret({ plaintext: '"GET /planted-secret"' }) };
    }),
    /^The twin cannot read who may call what from secret\.json:\n.*"health", input routeKey: it is encrypted [^\n]*\n$/,
  ],
])('twin access and twin diff --state %s print one message and end with 1', async (file, content, message) => {
  if (content !== '') project.write(file, content);
  for (const command of ['access', 'diff']) {
    const { code, text } = await twin(command, '--state', file);
    expect(code).toBe(1);
    expect(text).toMatch(message);
    expect(text).not.toContain('planted');
  }
});

it.each([
  [
    ['access', '--state', 'deployed.json', '--stack', 'dev'],
    "option '--state <file>' cannot be used with option '--stack",
  ],
  [['diff'], "required option '--state <file>' not specified"],
])('twin %j is rejected with what is wrong', async (args, message) => {
  const { code, text } = await twin(...args);
  expect(code).toBe(1);
  expect(text).toContain(message);
});
