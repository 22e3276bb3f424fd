import { ENVIRONMENT_LIMIT, environmentSize } from '../../limits/environment-names.ts';
import { parseFunctionArn } from '../../limits/function-arn.ts';
import { CERTIFICATE_NAME_LENGTH } from '../../limits/hosts.ts';
import { INTEGRATIONS_PER_API } from '../../limits/http-api.ts';
import { ROLE_POLICY_LENGTH } from '../../limits/iam.ts';
import { parseRouteKey } from '../../limits/route-key.ts';
import { partitionOf } from '../../limits/partitions.ts';
import { policySize, statementsOf } from '../aws/policy.ts';
import { backendOf, functionLabel, type Backend } from '../contract/backend.ts';
import type { Contract } from '../contract/define-contract.ts';
import { handlerIn, type HandlerSpec } from '../contract/handler-spec.ts';
import { parametersOf } from '../contract/route-spec.ts';
import { arnProblem, forwardProblem } from '../contract/targets.ts';
import { didYouMean } from '../../limits/nearest.ts';
import { problem, type Problem } from '../user-error.ts';
import type { CheckedKeys } from './keys.ts';

/** Returns problems across the AWS settings; each key's schema checks the rest. */
export function apiProblems(keys: CheckedKeys, contract: Contract): Problem[] {
  return [
    ...domainProblems(keys),
    ...secondIssuerProblems(keys, contract),
    ...Object.keys(keys['api:routeThrottles'] ?? {}).flatMap((key) =>
      unknownRoute('api:routeThrottles', key, contract),
    ),
    ...corsProblems(keys),
    ...regionProblems(keys),
    ...handlerProblems(keys, contract),
    ...backendProblems(keys, contract),
  ];
}

/** Returns the region of an ARN, or its partition, if it differs from the stack's. */
function otherRegion(arn: string | undefined, { 'aws:region': own }: CheckedKeys): string | undefined {
  const [, partition, , region] = arn?.split(':') ?? [];
  if (region === undefined || own === undefined) return undefined;
  if (region !== own) return region;
  return partition === partitionOf(own) ? undefined : `the partition ${partition}`;
}

function* domainProblems(keys: CheckedKeys): Iterable<Problem> {
  if (keys['api:domain'] === undefined) return;
  const { name, basePath: _, existing, ...own } = keys['api:domain'];
  const { certificateArn, hostedZoneId, truststoreUri, truststoreVersion } = own;
  if (existing === true) {
    for (const key of Object.keys(own)) {
      const message = 'the domain exists already, and this stack changes nothing of it; remove this key, or existing';
      yield problem('conflict', `api:domain.${key}`, message);
    }
    return;
  }
  if (truststoreVersion !== undefined && truststoreUri === undefined) {
    yield problem(
      'unused',
      'api:domain.truststoreVersion',
      'has no effect without truststoreUri; write that key too, or remove this one',
    );
  }
  if (certificateArn === undefined && hostedZoneId === undefined) {
    const message = `${name} has no certificate; write certificateArn, or hostedZoneId to have one requested and validated`;
    yield problem('missing', 'api:domain', message);
  }
  if (certificateArn === undefined && name.length > CERTIFICATE_NAME_LENGTH) {
    const message = `${name} has ${name.length} characters, and ACM issues a certificate for up to ${CERTIFICATE_NAME_LENGTH}; write certificateArn, of a certificate that has it as an additional name`;
    yield problem('quota', 'api:domain.name', message);
  }
  const region = otherRegion(certificateArn, keys);
  if (region !== undefined) {
    const message = `the certificate is in ${region}; API Gateway needs one in the stack's region, ${keys['aws:region']}`;
    yield problem('conflict', 'api:domain.certificateArn', message);
  }
  const owner = [keys['auth0:domain'], keys['api:issuerDomain'], keys['api:secondIssuer']?.domain].includes(name)
    ? 'Auth0'
    : /(^|\.)amazonaws\.com(\.cn)?$/.test(name) && 'AWS';
  if (owner) yield problem('conflict', 'api:domain.name', `${name} belongs to ${owner}; write a name of your own`);
}

function* secondIssuerProblems(keys: CheckedKeys, { routes }: Contract): Iterable<Problem> {
  const { 'api:secondIssuer': second, 'api:domain': domain } = keys;
  if (second === undefined) return;
  const place = 'api:secondIssuer.basePath';
  if (domain === undefined) {
    yield problem('missing', 'api:secondIssuer', 'needs a custom domain; add api:domain');
    return;
  }
  const { basePath: first = '' } = domain;
  if (second.basePath === first) {
    yield problem('duplicate', place, `the first API is served at ${first} already; write another base path`);
    return;
  }
  const isAbove = first.startsWith(`${second.basePath}/`);
  const [outer, inner] = isAbove ? [second.basePath, first] : [first, second.basePath];
  const losing = Object.groupBy(Object.keys(routes), (key) => lossOf(key, outer, inner));
  const taken = losing.every?.[0] ?? losing.some?.[0];
  if (taken !== undefined && isAbove) {
    const message = `the first API would take the requests below ${first} of the route ${JSON.stringify(taken)}; write another base path`;
    yield problem('conflict', place, message);
  } else if (taken !== undefined && (losing.every !== undefined || second.reason === undefined)) {
    const instead = losing.every === undefined ? ', or a reason why no caller of the first API needs these' : '';
    const message = `it would take the requests below ${second.basePath} of the route ${JSON.stringify(taken)} from the first API; write another base path${instead}`;
    yield problem('conflict', place, message);
  } else if (taken === undefined && second.reason !== undefined) {
    yield problem(
      'unused',
      'api:secondIssuer.reason',
      'no route of the first API loses requests, so the reason has no effect; remove it',
    );
  }
}

/** Describes the requests that a route of the API at one base path loses to the API at another one below it. */
function lossOf(key: string, outer: string, inner: string): 'every' | 'some' | 'none' {
  const prefix = outer === '' ? '' : `${outer}/`;
  if (!inner.startsWith(prefix)) return 'none';
  const parsed = parseRouteKey(key);
  if (parsed.kind !== 'path') return 'some';
  const last = parsed.segments.at(-1);
  const met = inner
    .slice(prefix.length)
    .split('/')
    .map((text, index) => [text, parsed.segments[index] ?? (last?.kind === 'greedy' ? last : undefined)] as const);
  const isMet = met.every(([text, segment]) => segment && (segment.kind !== 'literal' || segment.text === text));
  if (!isMet) return 'none';
  return met.every(([, segment]) => segment?.kind === 'literal') ? 'every' : 'some';
}

function unknownRoute(setting: string, key: string, { routes }: Contract): Problem[] {
  if (Object.hasOwn(routes, key)) return [];
  const message = `contract.ts has no such route${didYouMean(key, Object.keys(routes))}`;
  return [problem('undeclared', `${setting}, ${JSON.stringify(key)}`, message)];
}

/**
 * Returns problems of CORS. Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html,
 * and the Fetch standard.
 */
function corsProblems({ 'api:cors': cors }: CheckedKeys): Problem[] {
  if (cors?.allowCredentials !== true) return [];
  return (['allowOrigins', 'allowMethods', 'allowHeaders', 'exposeHeaders'] as const)
    .filter((list) => cors[list]?.some((name) => name === '*'))
    .map((list) => {
      const message = '* is not allowed with allowCredentials; name each one, or write allowCredentials: false';
      return problem('conflict', `api:cors.${list}`, message);
    });
}

function regionProblems(keys: CheckedKeys): Problem[] {
  const used = [
    ['api:alarms.topicArn', keys['api:alarms']?.topicArn, 'topic', 'an alarm'],
    ['api:logKey', keys['api:logKey'], 'key', 'a log group'],
  ] as const;
  return used.flatMap(([place, arn, what, user]) => {
    const region = otherRegion(arn, keys);
    if (region === undefined) return [];
    const message = `the ${what} is in ${region}; ${user} needs a ${what} in its own region, ${keys['aws:region']}`;
    return [problem('conflict', place, message)];
  });
}

function* handlerProblems(keys: CheckedKeys, { handlers }: Contract): Iterable<Problem> {
  const { 'api:handlers': settings, 'aws:region': region } = keys;
  if (settings === undefined) return;
  for (const key of Object.keys(settings)) {
    if (Object.hasOwn(handlers, key)) continue;
    const message = `contract.ts has no such handler${didYouMean(key, Object.keys(handlers))}`;
    yield problem('undeclared', `api:handlers.${key}`, message);
  }
  for (const [key, spec] of Object.entries(handlers)) {
    const place = `api:handlers.${key}`;
    // Leave out the ARN: the stack file may have it encrypted.
    const foreign = `is of another partition than ${region}; start it with arn:${partitionOf(region ?? '')}:`;
    for (const at of foreignIn(spec.statements, region)) {
      yield problem('conflict', place, `contract.ts, ${at} ${foreign}`);
    }
    for (const at of foreignIn(settings[key]?.statements, region)) yield problem('conflict', `${place}.${at}`, foreign);
    const handler = handlerIn(spec, settings[key]);
    const { environment = {}, layers = [] } = handler;
    for (const layer of layers) {
      const elsewhere = otherRegion(layer, keys);
      if (elsewhere === undefined) continue;
      const message = `${layer} is in ${elsewhere}; a function needs layers of its own region, ${region}`;
      yield problem('conflict', `${place}.layers`, message);
    }
    const bytes = environmentSize(environment);
    if (bytes > ENVIRONMENT_LIMIT) {
      const message = `${bytes} bytes with those of contract.ts; Lambda accepts ${ENVIRONMENT_LIMIT}`;
      yield problem('quota', `${place}.environment`, message);
    }
    const characters = policySize(statementsOf(handler), keys['api:vpc'] !== undefined);
    if (characters > ROLE_POLICY_LENGTH) {
      const message = `${characters} characters of policy; a role accepts ${ROLE_POLICY_LENGTH}`;
      yield problem('quota', `${place}.statements`, message);
    }
  }
}

function foreignIn(statements: HandlerSpec['statements'] = [], region: string | undefined): string[] {
  if (region === undefined) return [];
  const allowed = ['*', partitionOf(region)];
  return statements.flatMap(({ resources }, index) =>
    resources.flatMap((arn, at) =>
      arn === '*' || allowed.includes(arn.split(':')[1] ?? '') ? [] : [`statements.${index}.resources.${at}`],
    ),
  );
}

function backendProblems(keys: CheckedKeys, contract: Contract): Problem[] {
  const backends = keys['api:backends'];
  if (backends === undefined) return [];
  const invalid = Object.entries(backends).flatMap(([key, backend]) => {
    const place = `api:backends, ${JSON.stringify(key)}`;
    const route = Object.hasOwn(contract.routes, key) ? contract.routes[key] : undefined;
    if (route === undefined) return unknownRoute('api:backends', key, contract);
    if (route.handler !== undefined) {
      return [problem('conflict', place, `the handler ${route.handler} serves the route; remove this line`)];
    }
    const names = parametersOf(key).map(({ name }) => name);
    const message = route.forward === undefined ? arnProblem(backend) : forwardProblem(backend, names);
    return message === undefined ? [] : [problem('invalid', place, message)];
  });
  return invalid.length > 0 ? invalid : [...targetProblems(keys, contract, backends)];
}

function* targetProblems(
  keys: CheckedKeys,
  { handlers, routes }: Contract,
  backends: Readonly<Record<string, string>>,
): Iterable<Problem> {
  const all = Object.entries(routes).map(([key, route]) => [key, backendOf(key, route, backends)] as const);
  const functions = new Map(all.flatMap(([key, backend]) => (backend.kind === 'function' ? [[backend.arn, key]] : [])));
  yield* functionProblems(functions, keys);
  yield* privateProblems(all, keys);
  const forwards = all.filter(([, { kind }]) => kind === 'forward' || kind === 'private').length;
  const integrations = Object.keys(handlers).length + functions.size + forwards;
  if (integrations > INTEGRATIONS_PER_API) {
    const message = `contract.ts needs ${integrations} integrations, and an API accepts ${INTEGRATIONS_PER_API}: one for each handler, function and route with forward`;
    yield problem('quota', 'api:backends', message);
  }
}

function* privateProblems(all: readonly (readonly [string, Backend])[], keys: CheckedKeys): Iterable<Problem> {
  const { 'api:privateBackends': declared } = keys;
  if (declared === undefined) return;
  const used = new Map(all.flatMap(([key, backend]) => (backend.kind === 'private' ? [[backend.name, key]] : [])));
  for (const [name, key] of used) {
    if (Object.hasOwn(declared, name)) continue;
    const message = `has no entry ${name}, the target of ${JSON.stringify(key)}${didYouMean(name, Object.keys(declared))}; write its vpcLink and listener`;
    yield problem('undeclared', 'api:privateBackends', message);
  }
  for (const [name, { listener }] of Object.entries(declared)) {
    const place = `api:privateBackends.${name}`;
    const region = otherRegion(listener, keys);
    if (!used.has(name)) yield problem('unused', place, `no route goes to vpc://${name}; remove it`);
    else if (region !== undefined) {
      const message = `the listener is in ${region}; a VPC link reaches one of the stack's region, ${keys['aws:region']}`;
      yield problem('conflict', `${place}.listener`, message);
    }
  }
}

/** Yields problems of existing functions. @param functions ARN to the key of a route that it serves */
function* functionProblems(functions: ReadonlyMap<string, string>, keys: CheckedKeys): Iterable<Problem> {
  const labels = new Map<string, string>();
  let account: string | undefined;
  for (const [arn, key] of functions) {
    const parsed = parseFunctionArn(arn);
    if (parsed === undefined) continue;
    const rejected = (message: string): Problem => problem('conflict', `api:backends, ${JSON.stringify(key)}`, message);
    const region = otherRegion(arn, keys);
    const label = functionLabel(parsed);
    account ??= region === undefined ? parsed.account : undefined;
    if (region !== undefined) {
      yield rejected(`its function is in ${region}; name one in the stack's region, ${keys['aws:region']}`);
    } else if (account !== parsed.account) {
      yield rejected(
        `its function is in account ${parsed.account}, another route's in ${account}; all must be in one account`,
      );
    } else if (labels.has(label)) {
      yield rejected(
        `the resources of its function are called ${label}, like those of ${labels.get(label)}; use another alias`,
      );
    } else labels.set(label, key);
  }
}
