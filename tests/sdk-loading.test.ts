import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { ROOT } from './support/project.ts';

const SCRIPT = `
const { createRequire } = require('node:module');
const { isProxy } = require('node:util').types;
const sdk = createRequire(require.resolve('@pulumi/pulumi/package.json'));
const format = Error.prepareStackTrace;
sdk('source-map-support/register');
const pulumi = require('@pulumi/pulumi');
const promise = Promise.resolve();
void sdk('./runtime/debuggable').debuggablePromise(promise, 'test');
const late = ['typescript', '@npmcli/arborist'].filter((name) => isProxy(require.cache[sdk.resolve(name)].exports));
const traces = promise._debugStackTrace !== undefined || Error.prepareStackTrace !== format;
console.log(JSON.stringify({ late, traces, create: typeof pulumi.automation.LocalWorkspace.create }));
`;

it('npm run preview and npm run up load the SDK without its compiler and stack traces, and all its exports work', () => {
  const args = ['--import', new URL('commands/deploy/sdk-loading.ts', ROOT).href, '--eval', SCRIPT];
  const output = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  expect(JSON.parse(output)).toEqual({ late: ['typescript', '@npmcli/arborist'], traces: false, create: 'function' });
});

it('npm run preview and npm run up leave other programs alone whose Node cannot load TypeScript', () => {
  const environment = new URL('commands/deploy/node-environment.ts', ROOT).href;
  const script = `import ${JSON.stringify(environment)};
import { execFileSync } from 'node:child_process';
const args = ['--no-experimental-strip-types', '--print', '1 + 1'];
process.stdout.write(execFileSync(process.execPath, args));`;
  const args = ['--input-type=module', '--eval', script];
  expect(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })).toBe('2\n');
});
