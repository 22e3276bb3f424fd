import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { isReplaced } from '../../../src/evaluate/late-modules.ts';
import { ROOT } from '../../../../tests/support/project.ts';

const SCRIPT = `
import { createRequire } from 'node:module';
import { loadLate } from '${new URL('twin/src/evaluate/late-modules.ts', ROOT).href}';
loadLate();
const { runtime } = await import('@pulumi/pulumi');
const require = createRequire(import.meta.url);
const { cache } = require;
// The proxy of a module has the name of its first file.
const loaded = () =>
  ['@npmcli/', '@grpc/', 'spdx-', 'js-yaml/'].filter(
    (name) => Object.keys(cache).filter((file) => file.includes('/node_modules/' + name)).length > 1,
  );
const before = loaded();
const one = 41;
const aws = await import('@pulumi/aws');
const services = () => Object.keys(cache).filter((file) => ['sqs', 'sns'].some((name) => file.endsWith('/@pulumi/aws/' + name + '/index.js')));
const unused = services();
const queue = typeof aws.sqs.Queue;
const used = services().map((file) => file.split('/').at(-2));
const { text } = await runtime.serializeFunction(() => one + 1);
const { EngineClient } = require('@pulumi/pulumi/proto/engine_grpc_pb.js');
const client = typeof new EngineClient('localhost:1', require('@grpc/grpc-js').credentials.createInsecure()).log;
console.log(JSON.stringify({ before, unused, queue, used, serialized: text.includes('one + 1'), client }));
`;

it('The modules that serialize closures, gRPC, and those of AWS services are loaded on first use, and work then', () => {
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', SCRIPT], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(JSON.parse(printed)).toEqual({
    before: [],
    unused: [],
    queue: 'function',
    used: ['sqs'],
    serialized: true,
    client: 'function',
  });
});

it('A process that loads modules by their paths leaves out those that are replaced', () => {
  const sdk = '/node_modules/@pulumi/pulumi/';
  expect(isReplaced(`${sdk}runtime/closure/v8Hooks.js`)).toBe(true);
  expect(isReplaced(`${sdk}automation/index.js`)).toBe(true);
  expect(isReplaced(`${sdk}runtime/settings.js`)).toBe(false);
});
