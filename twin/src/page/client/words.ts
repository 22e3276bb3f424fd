import type { ShownState } from '../messages.ts';

/** What a field of a token's header means. */
export function headerWords(name: string, value: unknown, { kid }: ShownState): string {
  if (name === 'alg') return 'how it is signed; the gateway takes RS256, RS384 and RS512';
  if (name === 'typ') return 'what it is; the gateway does not look at it';
  if (name === 'kid')
    return value === kid ? 'which key signed it: the one the twin signs with now' : 'which key signed it';
  if (name === 'crit') return 'what its reader must understand; the gateway refuses a token that has it';
  return 'the gateway does not look at it';
}

/** What a claim means, in words; times as a person reads them. */
export function claimWords(name: string, value: unknown, state: ShownState, now: number): string {
  const words = CLAIMS.get(name);
  return words === undefined ? 'the gateway does not look at it; the handler gets it' : words(value, state, now);
}

/** What is to be said of a field that the token writes so that its readers may differ; nothing of any other. */
export function writtenWords(plain: boolean, times: number): string {
  const number = plain ? '' : '; the token writes the number so, and not every reader keeps it';
  return times === 1
    ? number
    : `${number}; the token says it ${times} times, and readers differ in which one they take`;
}

type Words = (value: unknown, state: ShownState, now: number) => string;

const CLAIMS = new Map<string, Words>([
  ['iss', (value, { issuer }) => (value === issuer ? 'who issued it: this tenant' : 'who issued it')],
  ['sub', (value, { users, clients }) => `whom it is about${subject(value, { users, clients })}`],
  ['aud', () => 'which API it is for'],
  ['exp', (value, _, now) => `until when it is good${moment(value, now)}`],
  ['iat', (value, _, now) => `when it was issued${moment(value, now)}`],
  ['nbf', (value, _, now) => `from when on it is good${moment(value, now)}`],
  ['scope', () => 'what its bearer may do; a route asks for one of these'],
  ['scp', () => 'counts as the scope where there is no scope claim'],
  ['gty', () => 'by which grant it was asked for'],
  [
    'azp',
    (value, { clients }) =>
      `which client asked for it${named(clients.find(({ clientId }) => clientId === value)?.name)}`,
  ],
  ['permissions', () => 'what the user may do; the gateway does not look at it'],
  ['client_id', () => 'counts as the audience where there is no aud claim'],
  ['jti', () => 'its own id; the gateway does not look at it'],
]);

function subject(value: unknown, { users, clients }: Pick<ShownState, 'users' | 'clients'>): string {
  const email = users.find(({ userId }) => userId === value)?.email;
  if (email !== undefined) return `: the user ${email}`;
  const client = clients.find(({ clientId }) => `${clientId}@clients` === value);
  return client === undefined ? '' : `: the client ${client.name} itself, no user`;
}

function named(name: string | undefined): string {
  return name === undefined ? '' : `: ${name}`;
}

/** `: 14:03:22, in 59 min` of a number of seconds since 1970; nothing of anything else. */
function moment(value: unknown, now: number): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '';
  const date = new Date(value * 1000);
  return Number.isNaN(date.getTime()) ? '' : `: ${dayAndTime(date, now)}, ${distance(value - now / 1000)}`;
}

/** The time, with its day unless that is today. @param now milliseconds since 1970 */
export function dayAndTime(date: Date, now: number): string {
  const time = clockTime(date);
  return date.toDateString() === new Date(now).toDateString() ? time : `${date.toLocaleDateString()} ${time}`;
}

/** `14:03:22` */
export function clockTime(date: Date): string {
  return date.toTimeString().slice(0, 8);
}

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
];

/** `in 59 min`, or `12 s ago`. @param seconds from now */
export function distance(seconds: number): string {
  const whole = Math.trunc(seconds);
  if (whole === 0) return 'just now';
  const size = Math.abs(whole);
  const [unit, name] = UNITS.find(([one]) => size >= one) ?? [1, 's'];
  const text = `${Math.floor(size / unit)} ${name}`;
  return whole < 0 ? `${text} ago` : `in ${text}`;
}

/** A text of somebody else's with nothing in it that is not seen, or that turns others around. */
export function visible(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The same of a text of several lines. */
export function visibleText(text: string): string {
  return text.replace(/[^\t\r\n]+|\r(?!\n)/g, visible);
}

/** What each of the gateway's checks asks, in its order. */
export const CHECK_WORDS: ReadonlyMap<string, string> = new Map([
  ['path', 'Is the path well formed?'],
  ['route', 'Does a route take it?'],
  ['throttle', 'Is the throttle open?'],
  ['token', 'Is there a token?'],
  ['format', 'Is it a JWT?'],
  ['algorithm', 'Is it signed by RSA?'],
  ['crit', 'Is its header without a crit?'],
  ['key', 'Is its key the issuer’s?'],
  ['signature', 'Is the signature that key’s?'],
  ['issuer', 'Is it by this issuer?'],
  ['audience', 'Is it for this audience?'],
  ['expiry', 'Is it not expired?'],
  ['not before', 'Has its time begun?'],
  ['issued at', 'Was it issued before now?'],
  ['scope', 'Has it a scope of the route?'],
]);

/** A value that a check compared; where it is a time in seconds, also the time of the day. */
export function comparedWords(check: string, value: string): string {
  if (!['expiry', 'not before', 'issued at'].includes(check)) return value;
  return value.replace(/\b\d{9,11}\b/, (seconds) => `${seconds} (${clockTime(new Date(Number(seconds) * 1000))})`);
}
