import { describe, expect, it } from 'vitest';
import { Attack } from '../../support/attack.ts';
import { HOSTILE_LOGINS } from '../../support/hostile-logins.ts';

describe.each(Object.entries(HOSTILE_LOGINS))('The tenant, before hostile %s,', (_kind, rows) => {
  it.each(rows)('%s', async (_title, attempt, outcome) => {
    expect(await attempt(new Attack())).toEqual(outcome);
  });
});
