import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What a person at a terminal may type, as in Vite: a letter, then Enter. */
export const KEYS = 'Type c and Enter for what to paste, o to open the page, q to end.';

type Key = 'c' | 'o' | 'q';

/** Does what a letter stands for; another line is no mistake, for people press Enter to part the log. */
export function onKeys(input: NodeJS.ReadableStream, actions: Readonly<Record<Key, () => void>>): void {
  const known = new Map<string, () => void>(Object.entries(actions));
  createInterface({ input }).on('line', (line) => known.get(line.trim().toLowerCase())?.());
}

/** The commands that open a file as a person's double click would. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', '""'],
};

/**
 * Opens the page by a file that leads to it: every user of the machine can read a command's arguments, and the address
 * has the key to the page's secrets.
 * @param folder the twin's own, which only its owner can read
 * @returns what to tell the person
 */
export function openInBrowser(pageUrl: string, folder: URL): string {
  if (pageUrl === '') return 'There is no page: it is served with the tenant.';
  const file = fileURLToPath(new URL('page.html', folder));
  rmSync(file, { force: true });
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${pageUrl}">\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const opener = spawn(command, [...args, file], { stdio: 'ignore', detached: true });
  opener.on('error', () => undefined).unref();
  return `Opening ${pageUrl} (if no browser comes up, open it yourself).`;
}
