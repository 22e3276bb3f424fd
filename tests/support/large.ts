import { stringify } from 'yaml';
import type { Contract } from '../../program/contract/define-contract.ts';
import { writeContract, type ProjectCopy } from './project.ts';

/** How large a project is; what ships is one route. */
export interface Size {
  readonly routes: number;
  readonly handlers: number;
  readonly permissions: number;
  readonly clients: number;
}

/** As many routes as an API takes before AWS raises its quota. */
export const LARGE: Size = { routes: 300, handlers: 30, permissions: 50, clients: 40 };

/** A contract of a size; its handlers are the files `handler/h0.ts`, `handler/h1.ts` and so on, unless named. */
export function contractOfSize(
  { routes, handlers, permissions }: Size,
  file: (handler: string) => string = (handler) => `handler/${handler}.ts`,
): Contract {
  const names = numbered(permissions, (index) => `read:p${index}`);
  const keys = numbered(handlers, (index) => `h${index}`);
  const permission = (index: number): string => names[index % names.length] ?? '';
  return {
    permissions: Object.fromEntries(names.map((name) => [name, `About ${name}`])),
    handlers: Object.fromEntries(keys.map((key) => [key, { file: file(key), memory: 128, timeout: 5 }])),
    routes: Object.fromEntries(
      numbered(routes, (index) => [
        `GET /things-${index}/{id}`,
        { handler: keys[index % keys.length] ?? '', scopes: [permission(index)] },
      ]),
    ),
    roles: { reader: names.slice(0, 10) },
  };
}

/** The clients of a project of a size, each with ten permissions, as a stack file has them. */
export function clientsOfSize({ clients, permissions }: Size): object[] {
  return numbered(clients, (client) => ({
    name: `client-${client}`,
    party: client % 2 === 0 ? 'first' : 'third',
    grants: ['client_credentials'],
    permissions: numbered(Math.min(10, permissions), (index) => `read:p${(client + index) % permissions}`),
  }));
}

/** Makes a copy of the project one of a size, for stack dev. */
export function enlarge(project: ProjectCopy, size: Size): void {
  const contract = contractOfSize(size);
  writeContract(project, contract);
  const handler = project.read('handler/test.ts');
  for (const { file } of Object.values(contract.handlers)) project.write(file, handler);
  const config = {
    'aws:region': 'eu-central-1',
    'auth0:domain': 'acme.eu.auth0.com',
    'api:audience': 'https://api.example.com',
    'api:production': false,
    'api:clients': clientsOfSize(size),
  };
  project.write('Pulumi.dev.yaml', stringify({ config }));
}

function numbered<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
