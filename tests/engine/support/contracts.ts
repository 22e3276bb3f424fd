import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { Contract } from '../../../program/contract/define-contract.ts';
import { ROOT, writeContract as writeInto } from '../../support/project.ts';
import type { Sandbox } from './sandbox.ts';

export const HANDLER = { file: 'handler/test.ts', memory: 128, timeout: 5 };

/** The tests' own contract, so that they do not depend on the project's `contract.ts`. */
export const CONTRACT: Contract = {
  permissions: { 'read:user': 'Read user details', 'write:user': 'Change user details' },
  handlers: { test: HANDLER },
  routes: {
    'GET /test': { handler: 'test', scopes: ['read:user'] },
    'POST /test': { handler: 'test', scopes: ['write:user'] },
    'GET /open': { handler: 'test', scopes: 'public' },
  },
  roles: { reader: ['read:user'] },
};

/** The one client of the tests' own stack file. */
export const CLIENT = {
  name: 'test',
  party: 'first',
  grants: ['client_credentials', 'password'],
  permissions: ['read:user'],
};

const STACK = {
  'aws:region': 'eu-central-1',
  'auth0:domain': 'acme.eu.auth0.com',
  'api:audience': 'https://api.example.com',
  'api:production': false,
  'api:passwordGrant': 'allow',
  'api:defaultDirectory': true,
  'api:clients': [CLIENT],
  'api:testUser': { email: 'test-user@example.com', roles: ['reader'] },
};

/** The settings that production requires, read from the shipped `prod`; its audience and callers differ. */
export const PRODUCTION: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(parsed(readFileSync(new URL('Pulumi.prod.yaml', ROOT), 'utf8'))).filter(
    ([key]) => key.startsWith('api:') && !['api:audience', 'api:clients', 'api:probe'].includes(key),
  ),
);

function parsed(stackFile: string): Readonly<Record<string, unknown>> {
  return (parse(stackFile) as { readonly config: Readonly<Record<string, unknown>> }).config;
}

/** Puts the tests' own project, contract, handler and stack file into a sandbox, and selects the stack. */
export async function selectOwnStack(sandbox: Sandbox, stack = 'dev'): Promise<void> {
  sandbox.project.write('Pulumi.yaml', readFileSync(new URL('tests/fixture/Pulumi.yaml', ROOT), 'utf8'));
  writeContract(sandbox, CONTRACT);
  sandbox.project.write('handler/test.ts', 'export const handler = async () => ({ statusCode: 200 });\n');
  sandbox.project.write(`Pulumi.${stack}.yaml`, JSON.stringify({ config: STACK }));
  await sandbox.select(stack);
}

/** Writes a contract into a sandbox's `contract.ts`. */
export function writeContract({ project }: Sandbox, contract: Contract): void {
  writeInto(project, contract);
}

/** Writes values into the file of a sandbox's stack, like an editor; `undefined` removes a key. */
export function setConfig(sandbox: Sandbox, values: Readonly<Record<string, unknown>>): void {
  const name = `Pulumi.${sandbox.stack}.yaml`;
  const file = parse(sandbox.project.read(name)) as { config: Record<string, unknown> };
  sandbox.project.write(name, stringify({ ...file, config: { ...file.config, ...values } }));
}

/**
 * Brings a sandbox's stack up with these settings, and once more without a change.
 * @returns the changes of the first `up`, in order: "created Stage"
 */
export async function upWith(sandbox: Sandbox, values: Readonly<Record<string, unknown>>): Promise<string[]> {
  setConfig(sandbox, values);
  const changes = await sandbox.changesBy(() => sandbox.up());
  await sandbox.upUnchanged();
  return changes;
}
