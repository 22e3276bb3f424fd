import { describe, expect, it } from 'vitest';
import { readArguments } from '../commands/deploy/arguments.ts';
import { UserError } from '../program/user-error.ts';

describe('The arguments of npm run up', () => {
  it.each<{ args: string; preview: string; confirmed?: boolean; unbounded?: boolean; stack?: string }>([
    { args: '', preview: '' },
    { args: '--yes --stack prod', preview: '--stack prod', confirmed: true, stack: '--stack prod' },
    { args: '-yr -sprod', preview: '-r -s prod', confirmed: true, stack: '--stack prod' },
    { args: '-C folder -m -y', preview: '-C folder -m -y', stack: '--cwd folder' },
    {
      args: '--yes --refresh=true --config api:tokenLifetime=60 --parallel 2',
      preview: '--refresh=true --config api:tokenLifetime=60 --parallel 2',
      confirmed: true,
    },
    { args: '-y --expect-no-changes --continue-on-error --diff', preview: '--diff', confirmed: true },
    { args: '-yf', preview: '-f', confirmed: true, unbounded: true },
    { args: '--yes --target **:acm**', preview: '--target **:acm**', confirmed: true, unbounded: true },
    { args: '--target-replace=urn:x', preview: '--target-replace=urn:x', unbounded: true },
    { args: '--yes --allow-deletions 30', preview: '', confirmed: true },
  ])(
    'npm run up reads the arguments "$args"',
    ({ args, preview, confirmed = false, unbounded = false, stack = '' }) => {
      const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
      const read = readArguments(words(args), {});
      expect(read).toMatchObject({ preview: words(preview), confirmed, unbounded, stack: words(stack) });
      expect(read.up).not.toContain('--allow-deletions');
    },
  );

  it('npm run up counts PULUMI_SKIP_CONFIRMATIONS as --yes, since the preview needs no confirmation then either', () => {
    expect(readArguments([], { PULUMI_SKIP_CONFIRMATIONS: 'true' }).confirmed).toBe(true);
  });

  it('npm run up rejects --allow-deletions without a number', () => {
    expect(() => readArguments(['--allow-deletions', 'all'], {})).toThrow(UserError);
    expect(readArguments(['--allow-deletions=30'], {}).allowedDeletions).toBe(30);
  });
});
