import type { ShownState } from '../messages.ts';

type Known = Pick<ShownState, 'issuers' | 'kid' | 'users' | 'clients'>;
type Words = (value: unknown, known: Known) => string;

const IGNORED = 'the gateway ignores it';

/** Descriptions of the fields of a token's header. */
const HEADER: Readonly<Record<string, Words>> = {
  alg: () => 'signature algorithm; the gateway accepts RS256, RS384 and RS512',
  kid: (value, { kid }) => `signing key${value === kid ? ': the twin’s current one' : ''}`,
  crit: () => 'extensions that a verifier must understand; the gateway rejects a token with crit',
  typ: () => `type; ${IGNORED}`,
};

/** Descriptions of claims. */
const CLAIMS: Readonly<Record<string, Words>> = {
  iss: (value, { issuers }) => `issuer${issuers.some((one) => one === value) ? ': this tenant' : ''}`,
  sub: (value, { users, clients }) =>
    `subject${
      named('the user ', users.find(({ userId }) => userId === value)?.email) ||
      named('the client itself, not a user: ', clients.find(({ clientId }) => `${clientId}@clients` === value)?.name)
    }`,
  aud: () => 'audience: the API that the token is for',
  exp: (value) => `expires${moment(value)}`,
  iat: (value) => `issued at${moment(value)}`,
  nbf: (value) => `not valid before${moment(value)}`,
  scope: () => 'what the token allows; a route needs one of its scopes',
  scp: () => 'used as the scope if there is no scope claim',
  gty: () => 'the grant type of the token request',
  azp: (value, { clients }) => `client${named('', clients.find(({ clientId }) => clientId === value)?.name)}`,
  permissions: () => `what the user may do; ${IGNORED}`,
  client_id: () => 'used as the audience if there is no aud claim',
  jti: () => `the token’s id; ${IGNORED}`,
};

export function headerWords(name: string, value: unknown, known: Known): string {
  return wordsFor(HEADER, name)?.(value, known) ?? IGNORED;
}

/** Returns the description of a claim; times are readable. */
export function claimWords(name: string, value: unknown, known: Known): string {
  return wordsFor(CLAIMS, name)?.(value, known) ?? `${IGNORED}; the handler gets it`;
}

/** Looks up only own properties, because a token may contain a claim `constructor`. */
function wordsFor(table: Readonly<Record<string, Words>>, name: string): Words | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function named(before: string, name: string | undefined): string {
  return name === undefined ? '' : `: ${before}${name}`;
}

const RELATIVE = new Intl.RelativeTimeFormat('en', { style: 'short' });
const UNITS = { day: 86_400, hour: 3600, minute: 60, second: 1 } as const;

/** Returns ` 14:03:22, in 59 min.` for seconds since 1970, with the day unless it is today; empty for any other value. */
function moment(value: unknown): string {
  const date = new Date(typeof value === 'number' ? value * 1000 : NaN);
  if (Number.isNaN(date.getTime())) return '';
  const day = date.toDateString() === new Date().toDateString() ? '' : `${date.toLocaleDateString()} `;
  const seconds = Math.trunc((date.getTime() - Date.now()) / 1000);
  const unit = (['day', 'hour', 'minute'] as const).find((one) => Math.abs(seconds) >= UNITS[one]) ?? 'second';
  return ` ${day}${clockTime(date)}, ${RELATIVE.format(Math.trunc(seconds / UNITS[unit]), unit)}`;
}

/** `14:03:22` */
export function clockTime(date: Date): string {
  return date.toTimeString().slice(0, 8);
}

/** Descriptions of the gateway's checks, in order. */
export const CHECK_WORDS: ReadonlyMap<string, string> = new Map([
  ['path', 'path is well formed'],
  ['route', 'a route matches'],
  ['throttle', 'within the throttle'],
  ['token', 'token is present'],
  ['format', 'token is a JWT'],
  ['algorithm', 'signed with RSA'],
  ['crit', 'no crit in the header'],
  ['key', 'key belongs to the issuer'],
  ['signature', 'signature matches the key'],
  ['issuer', 'issuer'],
  ['audience', 'audience'],
  ['expiry', 'not expired'],
  ['not before', 'already valid'],
  ['issued at', 'issued before now'],
  ['scope', 'has a scope of the route'],
]);

/** Returns a value that a check compared; for a time in seconds, also the time of day. */
export function comparedWords(check: string, value: string): string {
  if (value === '') return 'nothing';
  if (!['expiry', 'not before', 'issued at'].includes(check)) return value;
  return value.replace(/\b\d{9,11}\b/, (seconds) => `${seconds} (${clockTime(new Date(Number(seconds) * 1000))})`);
}

/** Returns why a scope was granted or not, as a text that needs no column heading. */
export function scopeWords(requested: boolean, permitted: boolean, granted: boolean): string {
  if (granted) return requested ? 'requested and permitted' : 'permitted; granted although not requested';
  if (!requested) return 'permitted, but not requested';
  return permitted ? 'requested and permitted, but not granted' : 'requested, but not permitted for this caller';
}

/** Returns the description of a request of a login. */
export function stepWords(request: string, renews: boolean): string {
  if (request === 'POST /oauth/token')
    return renews ? 'The application renews the token' : 'The application exchanges the code';
  return STEPS.get(request) ?? 'The browser follows the redirect';
}

const STEPS: ReadonlyMap<string, string> = new Map([
  ['GET /authorize', 'The application sends the browser to the tenant'],
  ['GET /u/login', 'The tenant shows its login page'],
  ['POST /u/login', 'The user logs in'],
  ['GET /u/consent', 'The tenant asks for consent'],
  ['POST /u/consent', 'The user consents'],
]);

/** Escapes the characters in untrusted text that are invisible or change its direction. */
export function visible(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Does the same for text of several lines. */
export function visibleText(text: string): string {
  return text.replace(/[^\t\r\n]+|\r(?!\n)/g, visible);
}

/** Returns a *Markdown* name as plain text. */
export function plain(markdown: string): string {
  return markdown.replaceAll('`', '');
}

/** Returns a line `name: value` for each. */
export function linesOf(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map((pair) => pair.join(': '))
    .join('\n');
}
