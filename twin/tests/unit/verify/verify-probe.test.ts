import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restrictedToProbe } from '../../../src/verify/target.ts';
import { countOf, differencesOf } from '../../../src/verify/table.ts';
import { answering, startVerifiable, type Verifiable } from '../../support/verifiable.ts';

let system: Verifiable;
beforeAll(async () => {
  system = await startVerifiable();
});
afterAll(() => system.twin.end());

describe('Verifying a deployed production stack', () => {
  it('only the probe of a deployed production stack may be played, and every client of any other system', () => {
    const of = (local: boolean, outputs: Readonly<Record<string, unknown>>) =>
      restrictedToProbe({ ...system.target, local, outputs: { ...system.target.outputs, ...outputs } }).playable;
    expect(of(false, { production: true, probe: 'writer' })).toEqual(['writer']);
    expect(of(false, { production: true, probe: undefined })).toEqual([]);
    expect(of(false, { production: false, probe: 'writer' })).toBeUndefined();
    expect(of(false, { production: undefined })).toBeUndefined();
    expect(of(true, { production: true, probe: 'writer' })).toBeUndefined();
  });

  it.each([
    { playable: ['writer'], callers: ['writer', ''] },
    { playable: [], callers: [''] },
  ])('with $playable as the clients to play, no other requests a token, and refusals are checked', async (row) => {
    const requests: string[] = [];
    const platform = answering((url, { headers, body }) => {
      if (url === system.target.outputs.tokenUrl) {
        requests.push(
          `${new Headers(headers).get('authorization') ?? ''} ${JSON.stringify(body instanceof URLSearchParams ? Object.fromEntries(body) : (body ?? null))}`,
        );
      }
      return undefined;
    });
    const played = await system.verify({ playable: row.playable, platform });
    const { clientIds, clientSecrets } = system.target.outputs;
    const used = (name: string): boolean => {
      const basic = Buffer.from(`${clientIds[name] ?? ''}:${clientSecrets[name] ?? ''}`).toString('base64');
      return requests.some((request) => request.includes(clientIds[name] ?? '-') || request.includes(basic));
    };
    expect(used('test-app')).toBe(false);
    expect(used('writer')).toBe(row.playable.includes('writer'));

    const cells = played.rows.flat();
    const tried = cells.filter(({ outcome }) => outcome.kind !== 'not tried').map(({ cell }) => cell.caller.name);
    expect([...new Set(tried)].toSorted()).toEqual(row.callers.toSorted());
    expect(differencesOf(played)).toEqual([]);
    expect(countOf(played).agree).toBeGreaterThan(0);
    const why = cells.map(({ outcome }) => (outcome.kind === 'not tried' ? outcome.why : ''));
    expect(why).toContain('in production only the probe requests tokens; --as-clients plays every client');
  });
});
