import { loadLate } from '../src/evaluate/late-modules.ts';

// What an evaluation is measured against: a process that loads the SDKs as an evaluation does, and nothing else.
process.once('message', () => {
  void (async () => {
    loadLate();
    await Promise.all([
      import('@pulumi/pulumi'),
      import('@pulumi/aws'),
      import('@pulumi/auth0'),
      import('@pulumi/random'),
    ]);
    process.send?.({ kind: 'recorded' }, () => process.exit(0));
  })();
});
