import type { ShownState } from '../messages.ts';

const UNREAD = 'the gateway ignores it';

/** What a field of a token's header means. */
export function headerWords(name: string, value: unknown, { kid }: Pick<ShownState, 'kid'>): string {
  if (name === 'alg') return 'signature algorithm; the gateway accepts RS256, RS384 and RS512';
  if (name === 'kid') return `signing key${value === kid ? ': the one that the twin signs with now' : ''}`;
  if (name === 'crit') return 'what its reader must understand; the gateway refuses a token that has it';
  return name === 'typ' ? `type; ${UNREAD}` : UNREAD;
}

/** What a claim means, in words; times as a person reads them. @param now milliseconds since 1970 */
export function claimWords(name: string, value: unknown, state: ShownState, now: number): string {
  return CLAIMS.get(name)?.(value, state, now) ?? `${UNREAD}; the handler gets it`;
}

type Words = (value: unknown, state: ShownState, now: number) => string;

const CLAIMS = new Map<string, Words>([
  ['iss', (value, { issuer }) => `issuer${value === issuer ? ': this tenant' : ''}`],
  ['sub', (value, state) => `subject${subject(value, state)}`],
  ['aud', () => 'audience: the API that it is for'],
  ['exp', (value, _, now) => `expires${moment(value, now)}`],
  ['iat', (value, _, now) => `issued at${moment(value, now)}`],
  ['nbf', (value, _, now) => `not valid before${moment(value, now)}`],
  ['scope', () => 'what it allows; a route needs one of these'],
  ['scp', () => 'counts as the scope where there is no scope claim'],
  ['gty', () => 'the grant that it was requested with'],
  ['azp', (value, { clients }) => `client${named(clients.find(({ clientId }) => clientId === value)?.name)}`],
  ['permissions', () => `what the user may do; ${UNREAD}`],
  ['client_id', () => 'counts as the audience where there is no aud claim'],
  ['jti', () => `its own id; ${UNREAD}`],
]);

function subject(value: unknown, { users, clients }: ShownState): string {
  const email = users.find(({ userId }) => userId === value)?.email;
  if (email !== undefined) return `: the user ${email}`;
  const client = clients.find(({ clientId }) => `${clientId}@clients` === value);
  return client === undefined ? '' : `: the client ${client.name} itself, no user`;
}

function named(name: string | undefined): string {
  return name === undefined ? '' : `: ${name}`;
}

/** ` 14:03:22, in 59 min` of a number of seconds since 1970; nothing of anything else. */
function moment(value: unknown, now: number): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '';
  const date = new Date(value * 1000);
  return Number.isNaN(date.getTime()) ? '' : ` ${dayAndTime(date, now)}, ${distance(value - now / 1000)}`;
}

/** The time, with its day unless that is today. @param now milliseconds since 1970 */
function dayAndTime(date: Date, now: number): string {
  const time = clockTime(date);
  return date.toDateString() === new Date(now).toDateString() ? time : `${date.toLocaleDateString()} ${time}`;
}

/** `14:03:22` */
export function clockTime(date: Date): string {
  return date.toTimeString().slice(0, 8);
}

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const;

/** `in 59 min`, or `12 s ago`. @param seconds from now */
function distance(seconds: number): string {
  const whole = Math.trunc(seconds);
  if (whole === 0) return 'just now';
  const size = Math.abs(whole);
  const [unit, name] = UNITS.find(([one]) => size >= one) ?? [1, 's'];
  const text = `${Math.floor(size / unit)} ${name}`;
  return whole < 0 ? `${text} ago` : `in ${text}`;
}

/** Escapes the characters of untrusted text that are invisible or change its direction. */
export function visible(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The same of a text of several lines. */
export function visibleText(text: string): string {
  return text.replace(/[^\t\r\n]+|\r(?!\n)/g, visible);
}

/** What each of the gateway's checks looks at, in its order. */
export const CHECK_WORDS: ReadonlyMap<string, string> = new Map([
  ['path', 'path is well formed'],
  ['route', 'a route matches'],
  ['throttle', 'within the throttle'],
  ['token', 'token is present'],
  ['format', 'token is a JWT'],
  ['algorithm', 'signed with RSA'],
  ['crit', 'no crit in the header'],
  ['key', 'key is the issuer’s'],
  ['signature', 'signature is that key’s'],
  ['issuer', 'issuer'],
  ['audience', 'audience'],
  ['expiry', 'not expired'],
  ['not before', 'already valid'],
  ['issued at', 'issued before now'],
  ['scope', 'has a scope of the route'],
]);

/** A value that a check compared; where it is a time in seconds, also the time of the day. */
export function comparedWords(check: string, value: string): string {
  if (value === '') return 'nothing';
  if (!['expiry', 'not before', 'issued at'].includes(check)) return value;
  return value.replace(/\b\d{9,11}\b/, (seconds) => `${seconds} (${clockTime(new Date(Number(seconds) * 1000))})`);
}

/** Whether a scope was granted and why, in a sentence that does not depend on a column's head. */
export function scopeWords({ requested, permitted, granted }: Record<'requested' | 'permitted' | 'granted', boolean>) {
  if (granted) return requested ? 'requested and permitted' : 'permitted; granted although not requested';
  if (requested)
    return permitted
      ? 'requested and permitted, but not granted'
      : 'requested, but this caller is not permitted to have it';
  return 'permitted, but not requested';
}

/** A name that is *Markdown*, as plain text. */
export function plain(markdown: string): string {
  return markdown.replaceAll('`', '');
}
