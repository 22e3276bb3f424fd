import { parseArgs } from 'node:util';
import { printHelp } from '../help.ts';
import { RightsError } from './rights-error.ts';

const USAGE =
  'Usage: npm run -s policies -- --stack prod --account 123456789012 [--bucket NAME --key KMS_KEY_ID] [--subject repo:ORG/REPO] [--config key=value] [document]';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      stack: { type: 'string' },
      account: { type: 'string' },
      bucket: { type: 'string' },
      key: { type: 'string' },
      subject: { type: 'string' },
      config: { type: 'string', multiple: true, default: [] },
    },
  });
  const { stack, account = '', bucket, key, subject, config } = values;
  if (account !== '' && !/^\d{12}$/.test(account)) {
    throw new RightsError(`--account must have 12 digits, not ${JSON.stringify(account)}`);
  }
  const missing = [
    ...(stack === undefined ? ['--stack'] : []),
    ...(account === '' ? ['--account'] : []),
    ...(bucket === undefined && key !== undefined ? ['--bucket'] : []),
    ...(key === undefined && bucket !== undefined ? ['--key'] : []),
  ];
  if (stack === undefined || missing.length > 0) throw new RightsError(`Write ${missing.join(' and ')}. ${USAGE}`);
  const entries = config.map((pair): [string, string] => {
    const [configKey = '', ...value] = pair.split('=');
    if (value.length === 0) throw new RightsError(`--config ${pair} has no value; write --config key=value`);
    return [configKey, value.join('=')];
  });
  // Reports invalid arguments before loading the SDKs.
  const [{ policiesOf }, { recordedStack }] = await Promise.all([import('./policies.ts'), import('./recorded.ts')]);
  const recorded = await recordedStack(stack, Object.fromEntries(entries));
  const all = policiesOf(recorded, {
    account,
    region: recorded.providers.aws.region,
    ...(bucket !== undefined && key !== undefined && { state: { bucket, key } }),
    ...(subject !== undefined && { subject }),
  });
  const [name] = positionals;
  const document = name === undefined ? all : all[name];
  if (document === undefined)
    throw new RightsError(`unknown document ${name}; allowed: ${Object.keys(all).join(', ')}`);
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

printHelp(
  process.argv,
  `${USAGE}\nPrints the IAM policies of a stack's deployment as JSON, or one of these documents.`,
);
try {
  await main();
} catch (error) {
  // An error without a code is a bug.
  if (!(error instanceof Error && 'code' in error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
