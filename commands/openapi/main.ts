import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { printHelp } from '../help.ts';
import { printableLine, UserError } from '../../program/user-error.ts';
import { contractFrom } from './contract-from-openapi.ts';
import { readOpenApi } from './document.ts';

const USAGE = 'Usage: npm run import -- openapi.yaml [--overwrite]';
const HANDLER = 'handler/api.ts';
const STUB = `import { defineHandler } from '../program/contract/define-handler.ts';

export const handler = defineHandler(async ({ routeKey }) => ({
  statusCode: 501,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: \`\${routeKey} is not implemented\` }),
}));
`;

printHelp(process.argv, `${USAGE}\nWrites contract.ts, and handler/api.ts if it is missing, from an OpenAPI document.`);

// The entry of `npm run import`: writes contract.ts from an OpenAPI document, and prints what it could not import.
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { overwrite: { type: 'boolean' } },
  });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new UserError('openapi', USAGE);
  if (existsSync('contract.ts') && values.overwrite !== true) {
    throw new UserError('openapi', 'contract.ts exists; add --overwrite to replace it');
  }
  if (!existsSync(file)) throw new UserError('openapi', `${file} does not exist`);
  const { permissions, routes, notes } = contractFrom(await readOpenApi(readFileSync(file, 'utf8'), file), 'api');
  const contract = { permissions, handlers: { api: { file: HANDLER, memory: 128, timeout: 5 } }, routes, roles: {} };
  const source = `import { defineContract } from './program/contract/define-contract.ts';

/** What the API is, the same in every stack. Imported once; roles and handlers are yours to write. */
export const contract = defineContract(${JSON.stringify(contract)});
`;
  const style = { parser: 'typescript', singleQuote: true, printWidth: 120, trailingComma: 'all' } as const;
  writeFileSync('contract.ts', await format(source, style));
  const isNewHandler = !existsSync(HANDLER);
  if (isNewHandler) {
    mkdirSync('handler', { recursive: true });
    writeFileSync(HANDLER, STUB);
  }
  const [routeCount, permissionCount] = [counted(routes, 'route'), counted(permissions, 'permission')];
  process.stdout.write(`contract.ts has ${routeCount} and ${permissionCount}.\n`);
  if (isNewHandler) process.stdout.write(`${HANDLER} is new and responds 501 to each route.\n`);
  if (notes.length > 0) process.stdout.write('Imported differently from the document, or left out:\n');
  for (const note of notes) process.stdout.write(`  ${printableLine(note)}\n`);
  process.stdout.write(
    'Next: declare roles in contract.ts, update the permissions and roles in each Pulumi.<stack>.yaml, then npm run access.\n',
  );
} catch (error) {
  if (!(error instanceof UserError || (error instanceof Error && 'code' in error))) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function counted(all: object, noun: string): string {
  const { length } = Object.keys(all);
  return `${length} ${noun}${length === 1 ? '' : 's'}`;
}
