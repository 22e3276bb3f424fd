import { stringify } from 'yaml';
import type { ProjectCopy } from '../../../tests/support/project.ts';

/** Program sizes for pictures of the page: routes by callers. */
export const SIZES = ['1 × 4', '4 × 7', '24 × 17'] as const;
export type Size = (typeof SIZES)[number];

const RESOURCES = ['orders', 'items', 'invoices', 'customers', 'reports', 'payments'];

/** Gives a copy of the shipped project this many routes and callers; the smallest size is the shipped one. */
export function enlargeTo(size: Size, project: ProjectCopy): void {
  if (size === '1 × 4') return;
  const isLarge = size === '24 × 17';
  const resources = isLarge ? RESOURCES : RESOURCES.slice(0, 1);
  const routes = resources.flatMap((name): (readonly [string, string])[] => [
    [`GET /${name}`, `read:${name}`],
    [`POST /${name}`, `create:${name}`],
    [`GET /${name}/{id}`, `read:${name}`],
    [`DELETE /${name}/{id}`, `delete:${name}`],
  ]);
  const permissions = ['read', 'create', 'delete'].flatMap((verb) => resources.map((name) => `${verb}:${name}`));
  const reading = permissions.filter((name) => name.startsWith('read:'));
  const contract = {
    permissions: Object.fromEntries(permissions.map((name) => [name, name])),
    handlers: { test: { file: 'handler/test.ts', memory: 128, timeout: 5 } },
    routes: Object.fromEntries(routes.map(([key, scope]) => [key, { handler: 'test', scopes: [scope] }])),
    roles: { clerk: reading, manager: permissions, ...(isLarge && { auditor: reading.slice(0, 2) }) },
  };
  project.write(
    'contract.ts',
    `import { defineContract } from './program/contract/define-contract.ts';\nexport const contract = defineContract(${JSON.stringify(contract)});\n`,
  );
  const service = (name: string, granted: readonly string[]) => ({
    name,
    party: 'first',
    grants: ['client_credentials'],
    permissions: granted,
  });
  const others = ['billing', 'mailer', 'importer', 'warehouse', 'search'].map((name, at) =>
    service(name, permissions.slice(at, at + 4)),
  );
  const login = (name: string) => ({ name, party: 'first', grants: ['password'], permissions: [] });
  const config = {
    'aws:region': 'eu-central-1',
    'auth0:domain': 'your-tenant.eu.auth0.com',
    'api:audience': 'https://orders.example.com',
    'api:production': false,
    'api:passwordGrant': 'allow',
    'api:defaultDirectory': true,
    'api:clients': [
      service(
        'shop',
        permissions.filter((name) => !name.startsWith('delete:')),
      ),
      service('reporting', reading),
      ...(isLarge ? others : []),
      login('app'),
      ...(isLarge ? [login('back-office')] : []),
    ],
    'api:users': [
      { email: 'clara@example.com', roles: ['clerk'] },
      { email: 'max@example.com', roles: ['manager'] },
      ...(isLarge ? [{ email: 'ada@example.com', roles: ['auditor'] }] : []),
    ],
  };
  project.write('Pulumi.dev.yaml', stringify({ config }));
}
