/**
 * One `*` for a part of the left-most label of a host.
 * Source: https://auth0.com/docs/get-started/applications/wildcards-for-subdomains
 */
const WILDCARD = /^(https?:\/\/[A-Za-z0-9-]*)\*([A-Za-z0-9-]*\.[^*]+)$/;

/** Whether a URL is one of a list, to the character; an entry may have a wildcard in its left-most label. */
export function isListed(url: string, listed: readonly string[]): boolean {
  return listed.some((entry) => {
    if (entry === url) return !entry.includes('*');
    const [, start, end] = WILDCARD.exec(entry) ?? [];
    if (start === undefined || end === undefined || !url.startsWith(start) || !url.endsWith(end)) return false;
    return /^[A-Za-z0-9-]+$/.test(url.slice(start.length, url.length - end.length));
  });
}

/** The text before a URL's fragment. */
export function withoutFragment(url: string): string {
  return url.replace(/#.*$/s, '');
}

/** The origin of a URL, or undefined where it has none, as those of an application's own scheme. */
export function originOf(url: string): string | undefined {
  const origin = URL.canParse(url) ? new URL(url).origin : 'null';
  return origin === 'null' ? undefined : origin;
}

/** Whether Auth0 can tell whose a callback is: not on localhost, nor of an application's own scheme. */
export function isVerifiable(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && !/^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** Adds parameters to a URL, encoded as Auth0 encodes them. */
export function withParameters(
  url: string,
  separator: '?' | '#',
  parameters: Readonly<Record<string, string>>,
): string {
  const text = Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  if (text === '') return url;
  return `${url}${separator === '?' && url.includes('?') ? '&' : separator}${text}`;
}
