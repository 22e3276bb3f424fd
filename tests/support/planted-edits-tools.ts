import type { Edit } from './planted-edits.ts';

const CONTRACT_START = `import { defineContract } from '../contract/define-contract.ts';
export const contract = defineContract({
  permissions: { 'read:user': 'Read' },
  handlers: { test: { file: 'handler/test.ts', memory: 128, timeout: 5 } },
  roles: {},
`;
const PULUMI = "import * as pulumi from '@pulumi/pulumi';\n";

/** Each is a file of the program, in which one run of the compiler, or of the linter, finds all. */
export const TOOLS: readonly (Edit & {
  readonly by: 'compiler' | 'linter';
  readonly source: string;
  readonly says: string;
})[] = [
  {
    id: 'C13',
    edit: 'a route without scopes',
    by: 'compiler',
    source: `${CONTRACT_START}routes: { 'GET /test': { handler: 'test', scopes: [] } } });`,
    says: 'Source has 0 element(s)',
  },
  {
    id: 'C14',
    edit: 'an undeclared scope',
    by: 'compiler',
    source: `${CONTRACT_START}routes: { 'GET /test': { handler: 'test', scopes: ['read:users'] } } });`,
    says: '"read:users"',
  },
  {
    id: 'new 3',
    edit: 'a route forwarded without TLS',
    by: 'compiler',
    source: `${CONTRACT_START}routes: { 'GET /test': { forward: 'http://a.example', scopes: 'public' } } });`,
    says: 'https://',
  },
  {
    id: 'T16',
    edit: 'a client secret printed by the program',
    by: 'linter',
    source: 'export const print = (clientSecret: string): void => console.log(clientSecret);',
    says: 'no-console',
  },
  {
    id: 'T16 b',
    edit: "a client secret in the engine's log",
    by: 'linter',
    source: `${PULUMI}export const print = (clientSecret: string) => pulumi.log.info(clientSecret);`,
    says: 'no-restricted-properties',
  },
  {
    id: 'new 4',
    edit: 'an Output in a plain template string',
    by: 'linter',
    source: `${PULUMI}export const target = (id: pulumi.Output<string>): string => \`integrations/\${id}\`;`,
    says: 'restrict-template-expressions',
  },
];
