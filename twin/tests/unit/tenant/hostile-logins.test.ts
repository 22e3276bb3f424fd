import { describe, expect, it } from 'vitest';
import { Attack } from '../../support/attack.ts';
import { HOSTILE_LOGINS } from '../../support/hostile-logins.ts';

describe.each(Object.entries(HOSTILE_LOGINS))('Hostile %s', (kind, rows) => {
  it.each(rows)(`Hostile ${kind}: the tenant %s`, async (_title, attempt, outcome) => {
    expect(await attempt(new Attack())).toEqual(outcome);
  });
});
