import { describe, expect, it } from 'vitest';
import { modelOf } from '@auth0-http-api/twin';
import { settingsSchemas } from '../docs/generator/stack-file-schema.ts';
import { KEYS } from '../program/config/keys.ts';
import { ALONE, ELSEWHERE, ON, unusedKeys } from './support/every-key.ts';
import { EVERYTHING } from './support/everything.ts';
import { recordWith } from './support/program.ts';

const ALL = [ON, ...ALONE, ...ELSEWHERE];

describe('Stacks that use every key', () => {
  it('The stacks use every key that a stack file can have, including those inside clients and other maps', () => {
    expect(Object.keys(settingsSchemas())).toEqual(Object.keys(KEYS));
    // The fixture has the first four, and production.test.ts tests each exception.
    const others = ['aws:region', 'auth0:domain', 'api:audience', 'api:production', 'api:exceptions'];
    expect(unusedKeys(ALL)).toEqual(others);
  });

  it.each(ALL.map((values, index) => ({ index, values })))(
    'A stack satisfies every rule with settings $index of every-key.ts',
    async ({ values }) => {
      const recorded = await recordWith({ contract: EVERYTHING, values });
      expect(modelOf(recorded).violations).toEqual([]);
    },
  );

  it('The twin lists what it does not emulate of a stack that uses almost every key', async () => {
    expect(modelOf(await recordWith({ contract: EVERYTHING, values: ON })).notEmulated).toEqual([
      'DNS records',
      'IAM roles and policies',
      'VPCs of functions',
      'X-Ray tracing',
      'alarms',
      'certificates',
      'ephemeral storage',
      'layers (their files are missing here)',
      'log groups',
      'tags',
      'the API’s own domain (it answers at this address)',
      'token quotas',
    ]);
  });
});
