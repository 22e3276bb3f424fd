import { readFileSync } from 'node:fs';

const SCRIPTS = {
  'twin start': /(^|\s)twin start$/,
  'twin token': /(^|\s)twin token$/,
  'twin access': /(^|\s)twin access$/,
  'twin verify': /(^|\s)twin verify$/,
  'twin diff': /(^|\s)twin diff$/,
  'pulumi up': /(^|\s)(pulumi up|node \S*deploy\/main\.ts)$/,
} as const;

/** Returns what to type in the program's folder: the npm script, or else the command itself (`npx` for the twin's). */
export function commandLine(command: keyof typeof SCRIPTS, root: URL, ...options: readonly string[]): string {
  const script = Object.entries(scriptsOf(root)).find(([, text]) => SCRIPTS[command].test(String(text)))?.[0];
  if (script === undefined) return [command.replace('twin', 'npx --no twin'), ...options].join(' ');
  // Without -s, npm's own lines would be in `$(…)` beside the token.
  const run = script === 'start' ? 'npm start' : `npm run ${command === 'twin token' ? '-s ' : ''}${script}`;
  return [run, ...(options.length > 0 ? ['--', ...options] : [])].join(' ');
}

function scriptsOf(root: URL): object {
  try {
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
      readonly scripts?: object;
    };
    return scripts ?? {};
  } catch {
    return {};
  }
}
