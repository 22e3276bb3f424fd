import { readFileSync } from 'node:fs';

/** The commands that a message may name, and what an npm script has that runs one. */
const SCRIPTS = {
  'twin start': /(^|\s)twin start$/,
  'twin access': /(^|\s)twin access$/,
  'pulumi up': /(^|\s)(pulumi up|node program\/deploy\/main\.ts)$/,
} as const;

/**
 * Returns the command as a person types it in the program's folder: by the npm script of its `package.json` that runs
 * it, or else as it is, the twin's by `npx`.
 */
export function commandLine(command: keyof typeof SCRIPTS, root: URL, ...options: readonly string[]): string {
  const script = Object.entries(scriptsOf(root)).find(([, text]) => SCRIPTS[command].test(String(text)))?.[0];
  if (script === undefined) return [command.replace('twin', 'npx --no twin'), ...options].join(' ');
  const run = script === 'start' ? 'npm start' : `npm run ${script}`;
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
