import { createPublicKey } from 'node:crypto';
import { EXAMPLE_HOST } from '../../limits/hosts.ts';
import type { Contract } from '../contract/define-contract.ts';
import { isDistinct } from '../schemas.ts';
import { problem, type Problem, type ProblemCode } from '../user-error.ts';
import { CLIENT_TYPES, type ClientSettings } from './client-settings.ts';
import type { CheckedKeys } from './keys.ts';
import { undeclared } from './undeclared.ts';

const LISTS = ['callbacks', 'logoutUrls', 'origins'] as const;

type Found = readonly [code: ProblemCode, message: string];

/**
 * Yields problems that would stop a client's users from logging in, or send them to a wrong address.
 * @param place the client's place in the stack file
 */
export function* loginProblems(
  client: ClientSettings,
  place: string,
  keys: CheckedKeys,
  hasEngine: boolean,
): Iterable<Problem> {
  const { type, grants } = client;
  for (const found of grantProblems(client)) yield problem(found[0], `${place}.grants`, found[1]);
  if (grants.includes('authorization_code') && keys['api:userAccess'] === 'deny') {
    const message = 'api:userAccess is deny, so no user could get a token through it; remove authorization_code';
    yield problem('conflict', `${place}.grants`, message);
  }
  for (const list of LISTS) {
    const urls = client[list];
    const found = listProblem(client, list);
    if (found !== undefined) yield problem(found[0], `${place}.${list}`, found[1]);
    else if (type !== 'service') {
      for (const [index, url] of urls.entries()) {
        const [code, message] =
          urls.indexOf(url) < index
            ? (['duplicate', 'it is listed twice'] as const)
            : (urlProblem(url, list, client, { ...keys, hasEngine }) ?? []);
        if (code !== undefined) yield problem(code, `${place}.${list}.${index}`, `${url}: ${message}`);
      }
    }
  }
  for (const [key, code, message] of proofProblems(client)) yield problem(code, `${place}.${key}`, message);
}

type ProofKey = 'auth' | 'publicKeys' | 'secretVersion';

function* proofProblems({
  type,
  auth,
  publicKeys,
  secretVersion,
}: ClientSettings): Iterable<readonly [key: ProofKey, ...Found]> {
  const { isPublic } = CLIENT_TYPES[type];
  const usesKeys = auth === 'private_key_jwt';
  if (auth !== undefined && isPublic) {
    yield ['auth', 'conflict', `a client of type ${type} can keep neither a secret nor a private key; remove it`];
  } else if (usesKeys && publicKeys === undefined) {
    yield ['publicKeys', 'missing', 'is missing; auth: private_key_jwt needs the public key of the client'];
  }
  if (publicKeys !== undefined && !usesKeys) {
    yield ['publicKeys', 'unused', 'only a client with auth: private_key_jwt has keys; write that, or remove them'];
  }
  const keys = publicKeys?.map(({ pem }) => createPublicKey(pem).export({ type: 'spki', format: 'pem' }));
  if (!isDistinct(keys ?? [])) {
    yield ['publicKeys', 'duplicate', 'Auth0 accepts each key of a client once; remove the duplicate'];
  }
  if (secretVersion !== undefined && (isPublic || usesKeys)) {
    const whose = isPublic ? `of type ${type}` : 'with auth: private_key_jwt';
    yield ['secretVersion', 'unused', `a client ${whose} has no secret; remove this key`];
  }
}

function* grantProblems({ type, grants }: ClientSettings): Iterable<Found> {
  for (const grant of grants) {
    if (CLIENT_TYPES[type].grants.includes(grant)) continue;
    const why =
      type === 'service'
        ? `a service has no login, and so no ${grant}; write type: spa, native or web`
        : `a client of type ${type} cannot keep a secret, and so has no ${grant}; write authorization_code`;
    yield ['conflict', why];
  }
  if (type !== 'service' && !grants.includes('authorization_code')) {
    yield ['missing', `a client of type ${type} logs users in; add authorization_code, or write type: service`];
  }
}

function listProblem({ type, party, ...client }: ClientSettings, list: (typeof LISTS)[number]): Found | undefined {
  if (client[list].length === 0) {
    const isNeeded = list === 'callbacks' ? type !== 'service' : list === 'origins' && type === 'spa';
    const example = list === 'callbacks' ? '/callback' : '';
    return isNeeded ? ['missing', `is missing; write, for instance, [http://localhost:5173${example}]`] : undefined;
  }
  if (list === 'origins' && type !== 'spa') return ['unused', 'only a client of type spa has origins; remove them'];
  if (type === 'service') return ['unused', 'a service has no login; remove them, or write type: spa, native or web'];
  // Source: https://auth0.com/docs/get-started/applications/third-party-applications/security-controls
  return list === 'logoutUrls' && party === 'third'
    ? ['conflict', 'Auth0 has no logout for a third party, which revokes its tokens instead; remove them']
    : undefined;
}

/** Matches a scheme in reverse domain notation. Source: RFC 8252, section 7.1 */
const APP_SCHEME = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:\//;
const LOCALHOST = /^http:\/\/localhost(:\d{1,5})?([/?]|$)/;
/** Source: https://auth0.com/docs/get-started/applications/wildcards-for-subdomains */
const ONE_WILDCARD = /^https:\/\/[a-z0-9-]*\*[a-z0-9-]*(\.[a-z0-9-]+){2,}(:\d+)?([/?][^*]*)?$/;

/** Returns whether a URL is on localhost, where Auth0 cannot verify which program responds. */
export function isLocalhost(url: string): boolean {
  return LOCALHOST.test(url);
}

function urlProblem(
  url: string,
  list: (typeof LISTS)[number],
  { type, party }: ClientSettings,
  { 'api:production': production, hasEngine }: CheckedKeys & { readonly hasEngine: boolean },
): Found | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || /[\s\\]/.test(url)) return ['invalid', 'is not a URL; write one like https://app.example.com'];
  if (url.includes('#')) return ['invalid', 'has a fragment, which Auth0 drops; remove it from the # on'];
  if (type === 'native' && list !== 'origins' && APP_SCHEME.test(url)) return undefined;
  if (LOCALHOST.test(url)) {
    if (production === true) return ['production', 'api:production is true: write an https:// URL, not localhost'];
  } else if (!url.startsWith('https://')) {
    const app = type === 'native' ? ', or a scheme with a dot like com.example.app://login' : '';
    return ['invalid', `write https://, or http://localhost outside production${app}`];
  }
  if (parsed.username !== '' || parsed.password !== '') return ['invalid', 'has a user name; remove it'];
  if (url.includes('*')) {
    if (list === 'origins') return ['invalid', 'CORS has no wildcard within a host; name each origin'];
    if (production === true) return ['production', 'api:production is true: name each host, without *'];
    if (party === 'third') return ['conflict', 'Auth0 accepts no wildcard for a third party; name each host'];
    if (!ONE_WILDCARD.test(url)) {
      return ['invalid', 'Auth0 accepts one *, in the first label of a host, like https://*.example.com'];
    }
  }
  if (list === 'origins' && parsed.origin !== url) {
    return ['invalid', `an origin has no path, no slash at its end and no capitals; write ${parsed.origin}`];
  }
  return hasEngine && EXAMPLE_HOST.test(parsed.hostname)
    ? ['placeholder', 'is a placeholder; write the address of your application']
    : undefined;
}

/** Yields problems of a stack's users and their databases. */
export function* userProblems(keys: CheckedKeys, contract: Contract): Iterable<Problem> {
  const { 'api:testUser': testUser, 'api:users': users = [], 'api:connections': connections = [] } = keys;
  if (testUser !== undefined && users.length > 0) {
    yield problem('conflict', 'api:testUser', 'it is a shorthand for api:users, which is set too; move the user there');
  }
  const all = users.map((user, index) => ({ ...user, place: `api:users.${index}` }));
  if (testUser !== undefined) all.unshift({ ...testUser, place: 'api:testUser' });
  const logsIn = clientsThatLogIn(keys).length > 0;
  for (const [index, { email, roles, connection, place }] of all.entries()) {
    yield* undeclared(`${place}.roles`, 'role', roles, Object.keys(contract.roles));
    if (all.findIndex((user) => user.email === email) < index) {
      yield problem('duplicate', `${place}.email`, `two users have the address ${email}`);
    }
    if (keys['api:userAccess'] === 'deny') {
      yield problem('conflict', place, 'api:userAccess is deny, so the user could get no token; remove it');
    } else if (!logsIn && keys['api:clients'] !== undefined) {
      const message =
        'no client has authorization_code or password, so the user could not log in; give one to a client';
      yield problem('conflict', place, message);
    }
    if (connection !== undefined && !connections.includes(connection)) {
      yield problem('undeclared', `${place}.connection`, `api:connections does not name ${connection}; add it there`);
    }
    if (connection === undefined && connections.length > 0) {
      const message = `the stack has no database of its own; write api:users with connection: ${connections[0]}`;
      yield problem('missing', place, message);
    }
  }
}

/** Yields problems of the program's database, or of the connections that replace it. */
export function* connectionProblems(keys: CheckedKeys): Iterable<Problem> {
  const { 'api:connections': connections = [], 'api:database': database } = keys;
  const unused = (key: string, why: string): Problem => problem('unused', key, `${why}; remove it`);
  if (database !== undefined && connections.length > 0) {
    yield unused('api:database', 'api:connections replaces the database of the program');
  }
  if (!isDistinct(connections)) {
    yield problem('duplicate', 'api:connections', 'a connection is listed twice');
  }
  if (keys['api:defaultDirectory'] === true && connections.length > 0) {
    const message = 'it is for the database of the program, which api:connections replaces; write false';
    yield problem('conflict', 'api:defaultDirectory', message);
  }
  if (keys['api:clients'] === undefined) return;
  if (clientsThatLogIn(keys).length === 0) {
    const why = 'no client has authorization_code or password, so no user logs in';
    if (database !== undefined) yield unused('api:database', why);
    if (connections.length > 0) yield unused('api:connections', why);
  }
  if (keys['api:refreshTokens'] !== undefined && !keys['api:clients'].some(mayRefresh)) {
    yield unused('api:refreshTokens', 'no client has the grant refresh_token');
  }
}

function clientsThatLogIn({ 'api:clients': clients = [] }: CheckedKeys): readonly ClientSettings[] {
  return clients.filter(logsUsersIn);
}

/** Returns whether users log in through a client, on Auth0's page or by the password grant. */
export function logsUsersIn({ grants }: Pick<ClientSettings, 'grants'>): boolean {
  return grants.includes('authorization_code') || grants.includes('password');
}

export function mayRefresh({ grants }: Pick<ClientSettings, 'grants'>): boolean {
  return grants.includes('refresh_token');
}
