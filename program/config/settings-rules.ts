import { didYouMean } from '../nearest.ts';
import type { Problem } from '../user-error.ts';
import type { CheckedKeys } from '../../settings.ts';
import { apiProblems } from './api-settings-rules.ts';
import type { ClientSettings } from './client-settings.ts';
import type { Contract } from '../contract/define-contract.ts';
import { productionProblems } from './production-rules.ts';

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html (cannot be raised). */
const AUDIENCES_PER_AUTHORIZER = 50;
/** The domain that the shipped stack files carry until somebody writes their own. */
const PLACEHOLDER = /^your-.*tenant\.[a-z]{2}\.auth0\.com$/;

/**
 * The rules that join several keys of a stack file, or a key and the contract. A key that has a problem of its own is
 * absent here, and the rules that need it stay silent.
 * @param hasEngine whether a real engine runs the program, so that real clouds are about to be asked
 */
export function combinationProblems(keys: CheckedKeys, contract: Contract, hasEngine: boolean): Problem[] {
  return [
    ...domainProblems(keys, hasEngine),
    ...quotaProblems(keys, contract),
    ...(keys['api:clients'] ?? []).flatMap((client, index, all) => [
      ...clientProblems(client, `api:clients.${index} (${client.name})`, keys, contract),
      ...(all.findIndex(({ name }) => name === client.name) < index
        ? [{ place: `api:clients.${index}.name`, message: `${client.name} is named twice` }]
        : []),
      ...formerlyProblems(client, `api:clients.${index} (${client.name}).formerly`, all),
    ]),
    ...testUserProblems(keys, contract),
    ...directoryProblems(keys),
    ...productionProblems(keys),
    ...apiProblems(keys, contract),
  ];
}

function domainProblems(keys: CheckedKeys, hasEngine: boolean): Problem[] {
  const problems: Problem[] = [];
  const domain = keys['auth0:domain'];
  if (hasEngine && domain !== undefined && PLACEHOLDER.test(domain)) {
    problems.push({ place: 'auth0:domain', message: `${domain} is a placeholder; write your own tenant's domain` });
  }
  const issuer = keys['api:issuerDomain'];
  if (domain !== undefined && issuer !== undefined && issuer !== domain && /(^|\.)auth0\.com$/.test(issuer)) {
    const message = `${issuer} is a tenant's own domain, whose tokens anybody with that tenant can make; write a custom domain of ${domain}, or leave it out`;
    problems.push({ place: 'api:issuerDomain', message });
  }
  const audience = keys['api:audience'];
  const others = keys['api:otherAudiences'] ?? [];
  const domains = [domain, keys['api:issuerDomain']].filter((one) => one !== undefined);
  const auth0s = domains.flatMap((one) => [`https://${one}/api/v2/`, `https://${one}/userinfo`]);
  for (const [place, identifiers] of [
    ['api:audience', audience === undefined ? [] : [audience]],
    ['api:otherAudiences', others],
  ] as const) {
    const own = identifiers.find((one) => auth0s.includes(one));
    if (own === undefined) continue;
    problems.push({ place, message: `${own} is an API of the tenant's own; give yours its own identifier` });
  }
  const all = [audience, ...others];
  const twice = others.find((one, index) => all.indexOf(one) <= index);
  if (twice !== undefined) problems.push({ place: 'api:otherAudiences', message: `${twice} is named twice` });
  return problems;
}

function quotaProblems(keys: CheckedKeys, contract: Contract): Problem[] {
  const problems: Problem[] = [];
  const audiences = 1 + (keys['api:otherAudiences']?.length ?? 0);
  if (audiences > AUDIENCES_PER_AUTHORIZER) {
    problems.push({
      place: 'api:otherAudiences',
      message: `${audiences} audiences with api:audience; an authorizer takes at most ${AUDIENCES_PER_AUTHORIZER}`,
    });
  }
  const routes = Object.keys(contract.routes).length;
  const quota = keys['api:routeQuota'];
  if (quota !== undefined && routes > quota) {
    problems.push({
      place: 'api:routeQuota',
      message: `contract.ts has ${routes} routes and an API takes ${quota}; ask AWS to raise the quota and write the new one here`,
    });
  }
  return problems;
}

function clientProblems(client: ClientSettings, place: string, keys: CheckedKeys, contract: Contract): Problem[] {
  const problems = undeclared(
    `${place}.permissions`,
    'permission',
    client.permissions,
    Object.keys(contract.permissions),
  );
  const grants = `${place}.grants`;
  if (client.grants.includes('password')) {
    if (client.party === 'third') {
      problems.push({
        place: grants,
        message:
          "Auth0 refuses the password grant to a third-party client, which is never to see a user's password; remove it",
      });
    }
    if (keys['api:userAccess'] === 'deny') {
      problems.push({
        place: grants,
        message: 'api:userAccess is deny, so no user could get a token through it; remove password',
      });
    }
    if (keys['api:passwordGrant'] === 'forbid') {
      problems.push({
        place: grants,
        message: 'api:passwordGrant is forbid; remove password here, or write allow there',
      });
    }
  }
  if (client.permissions.length > 0 && !client.grants.includes('client_credentials')) {
    problems.push({
      place: `${place}.permissions`,
      message:
        "only client_credentials uses them, and this client has not that grant (a user's come from roles); write []",
    });
  }
  if (client.tokenQuota !== undefined && !client.grants.includes('client_credentials')) {
    problems.push({
      place: `${place}.tokenQuota`,
      message: 'Auth0 counts the tokens of client_credentials alone, and this client has not that grant; remove it',
    });
  }
  if (new Set(client.grants).size < client.grants.length) {
    problems.push({ place: grants, message: 'a grant is named twice' });
  }
  return problems;
}

function formerlyProblems(client: ClientSettings, place: string, all: readonly ClientSettings[]): Problem[] {
  const { formerly } = client;
  if (formerly === undefined) return [];
  if (all.some(({ name }) => name === formerly)) {
    return [{ place, message: `a client is called ${formerly} now; one name cannot be both` }];
  }
  const first = all.find((other) => other.formerly === formerly);
  return first !== undefined && first !== client
    ? [{ place, message: `${formerly} is the former name of ${first.name} already; only one can have been that` }]
    : [];
}

function testUserProblems(keys: CheckedKeys, contract: Contract): Problem[] {
  const user = keys['api:testUser'];
  if (user === undefined) return [];
  const problems = undeclared('api:testUser.roles', 'role', user.roles, Object.keys(contract.roles));
  const place = 'api:testUser';
  if (keys['api:userAccess'] === 'deny') {
    problems.push({ place, message: 'api:userAccess is deny, so the test user could get no token; remove it' });
  }
  if (keys['api:passwordGrant'] === 'forbid') {
    problems.push({
      place,
      message: 'api:passwordGrant is forbid, so nobody could log the test user in; remove it, or write allow there',
    });
  }
  if (keys['api:passwordGrant'] === 'allow' && keys['api:clients'] !== undefined && !anyPasswordClient(keys)) {
    problems.push({
      place,
      message: 'no client has the password grant, so nobody could log the test user in; give it to one',
    });
  }
  return problems;
}

function directoryProblems(keys: CheckedKeys): Problem[] {
  if (keys['api:passwordGrant'] === 'allow' && keys['api:userAccess'] === 'deny') {
    return [
      {
        place: 'api:passwordGrant',
        message: 'api:userAccess is deny, so the password grant could give nobody a token; write forbid',
      },
    ];
  }
  if (keys['api:defaultDirectory'] === true && keys['api:clients'] !== undefined && !anyPasswordClient(keys)) {
    return [
      { place: 'api:defaultDirectory', message: 'no client has the password grant, so it serves nothing; write false' },
    ];
  }
  return [];
}

function anyPasswordClient(keys: CheckedKeys): boolean {
  return (keys['api:clients'] ?? []).some(({ grants }) => grants.includes('password'));
}

function undeclared(place: string, kind: string, names: readonly string[], declared: readonly string[]): Problem[] {
  const problems = names
    .filter((name) => !declared.includes(name))
    .map((name) => ({
      place,
      message: `the ${kind} ${JSON.stringify(name)} is not declared in contract.ts${didYouMean(name, declared)}`,
    }));
  if (new Set(names).size < names.length) problems.push({ place, message: `a ${kind} is named twice` });
  return problems;
}
