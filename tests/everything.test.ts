import { describe, expect, it } from 'vitest';
import { modelOf } from '@auth0-http-api/twin';
import { settingsSchemas } from '../docs/generator/stack-file-schema.ts';
import { KEYS } from '../program/config/keys.ts';
import { STACKS, unusedKeys } from './support/every-key.ts';
import { EVERYTHING } from './support/everything.ts';
import { recordWith } from './support/program.ts';

const NONE = Object.fromEntries(Object.keys(KEYS).map((key) => [key, undefined]));

/** What the twin does not emulate of each stack. */
const NOT_EMULATED: Readonly<Record<keyof typeof STACKS, readonly string[]>> = {
  services: [
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
  ],
  users: [
    'IAM roles and policies',
    'alarms',
    'log groups',
    'mutual TLS (callers without a certificate get in here)',
    'tags',
    'the API’s own domain (it answers at this address)',
  ],
  logins: ['IAM roles and policies', 'log groups', 'the API’s own domain (it answers at this address)'],
};

describe('Stacks that use every key', () => {
  it('The stacks use every key that a stack file can have, including those inside clients and other maps', () => {
    expect(Object.keys(settingsSchemas())).toEqual(Object.keys(KEYS));
    // The production stack needs no exception from these; production.test.ts tests each.
    const unneeded = ['handlers', 'userAccess', 'domain'];
    expect(unusedKeys(Object.values(STACKS))).toEqual(unneeded.map((key) => `api:exceptions.${key}`));
  });

  it.each(['services', 'users', 'logins'] as const)(
    'The stack %s satisfies every rule, and the twin lists what it does not emulate of it',
    async (stack) => {
      const recorded = await recordWith({ contract: EVERYTHING, values: { ...NONE, ...STACKS[stack] } });
      const { violations, notEmulated } = modelOf(recorded);
      expect({ violations, notEmulated }).toEqual({ violations: [], notEmulated: NOT_EMULATED[stack] });
    },
  );
});
