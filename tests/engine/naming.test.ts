import { beforeAll, expect, it } from 'vitest';
import { CONTRACT, HANDLER, selectOwnStack, writeContract } from './support/contracts.ts';
import { Sandbox } from './support/sandbox.ts';

const sandbox = new Sandbox();
beforeAll(() => selectOwnStack(sandbox));

/** The names in AWS of functions, roles, policies and authorizers. */
function names(): string[] {
  return [...sandbox.services.resources.values()]
    .filter(({ type }) => /^aws:.*:(Function|Role|RolePolicy|Authorizer)$/.test(type))
    .map(({ type, inputs }) => `${type.split(':').at(-1) ?? ''} ${String(inputs['name'])}`)
    .toSorted();
}

it('a stack from before the naming pattern keeps every resource, and new ones begin with project and stack', async () => {
  const project = sandbox.project.read('Pulumi.yaml');
  sandbox.project.write('Pulumi.yaml', project.replace(/^config:[^]*$/m, ''));
  await sandbox.up();
  const before = names();
  expect(before).toEqual([
    expect.stringMatching(/^Authorizer api-[0-9a-f]{7}$/),
    expect.stringMatching(/^Function api-test-[0-9a-f]{7}$/),
    expect.stringMatching(/^Role api-test-[0-9a-f]{7}$/),
    expect.stringMatching(/^RolePolicy api-test-[0-9a-f]{7}$/),
  ]);

  sandbox.project.write('Pulumi.yaml', project);
  await sandbox.upUnchanged();
  expect(names()).toEqual(before);

  writeContract(sandbox, { ...CONTRACT, handlers: { test: HANDLER, other: HANDLER } });
  await sandbox.pulumi(['up', '--yes', '--suppress-progress']);
  const added = names().filter((name) => !before.includes(name));
  expect(names()).toEqual(expect.arrayContaining(before));
  expect(added.map((name) => name.replace(/-[0-9a-f]{7}$/, ''))).toEqual(
    ['Function', 'Role', 'RolePolicy'].map((type) => `${type} auth0-http-api--dev--api-other`),
  );
});
