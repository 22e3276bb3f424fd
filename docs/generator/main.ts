import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { contract } from '../../contract.ts';
import { generatedFiles } from './generated.ts';
import { openApiOf } from './openapi.ts';

// The entry of `npm run docs`. openapi.json describes one stack and is not committed.
const root = new URL('../../', import.meta.url);
const stack = stackOption();
if (stack !== undefined && !existsSync(new URL(`Pulumi.${stack}.yaml`, root))) {
  process.stderr.write(`Pulumi.${stack}.yaml does not exist\n`);
  process.exit(1);
}
for (const [file, text] of Object.entries({ ...generatedFiles(), 'openapi.json': openApi(stack) })) {
  writeFileSync(new URL(file, root), text);
  process.stdout.write(`${file}\n`);
}

/** Returns `--stack`; ends with a usage line for `--help` and unknown options. */
function stackOption(): string | undefined {
  try {
    return parseArgs({ options: { stack: { type: 'string' } } }).values.stack;
  } catch {
    process.stderr.write('Usage: npm run docs -- [--stack NAME]; without it, openapi.json is for the twin of dev\n');
    return process.exit(1);
  }
}

/** Returns the document for a deployed stack, or, without a stack, for the twin of stack dev. */
function openApi(deployed: string | undefined): string {
  const yaml = (file: string): unknown => parse(readFileSync(new URL(file, root), 'utf8'));
  const { name } = yaml('Pulumi.yaml') as { readonly name: string };
  const { config } = yaml(`Pulumi.${deployed ?? 'dev'}.yaml`) as { readonly config: Readonly<Record<string, unknown>> };
  const { name: domain, basePath } = (config['api:domain'] ?? {}) as {
    readonly name?: string;
    readonly basePath?: string;
  };
  const prefix = domain === undefined ? config['api:stage'] : basePath;
  const path = typeof prefix === 'string' ? `/${prefix}` : '';
  const host = String(config['api:issuerDomain'] ?? config['auth0:domain']);
  const address =
    (deployed === undefined ? 'http://localhost:3000' : `https://${domain ?? 'your-api.example.com'}`) + path;
  const document = openApiOf(contract, {
    title: name,
    audience: String(config['api:audience']),
    issuer: deployed === undefined ? 'http://localhost:3001/' : `https://${host}/`,
    servers: { [address]: deployed === undefined ? 'The twin' : `Stack ${deployed}` },
  });
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
