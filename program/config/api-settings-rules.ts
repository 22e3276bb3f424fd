import { ENVIRONMENT_LIMIT, environmentSize } from '../../limits/environment-names.ts';
import { parseFunctionArn } from '../../limits/function-arn.ts';
import { didYouMean } from '../nearest.ts';
import type { Problem } from '../user-error.ts';
import type { CheckedKeys } from '../../settings.ts';
import { backendOf, backendProblems, functionLabel } from '../contract/backend.ts';
import type { Contract } from '../contract/define-contract.ts';
import { policySize } from '../aws/function.ts';
import { handlerIn, type HandlerSpec } from '../contract/handler-spec.ts';

/** Source: http-api-quotas (cannot be raised). */
const INTEGRATIONS_PER_API = 300;
/** Characters of the name that a certificate is requested for. Source: DomainName in ACM's RequestCertificate. */
const CERTIFICATE_NAME = 64;
/** Characters of all inline policies of a role. Source: IAM quotas. */
const POLICY_LIMIT = 10_240;

/** What is wrong with a stack's settings of its API, besides what each key says of itself. */
export function apiProblems(keys: CheckedKeys, contract: Contract): Problem[] {
  return [
    ...domainProblems(keys),
    ...routeThrottleProblems(keys, contract),
    ...corsProblems(keys),
    ...alarmProblems(keys),
    ...handlerProblems(keys, contract),
    ...backendsProblems(keys, contract),
  ];
}

/** The region that an ARN names, or its partition, where it is not the stack's. */
function otherRegion(arn: string | undefined, keys: CheckedKeys): string | undefined {
  const [, partition, , region] = arn?.split(':') ?? [];
  const own = keys['aws:region'];
  if (region === undefined || own === undefined) return undefined;
  if (region !== own) return region;
  return partition === partitionOf(own) ? undefined : `the partition ${partition}`;
}

/** Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/** What the regions of a partition begin with, where it is not the common one. */
const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['us-iso-', 'aws-iso'],
  ['eu-isoe-', 'aws-iso-e'],
  ['eusc-', 'aws-eusc'],
];

function domainProblems(keys: CheckedKeys): Problem[] {
  const domain = keys['api:domain'];
  if (domain === undefined) return [];
  const problems: Problem[] = [];
  const { name, certificateArn, hostedZoneId } = domain;
  if (certificateArn === undefined && hostedZoneId === undefined) {
    const message = `${name} has no certificate; write certificateArn, or hostedZoneId to have one requested and validated`;
    problems.push({ place: 'api:domain', message });
  }
  if (certificateArn === undefined && name.length > CERTIFICATE_NAME) {
    const message = `${name} has ${name.length} characters, and ACM makes a certificate for up to ${CERTIFICATE_NAME}; write certificateArn, of one that has it as a further name`;
    problems.push({ place: 'api:domain.name', message });
  }
  const region = otherRegion(certificateArn, keys);
  if (region !== undefined) {
    const message = `the certificate is in ${region}; API Gateway takes one of the stack's own region, ${keys['aws:region']}`;
    problems.push({ place: 'api:domain.certificateArn', message });
  }
  if ([keys['auth0:domain'], keys['api:issuerDomain']].includes(name)) {
    problems.push({ place: 'api:domain.name', message: `${name} is Auth0's; the API needs a name of its own` });
  }
  if (/(^|\.)amazonaws\.com(\.cn)?$/.test(name)) {
    problems.push({ place: 'api:domain.name', message: `${name} is AWS's own; write a name of yours` });
  }
  return problems;
}

function routeThrottleProblems(keys: CheckedKeys, contract: Contract): Problem[] {
  return Object.keys(keys['api:routeThrottles'] ?? {}).flatMap((key) =>
    noRoute(`api:routeThrottles, ${JSON.stringify(key)}`, key, contract),
  );
}

function noRoute(place: string, key: string, { routes }: Contract): Problem[] {
  if (Object.hasOwn(routes, key)) return [];
  return [{ place, message: `contract.ts has no such route${didYouMean(key, Object.keys(routes))}` }];
}

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html, and the Fetch standard. */
function corsProblems(keys: CheckedKeys): Problem[] {
  const cors = keys['api:cors'];
  if (cors?.allowCredentials !== true) return [];
  return (['allowOrigins', 'allowMethods', 'allowHeaders', 'exposeHeaders'] as const)
    .filter((list) => cors[list]?.some((one) => one === '*'))
    .map((list) => ({
      place: `api:cors.${list}`,
      message: '* does not go with allowCredentials; name them one by one, or write allowCredentials: false',
    }));
}

function alarmProblems(keys: CheckedKeys): Problem[] {
  const region = otherRegion(keys['api:alarms']?.topicArn, keys);
  if (region === undefined) return [];
  const message = `the topic is in ${region}; an alarm goes to a topic of its own region, ${keys['aws:region']}`;
  return [{ place: 'api:alarms.topicArn', message }];
}

function handlerProblems(keys: CheckedKeys, { handlers }: Contract): Problem[] {
  const settings = keys['api:handlers'];
  if (settings === undefined) return [];
  const unknown = Object.keys(settings)
    .filter((key) => !Object.hasOwn(handlers, key))
    .map((key) => ({
      place: `api:handlers.${key}`,
      message: `contract.ts has no such handler${didYouMean(key, Object.keys(handlers))}`,
    }));
  const limits = Object.entries(handlers).flatMap(([key, spec]) => {
    const { environment = {}, statements = [] } = handlerIn(spec, settings[key]);
    const own = `arn:${partitionOf(keys['aws:region'] ?? '')}:`;
    const bytes = environmentSize(environment);
    const characters = policySize(statements);
    const place = `api:handlers.${key}`;
    return [
      // The text is not told: a stack file may have it encrypted.
      ...foreignIn(spec.statements, keys).map((at) => ({
        place,
        message: `contract.ts, ${at} is of another partition than ${keys['aws:region']}; begin it with ${own}`,
      })),
      ...foreignIn(settings[key]?.statements, keys).map((at) => ({
        place: `${place}.${at}`,
        message: `it is of another partition than ${keys['aws:region']}; begin it with ${own}`,
      })),
      ...(bytes > ENVIRONMENT_LIMIT
        ? [{ place: `${place}.environment`, message: `${bytes} bytes with those of contract.ts; Lambda takes 4096` }]
        : []),
      ...(characters > POLICY_LIMIT
        ? [
            {
              place: `${place}.statements`,
              message: `${characters} characters of policy; a role takes ${POLICY_LIMIT}`,
            },
          ]
        : []),
    ];
  });
  return [...unknown, ...limits];
}

/** Where statements name resources of another partition than the stack's. */
function foreignIn(statements: HandlerSpec['statements'], { 'aws:region': region }: CheckedKeys): string[] {
  if (region === undefined) return [];
  return (statements ?? []).flatMap(({ resources }, index) =>
    resources.flatMap((arn, at) =>
      arn === '*' || ['*', partitionOf(region)].includes(arn.split(':')[1] ?? '')
        ? []
        : [`statements.${index}.resources.${at}`],
    ),
  );
}

function backendsProblems(keys: CheckedKeys, contract: Contract): Problem[] {
  const backends = keys['api:backends'];
  if (backends === undefined) return [];
  const named = Object.entries(backends).flatMap(([key, backend]) => {
    const place = `api:backends, ${JSON.stringify(key)}`;
    const route = Object.hasOwn(contract.routes, key) ? contract.routes[key] : undefined;
    if (route === undefined) return noRoute(place, key, contract);
    if (route.handler !== undefined) {
      return [{ place, message: `the route is served by the handler ${route.handler}; remove this line` }];
    }
    return backendProblems(key, route, backend).map((message) => ({ place, message }));
  });
  if (named.length > 0) return named;
  const all = Object.entries(contract.routes).map(([key, route]) => [key, backendOf(key, route, backends)] as const);
  const functions = new Map(all.flatMap(([key, backend]) => (backend.kind === 'function' ? [[backend.arn, key]] : [])));
  const forwards = all.filter(([, { kind }]) => kind === 'forward').length;
  const integrations = Object.keys(contract.handlers).length + functions.size + forwards;
  const message = `contract.ts needs ${integrations} integrations, and an API takes ${INTEGRATIONS_PER_API}: one for each handler, function and route with forward`;
  return [
    ...functionProblems(functions, keys),
    ...(integrations > INTEGRATIONS_PER_API ? [{ place: 'api:backends', message }] : []),
  ];
}

/** What is wrong with functions that exist already, as a stack has them: ARN to the route that goes there. */
function functionProblems(functions: ReadonlyMap<string, string>, keys: CheckedKeys): Problem[] {
  const labels = new Map<string, string>();
  let account: string | undefined;
  return [...functions].flatMap(([arn, key]) => {
    const parsed = parseFunctionArn(arn);
    if (parsed === undefined) return [];
    const place = `api:backends, ${JSON.stringify(key)}`;
    const region = otherRegion(arn, keys);
    if (region !== undefined) {
      const own = keys['aws:region'];
      return [{ place, message: `its function is in ${region}; name one of the stack's own region, ${own}, here` }];
    }
    account ??= parsed.account;
    if (account !== parsed.account) {
      const message = `its function is of the account ${parsed.account}, another route's of ${account}; a stack has one account`;
      return [{ place, message }];
    }
    const label = functionLabel(parsed);
    const other = labels.get(label);
    labels.set(label, key);
    if (other === undefined) return [];
    const message = `its function and alias are called ${label} together, like those of ${other}; give one another alias`;
    return [{ place, message }];
  });
}
