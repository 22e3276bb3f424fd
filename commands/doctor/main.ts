import { parseArgs } from 'node:util';
import { evaluate, stackNames } from '@auth0-http-api/twin';
import { printHelp } from '../help.ts';
import { diagnose } from './diagnose.ts';
import { renderSection } from './finding.ts';
import { request, runCommand, type Machine } from './machine.ts';

const root = new URL('../../', import.meta.url);
const machine: Machine = {
  env: process.env,
  run: (command, ...args) => runCommand(root, command, ...args),
  request,
  recorded: (stack) => evaluate({ root: root.href, stack, config: {}, seed: 'doctor' }),
  root,
};
const USAGE = 'Usage: npm run doctor -- [--stack NAME], by default every stack file';
printHelp(
  process.argv,
  `${USAGE}\nChecks this machine, the stack file, the tenant and the AWS account, and says how to fix what is wrong.`,
);
let stack: string | undefined;
try {
  ({ stack } = parseArgs({ options: { stack: { type: 'string', short: 's' } } }).values);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}. ${USAGE}\n`);
  process.exit(1);
}

for await (const section of diagnose(machine, stack === undefined ? stackNames(root) : [stack])) {
  process.stdout.write(`${renderSection(section)}\n`);
  if (section.findings.some(({ level }) => level === 'error')) process.exitCode = 1;
}
