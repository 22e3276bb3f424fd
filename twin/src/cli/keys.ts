import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const KEYS = 'Type a letter and Enter: c prints the commands to paste, o opens the page, q quits.';

type Key = 'c' | 'o' | 'q';

/** Runs the action of each letter. Other lines are ignored: people press Enter to separate parts of the log. */
export function onKeys(input: NodeJS.ReadableStream, actions: Readonly<Record<Key, () => void>>): void {
  const known = new Map<string, () => void>(Object.entries(actions));
  createInterface({ input }).on('line', (line) => known.get(line.trim().toLowerCase())?.());
}

/** The command that opens a file in its default application; `xdg-open` elsewhere. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', '""'],
};

/**
 * Opens the page through a file that redirects to it, and returns a message for the terminal. The address contains the
 * key to the page's secrets, and every user of the machine can read a command's arguments.
 * @param folder the stack's folder, which only its owner can read
 */
export function openInBrowser(pageUrl: string, folder: URL): string {
  if (pageUrl === '') return 'There is no page: this twin does not serve the tenant.';
  const file = fileURLToPath(new URL('page.html', folder));
  rmSync(file, { force: true });
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${pageUrl}">\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const opener = spawn(command, [...args, file], { stdio: 'ignore', detached: true });
  opener.on('error', () => undefined).unref();
  return `Opening ${pageUrl} (if no browser opens, open it yourself).`;
}
