/**
 * One `*` for a part of the left-most label of a host.
 * Source: https://auth0.com/docs/get-started/applications/wildcards-for-subdomains
 */
const WILDCARD = /^(https?:\/\/[A-Za-z0-9-]*)\*([A-Za-z0-9-]*\.[^*]+)$/;

/** Whether a list has exactly this URL, or a pattern with a wildcard in the host's first label that matches it. */
export function isListed(url: string, listed: readonly string[]): boolean {
  return listed.some((entry) => {
    if (entry === url) return !entry.includes('*');
    const [, start, end] = WILDCARD.exec(entry) ?? [];
    if (start === undefined || end === undefined || !url.startsWith(start) || !url.endsWith(end)) return false;
    return /^[A-Za-z0-9-]+$/.test(url.slice(start.length, url.length - end.length));
  });
}

export function withoutFragment(url: string): string {
  return url.replace(/#.*$/s, '');
}

/** The origin of a URL; undefined for an application's own scheme. */
export function originOf(url: string): string | undefined {
  const origin = URL.canParse(url) ? new URL(url).origin : 'null';
  return origin === 'null' ? undefined : origin;
}

/** Whether Auth0 can verify the owner of a callback: not on localhost, and not with an application's own scheme. */
export function isVerifiable(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && !/^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** Adds parameters to a URL with Auth0's encoding. */
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
