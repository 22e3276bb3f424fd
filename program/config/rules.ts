import { AUDIENCES_PER_AUTHORIZER } from '../../limits/http-api.ts';
import type { Contract } from '../contract/define-contract.ts';
import { didYouMean } from '../../limits/nearest.ts';
import { isDistinct } from '../schemas.ts';
import { problem, type Problem } from '../user-error.ts';
import { apiProblems } from './api-rules.ts';
import type { ClientSettings } from './client-settings.ts';
import { corsContradictions } from './cors.ts';
import type { CheckedKeys } from './keys.ts';
import { connectionProblems, loginProblems, userProblems } from './login-rules.ts';
import { undeclared } from './undeclared.ts';

const SHIPPED_AUDIENCE = [
  /^https:\/\/(.*\.)?test-api-for-jwt-authorizer\.example\.com$/,
  'a URI of your own, which Auth0 cannot change later',
] as const;

/** Placeholders of the shipped stack files, which only the twin accepts, and what to write instead. */
const PLACEHOLDERS = [
  ['auth0:domain', /^your-.*tenant\.[a-z]{2}\.auth0\.com$/, 'the domain of your tenant'],
  ['api:audience', ...SHIPPED_AUDIENCE],
  ['api:secondAudience', ...SHIPPED_AUDIENCE],
] as const;

/**
 * Returns problems across keys, or between a key and the contract. A rule skips keys that are invalid by themselves.
 * @param hasEngine whether a real engine runs the program, which is then about to change real services
 */
export function combinationProblems(keys: CheckedKeys, contract: Contract, hasEngine: boolean): Problem[] {
  return [
    ...(hasEngine ? placeholderProblems(keys) : []),
    ...domainProblems(keys),
    ...audienceProblems(keys),
    ...routeQuotaProblems(keys, contract),
    ...(keys['api:clients'] ?? []).flatMap((client, index) => [
      ...clientProblems(client, index, keys, contract),
      ...loginProblems(client, `api:clients.${index} (${client.name})`, keys, hasEngine),
    ]),
    ...probeProblems(keys),
    ...userProblems(keys, contract),
    ...userGrantProblems(keys),
    ...connectionProblems(keys),
    ...corsContradictions(keys),
    ...apiProblems(keys, contract),
  ];
}

/** Returns the keys that still have a placeholder. */
export function placeholderProblems(keys: Readonly<Record<string, unknown>>): Problem[] {
  return PLACEHOLDERS.flatMap(([key, shipped, instead]) => {
    const value = keys[key];
    if (typeof value !== 'string' || !shipped.test(value)) return [];
    return [problem('placeholder', key, `${value} is a placeholder; write ${instead}`)];
  });
}

function* domainProblems(keys: CheckedKeys): Iterable<Problem> {
  const { 'auth0:domain': domain } = keys;
  if (domain === undefined) return;
  const issuers: Readonly<Record<string, string | undefined>> = {
    'api:issuerDomain': keys['api:issuerDomain'],
    'api:secondIssuer.domain': keys['api:secondIssuer']?.domain,
  };
  for (const [place, issuer] of Object.entries(issuers)) {
    if (issuer === undefined || issuer === domain || !/(^|\.)auth0\.com$/.test(issuer)) continue;
    const message = `${issuer} is the domain of another tenant, whose owner could issue tokens for this API; write a custom domain of ${domain}, or leave it out`;
    yield problem('conflict', place, message);
  }
}

function* audienceProblems(keys: CheckedKeys): Iterable<Problem> {
  const { 'api:audience': audience, 'api:secondAudience': second, 'api:otherAudiences': others = [] } = keys;
  const all = [audience, ...(second === undefined ? [] : [second]), ...others];
  if (second !== undefined && second === audience) {
    yield problem('duplicate', 'api:secondAudience', `${second} is api:audience already; write another identifier`);
  }
  const duplicate = others.find((identifier) => all.indexOf(identifier) < all.lastIndexOf(identifier));
  if (duplicate !== undefined) yield problem('duplicate', 'api:otherAudiences', `${duplicate} is listed twice`);
  if (all.length > AUDIENCES_PER_AUTHORIZER) {
    const message = `${all.length} audiences with api:audience${second === undefined ? '' : ' and api:secondAudience'}; an authorizer accepts at most ${AUDIENCES_PER_AUTHORIZER}`;
    yield problem('quota', 'api:otherAudiences', message);
  }
}

function* routeQuotaProblems({ 'api:routeQuota': quota }: CheckedKeys, contract: Contract): Iterable<Problem> {
  const routes = Object.keys(contract.routes).length;
  if (quota === undefined || routes <= quota) return;
  const message = `contract.ts has ${routes} routes and an API accepts ${quota}; request a higher quota from AWS and write it here`;
  yield problem('quota', 'api:routeQuota', message);
}

function* clientProblems(
  client: ClientSettings,
  index: number,
  keys: CheckedKeys,
  contract: Contract,
): Iterable<Problem> {
  const all = keys['api:clients'] ?? [];
  const { name, type, party, formerly, grants, permissions = [] } = client;
  const place = `api:clients.${index} (${name})`;
  const forItself = grants.includes('client_credentials');
  if (party === undefined && type === 'service') {
    yield problem('missing', `api:clients.${index}.party`, 'is missing; write first or third');
  }
  if (client.permissions === undefined && (type === 'service' || forItself || party === 'third')) {
    yield problem('missing', `api:clients.${index}.permissions`, 'is missing; write a list, or []');
  }
  yield* undeclared(`${place}.permissions`, 'permission', permissions, Object.keys(contract.permissions));
  if (grants.includes('password')) {
    const rejected = (message: string): Problem => problem('conflict', `${place}.grants`, message);
    if (party === 'third') {
      yield rejected("Auth0 rejects the password grant of a third-party client, which must not see a user's password");
    }
    if (keys['api:userAccess'] === 'deny') {
      yield rejected('api:userAccess is deny, so no user could get a token through it; remove password');
    }
    if (keys['api:passwordGrant'] === 'forbid') {
      yield rejected('api:passwordGrant is forbid; remove password here, or write allow there');
    }
  }
  if (permissions.length > 0 && !forItself && party !== 'third') {
    const message = 'only client_credentials uses them (those of users come from roles); add that grant, or write []';
    yield problem('unused', `${place}.permissions`, message);
  }
  if (client.tokenQuota !== undefined && !forItself) {
    const message = 'Auth0 counts only tokens of client_credentials, and this client lacks that grant; remove it';
    yield problem('unused', `${place}.tokenQuota`, message);
  }
  if (!isDistinct(grants)) {
    yield problem('duplicate', `${place}.grants`, 'a grant is listed twice');
  }
  if (all.findIndex((declared) => declared.name === name) < index) {
    yield problem('duplicate', `api:clients.${index}.name`, `two clients are called ${name}`);
  }
  if (formerly === undefined) return;
  const taken = (message: string): Problem => problem('duplicate', `${place}.formerly`, message);
  const first = all.findIndex((declared) => declared.formerly === formerly);
  if (all.some((declared) => declared.name === formerly)) {
    yield taken(`a client is called ${formerly} now; one name cannot be both`);
  } else if (first < index) {
    yield taken(`${formerly} is already the former name of ${all[first]?.name ?? ''}; remove one of them`);
  }
}

function* probeProblems({ 'api:probe': probe, 'api:clients': clients }: CheckedKeys): Iterable<Problem> {
  if (probe === undefined || clients === undefined) return;
  const client = clients.find(({ name }) => name === probe);
  if (client === undefined) {
    const names = clients.map(({ name }) => name);
    yield problem('undeclared', 'api:probe', `no client is called ${probe}${didYouMean(probe, names)}`);
  } else if (client.party !== 'first' || client.grants.some((grant) => grant !== 'client_credentials')) {
    const message = `the client ${probe} may do more than a probe needs; use a client with party: first and grants: [client_credentials]`;
    yield problem('conflict', 'api:probe', message);
  }
}

function* userGrantProblems(keys: CheckedKeys): Iterable<Problem> {
  if (keys['api:passwordGrant'] === 'allow' && keys['api:userAccess'] === 'deny') {
    const message = 'api:userAccess is deny, so the password grant could issue no token; write forbid';
    yield problem('conflict', 'api:passwordGrant', message);
  } else if (keys['api:defaultDirectory'] === true && lacksPasswordClient(keys)) {
    yield problem('unused', 'api:defaultDirectory', 'no client has the password grant, which it is for; write false');
  }
}

function lacksPasswordClient({ 'api:clients': clients }: CheckedKeys): boolean {
  return clients !== undefined && !clients.some(({ grants }) => grants.includes('password'));
}
