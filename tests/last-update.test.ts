import { describe, expect, it } from 'vitest';
import { doubtAbout, type HistoryEntry } from '../program/deploy/last-update.ts';

const entry = (kind: string, result: string): HistoryEntry => ({ kind, result, endTime: '2026-11-28T04:16:35.000Z' });
const UPDATED = entry('update', 'succeeded');
const FAILED = entry('update', 'failed');
const REFRESHED = entry('refresh', 'succeeded');
const STATE = { manifest: { time: '2026-11-28T04:16:35.552189263Z' }, resources: [{ custom: true }] };

describe('npm run up after an earlier update', () => {
  it.each<{ title: string; history: HistoryEntry[]; state?: object; doubt: string | undefined }>([
    { title: 'does not refresh after a successful update', history: [UPDATED, UPDATED], doubt: undefined },
    { title: 'refreshes after a failed update', history: [FAILED, UPDATED], doubt: 'an update failed' },
    {
      title: 'refreshes after a successful update that followed a failed one',
      history: [UPDATED, FAILED],
      doubt: 'an update failed',
    },
    {
      title: 'refreshes after a failed refresh',
      history: [entry('refresh', 'failed'), FAILED],
      doubt: 'an update failed',
    },
    {
      title: 'refreshes after an update that never ended',
      history: [{ kind: 'update', result: 'in-progress' }],
      doubt: 'an update failed',
    },
    {
      title: 'does not refresh if a refresh followed the failed update',
      history: [UPDATED, REFRESHED, FAILED],
      doubt: undefined,
    },
    {
      title: 'refreshes if the last refresh covered only part of the stack',
      history: [{ ...REFRESHED, environment: { 'pulumi.flag.target': 'set' } }, FAILED],
      doubt: 'an update failed',
    },
    {
      title: 'refreshes while operations are pending',
      history: [UPDATED],
      state: { pending_operations: [{ type: 'creating' }] },
      doubt: 'operations are pending',
    },
    { title: 'refreshes if there are resources and no history', history: [], doubt: 'the history has no entry' },
    {
      title: 'refreshes if a killed CLI wrote the state and no history entry',
      history: [UPDATED],
      state: { manifest: { time: '2026-11-28T04:16:36.1Z' } },
      doubt: 'the state is newer than the last entry of the history',
    },
    {
      title: 'refreshes if the times of state and history cannot be compared',
      history: [UPDATED],
      state: { manifest: {} },
      doubt: 'the state is newer than the last entry of the history',
    },
    {
      title: 'does not refresh a stack without resources',
      history: [FAILED],
      state: { resources: [] },
      doubt: undefined,
    },
  ])('npm run up $title', ({ history, state, doubt }) => {
    expect(doubtAbout(history, { deployment: { ...STATE, ...state } })).toBe(doubt);
  });
});
