import { describe, expect, it } from 'vitest';
import { doubtAbout, type HistoryEntry } from '../program/deploy/last-update.ts';

const entry = (kind: string, result: string): HistoryEntry => ({ kind, result, endTime: '2026-11-28T04:16:35.000Z' });
const UPDATED = entry('update', 'succeeded');
const FAILED = entry('update', 'failed');
const REFRESHED = entry('refresh', 'succeeded');
const STATE = { manifest: { time: '2026-11-28T04:16:35.552189263Z' }, resources: [{ custom: true }] };

describe('npm run up refreshes before the update', () => {
  it.each<{ title: string; history: HistoryEntry[]; state?: object; doubt: string | undefined }>([
    { title: 'not after a success', history: [UPDATED, UPDATED], doubt: undefined },
    { title: 'after a failure', history: [FAILED, UPDATED], doubt: 'an update failed' },
    { title: 'after a success that followed a failure', history: [UPDATED, FAILED], doubt: 'an update failed' },
    { title: 'after a failed refresh', history: [entry('refresh', 'failed'), FAILED], doubt: 'an update failed' },
    {
      title: 'after an update without an end',
      history: [{ kind: 'update', result: 'in-progress' }],
      doubt: 'an update failed',
    },
    { title: 'not after a refresh that followed the failure', history: [UPDATED, REFRESHED, FAILED], doubt: undefined },
    {
      title: 'after a refresh of a part of the stack only',
      history: [{ ...REFRESHED, environment: { 'pulumi.flag.target': 'set' } }, FAILED],
      doubt: 'an update failed',
    },
    {
      title: 'while operations are pending',
      history: [UPDATED],
      state: { pending_operations: [{ type: 'creating' }] },
      doubt: 'operations are pending',
    },
    { title: 'where resources have no history', history: [], doubt: 'the history has no entry' },
    {
      title: 'after a killed CLI, which wrote the state and no entry',
      history: [UPDATED],
      state: { manifest: { time: '2026-11-28T04:16:36.1Z' } },
      doubt: 'the state is newer than the last entry of the history',
    },
    {
      title: 'where neither time can be compared',
      history: [UPDATED],
      state: { manifest: {} },
      doubt: 'the state is newer than the last entry of the history',
    },
    { title: 'not for a stack without resources', history: [FAILED], state: { resources: [] }, doubt: undefined },
  ])('$title', ({ history, state, doubt }) => {
    expect(doubtAbout(history, { deployment: { ...STATE, ...state } })).toBe(doubt);
  });
});
