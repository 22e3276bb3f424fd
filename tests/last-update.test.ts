import { describe, expect, it } from 'vitest';
import { doubtAbout, type HistoryEntry } from '../commands/deploy/last-update.ts';

const entry = (kind: string, result: string): HistoryEntry => ({ kind, result, endTime: '2026-11-28T04:16:35.000Z' });
const UPDATED = entry('update', 'succeeded');
const FAILED = entry('update', 'failed');
const REFRESHED = entry('refresh', 'succeeded');
const TARGETED = { ...REFRESHED, environment: { 'pulumi.flag.target': 'set' } };
const PENDING = { pending_operations: [{ type: 'creating' }] };
const writtenAt = (time: string): object => ({ manifest: { time } });
const STATE = { manifest: { time: '2026-11-28T04:16:35.552189263Z' }, resources: [{ custom: true }] };

describe('npm run up after an earlier update', () => {
  const FAILURE = 'an update failed';
  const NEWER = 'the state is newer than the last entry of the history';

  it.each<[title: string, history: HistoryEntry[], doubt: string | undefined, state?: object]>([
    ['does not refresh after a successful update', [UPDATED, UPDATED], undefined],
    ['refreshes after a failed update', [FAILED, UPDATED], FAILURE],
    ['refreshes after a successful update that followed a failed one', [UPDATED, FAILED], FAILURE],
    ['refreshes after a failed refresh', [entry('refresh', 'failed'), FAILED], FAILURE],
    ['refreshes after an update that never ended', [{ kind: 'update', result: 'in-progress' }], FAILURE],
    ['does not refresh if a refresh followed the failed update', [UPDATED, REFRESHED, FAILED], undefined],
    ['refreshes if the last refresh covered only part of the stack', [TARGETED, FAILED], FAILURE],
    ['refreshes while operations are pending', [UPDATED], 'operations are pending', PENDING],
    ['refreshes if there are resources and no history', [], 'the history has no entry'],
    [
      'refreshes if a killed CLI wrote the state and no history entry',
      [UPDATED],
      NEWER,
      writtenAt('2026-11-28T04:16:36.1Z'),
    ],
    ['refreshes if the times of state and history cannot be compared', [UPDATED], NEWER, { manifest: {} }],
    ['does not refresh a stack without resources', [FAILED], undefined, { resources: [] }],
  ])('npm run up %s', (_, history, doubt, state) => {
    expect(doubtAbout(history, { deployment: { ...STATE, ...state } })).toBe(doubt);
  });
});
