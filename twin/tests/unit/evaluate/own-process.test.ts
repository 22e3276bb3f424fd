import { symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/evaluate/fresh.ts';
import type { Recorded } from '../../../src/evaluate/record.ts';
import { folderWith } from '../../../../tests/support/folder.ts';
import { recordStack, refusal, root } from '../../../../tests/support/program.ts';
import { copyProject } from '../../../../tests/support/project.ts';

describe('An evaluation in a process of its own', () => {
  const of = (root: URL) => ({ root: root.href, stack: 'dev', config: {}, seed: 'a seed for tests' });

  it('returns the same recording as one in this process', async () => {
    const copy = copyProject();
    // All but the bundled code and the hash over it: the code names the file that it was bundled from.
    const comparable = ({ hash: _hash, resources, ...rest }: Recorded) => ({
      ...rest,
      resources: resources.map(({ inputs: { code: _code, ...inputs }, ...resource }) => ({ ...resource, inputs })),
    });
    expect(comparable(await evaluate(of(copy.root)))).toEqual(comparable(await recordStack('dev')));
    copy.remove();
  });

  it('names a missing key, and the environment that the twin cannot read', async () => {
    const folder = folderWith({ 'Pulumi.yaml': 'name: shop', 'Pulumi.dev.yaml': 'environment: [shared/dev]' });
    symlinkSync(new URL('index.ts', root), new URL('index.ts', folder));
    const { message } = await refusal(() => evaluate(of(folder)));
    expect(message).toContain('Pulumi.dev.yaml, api:production: is missing');
    expect(message).toContain('Pulumi.dev.yaml, environment: only Pulumi can read shared/dev; write a value');
    expect(message).toContain('--config key=<value>');
  });

  it('rejects an index.ts without a program, without a stack trace', async () => {
    const index = 'export const program = 1;';
    const folder = folderWith({ 'Pulumi.yaml': 'name: shop', 'Pulumi.dev.yaml': '', 'index.ts': index });
    const { message } = await refusal(() => evaluate(of(folder)));
    expect(message).toBe('index.ts must default-export one async function.');
  });
});
