import { createHmac, randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { sameText } from '../tenant/same-text.ts';

/**
 * Creates the keys that identify the browser of the person at the terminal among all clients on this machine.
 * @param seed the stack's seed; the cookie is derived from it, and so stays valid after a restart
 * @param startCommand the command that starts the twin, which prints the address with the key
 */
export function openKeys(seed: string, startCommand: string) {
  const key = randomBytes(18).toString('base64url');
  const derived = (what: string): string => createHmac('sha256', seed).update(what).digest('base64url');
  const cookie = derived('page, below /_twin');
  // Browsers share cookies among all ports of a host.
  const name = `twin-page-${derived('name').slice(0, 8)}`;
  return {
    key,
    isHolder: (c: Context): boolean => sameText(getCookie(c, name) ?? '', cookie),
    howToGetSecrets: `Secrets and signatures need the address that ${startCommand} printed: open it once in this browser (it ends in ?key=…)`,
    /** Sets the cookie if the request's address has the key, and returns whether it has. */
    letIn: (c: Context): boolean => {
      if (!sameText(c.req.query('key') ?? '', key)) return false;
      const secure = new URL(c.req.url).protocol === 'https:';
      // Without this path, a browser would send the cookie to the API as well, and its events would contain it.
      setCookie(c, name, cookie, { path: '/_twin', httpOnly: true, sameSite: 'Strict', secure });
      return true;
    },
  };
}
