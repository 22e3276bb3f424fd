import { ACCOUNT_THROTTLE } from '../../../limits/account-throttle.ts';
import { HOST } from '../../../limits/hosts.ts';
import { parseIdentitySource } from '../../../limits/http-api.ts';
import { parseRouteKey, routeShape, variableConflicts } from '../../../limits/route-key.ts';
import { UserError } from '../common/user-error.ts';
import type { Emulated, Lookup } from '../resources/lookup.ts';
import { ACCOUNT_ID } from '../resources/resource.ts';
import { TYPE } from '../resources/tokens.ts';
import type { Authorizer, HttpApi, Route, RouteMatch, Stage, Throttle } from './http-api.ts';
import { integrationsOf, type Integration } from './integrations.ts';

type Api = Emulated<typeof TYPE.api>;
type StageInputs = Emulated<typeof TYPE.stage>['inputs'];

const PARTS = [TYPE.stage, TYPE.route, TYPE.integration, TYPE.authorizer, TYPE.apiMapping] as const;
const DEFAULT_STAGE = '$default';

/**
 * Returns the HTTP APIs that the program declares, in order of their names; one without routes if it declares none.
 * @throws UserError for a reference to an undeclared resource, and for input that AWS would reject or ignore
 */
export function apisOf(lookup: Lookup, region: string): readonly [HttpApi, ...HttpApi[]] {
  const declared = lookup(TYPE.api);
  for (const type of PARTS) {
    for (const { name, inputs } of lookup(type)) {
      if (declared.some(({ id }) => id === inputs.apiId)) continue;
      throw new UserError(`${type} "${name}" belongs to the API ${inputs.apiId}, which does not exist.`);
    }
  }
  const [first = noApi(region), ...more] = withOtherBasePaths(
    declared.map((api) => apiOf(partsOf(api.id, lookup), api, region)),
  );
  return [first, ...more];
}

/** Returns an API without routes, for a program that declares only a tenant. */
function noApi(region: string): HttpApi {
  return {
    name: '',
    accountId: ACCOUNT_ID,
    apiId: '',
    region,
    host: 'no-api.invalid',
    basePath: '',
    otherBasePaths: [],
    cors: undefined,
    stage: stageOf({ apiId: '', name: DEFAULT_STAGE, autoDeploy: true }, []),
    routes: [],
    issuers: [],
  };
}

function partsOf(apiId: string, lookup: Lookup): Lookup {
  return (type) =>
    lookup(type).filter(({ id, inputs }) => {
      const owner = type === TYPE.api ? id : 'apiId' in inputs ? inputs.apiId : apiId;
      return owner === apiId;
    });
}

function apiOf(lookup: Lookup, api: Api, region: string): HttpApi {
  const stage = stageIn(lookup, api);
  const authorizers = new Map(lookup(TYPE.authorizer).map((authorizer) => [authorizer.id, authorizerOf(authorizer)]));
  const integrations = integrationsOf(lookup);
  const callerArn = `${String(api.outputs['executionArn'])}/${stage.name}`;
  const routes = [
    ...lookup(TYPE.route).map((route) => routeOf(route, authorizers, integrations)),
    ...quickCreatedRoutes(api, integrations),
  ].map((route) => ({ ...route, integration: { ...route.integration, mayInvoke: mayInvoke(route, callerArn) } }));
  refuseConflicts(routes);
  const domain = domainOf(lookup, api, stage.name);
  return {
    name: api.name,
    accountId: ACCOUNT_ID,
    apiId: api.id,
    region,
    host: domain?.host ?? new URL(String(api.outputs['apiEndpoint'])).host,
    basePath: domain?.basePath ?? (stage.name === DEFAULT_STAGE ? '' : `/${stage.name}`),
    otherBasePaths: [],
    cors: api.inputs.corsConfiguration,
    stage: stageOf(stage, routes),
    routes,
    issuers: [...new Set(routes.flatMap(({ authorizer }) => (authorizer === undefined ? [] : [authorizer.issuer])))],
  };
}

/** Returns the declared stage, or the one that quick create makes. */
function stageIn(lookup: Lookup, api: Api): StageInputs {
  const stages = lookup(TYPE.stage);
  if (stages.length === 0 && api.inputs.target !== undefined) {
    return { apiId: api.id, name: DEFAULT_STAGE, autoDeploy: true };
  }
  const [only] = stages;
  if (only === undefined || stages.length > 1) {
    throw new UserError(`The API "${api.name}" has ${stages.length} stages; the twin serves an API with exactly one.`);
  }
  const { name, inputs } = only;
  if (!inputs.autoDeploy && inputs.deploymentId === undefined) {
    throw new UserError(`The stage "${name}" deploys nothing: AWS answers 404 on it. Write autoDeploy: true.`);
  }
  return inputs;
}

/** Returns the public route that quick create makes. */
function quickCreatedRoutes({ id, inputs }: Api, integrations: ReadonlyMap<string, Integration>): Route[] {
  const integration = integrations.get(id);
  if (integration === undefined) return [];
  const routeKey = inputs.routeKey ?? '$default';
  return [{ routeKey, match: matchOf('The API', routeKey), authorizer: undefined, scopes: [], integration }];
}

/** Returns the domain and base path that are mapped to the API. An API without a mapping needs AWS's own address. */
function domainOf(lookup: Lookup, api: Api, stage: string): Pick<HttpApi, 'host' | 'basePath'> | undefined {
  const domains = new Map(lookup(TYPE.domainName).map((domain) => [domain.id, domain]));
  const mapped = lookup(TYPE.apiMapping).map(({ name, inputs }) => {
    const here = `the mapping "${name}"`;
    if (inputs.stage !== stage)
      throw new UserError(`${here} leads to the stage ${inputs.stage} of the API "${api.name}", which does not exist.`);
    // Another program may have declared the domain.
    const host = HOST.test(inputs.domainName)
      ? inputs.domainName
      : found(domains, inputs.domainName, here, 'domain').inputs.domainName;
    return { host, basePath: inputs.apiMappingKey ? `/${inputs.apiMappingKey}` : '' };
  });
  if (mapped.length === 0 && api.inputs.disableExecuteApiEndpoint === true) {
    throw new UserError(
      `The API "${api.name}" has no custom domain, and the input disableExecuteApiEndpoint disables its only other address: no caller could reach it.`,
    );
  }
  const [first] = mapped;
  const second = mapped.find(({ basePath }) => basePath !== first?.basePath);
  if (first !== undefined && second !== undefined) {
    throw new UserError(
      `The API "${api.name}" is mapped to ${first.host}${first.basePath} and to ${second.host}${second.basePath}; the twin serves an API at one base path.`,
    );
  }
  return first;
}

/** Adds the longer base paths of other APIs at the same domain: the longest base path that matches a request wins. */
function withOtherBasePaths(apis: readonly HttpApi[]): HttpApi[] {
  return apis.map((api) => {
    const siblings = apis
      .filter((sibling) => sibling !== api && sibling.host === api.host)
      .map(({ basePath }) => basePath);
    if (siblings.includes(api.basePath)) {
      throw new UserError(
        `Two APIs are mapped to ${api.host}${api.basePath || '/'}; AWS rejects the second one with 409.`,
      );
    }
    return { ...api, otherBasePaths: siblings.filter((path) => path.startsWith(`${api.basePath}/`)) };
  });
}

/**
 * Returns whether one of the function's permissions covers the ARN with which a route calls it.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
 */
function mayInvoke({ routeKey, match, integration }: Route, callerArn: string): boolean {
  const resource = match.kind === 'default' ? '$default' : routeKey.replace(/^ANY /, '* ').replace(' ', '');
  if (integration.kind === 'http') return true;
  const { permissions } = integration.kind === 'function' ? integration.function : integration;
  return permissions.some((pattern) => arnPattern(pattern).test(`${callerArn}/${resource}`));
}

/** `*` stands for any characters, `?` for one. */
function arnPattern(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`);
}

function routeOf(
  { name, inputs }: Emulated<typeof TYPE.route>,
  authorizers: ReadonlyMap<string, Authorizer>,
  integrations: ReadonlyMap<string, Integration>,
): Route {
  const here = `the route "${name}"`;
  const { routeKey } = inputs;
  const match = matchOf(here, routeKey);
  const integration = found(integrations, inputs.target, here, 'integration');
  const scopes = inputs.authorizationScopes ?? [];
  if (inputs.authorizationType === 'JWT') {
    if (inputs.authorizerId === undefined) throw new UserError(`${here} requires a JWT and names no authorizer.`);
    const authorizer = found(authorizers, inputs.authorizerId, here, 'authorizer');
    return { routeKey, match, authorizer, scopes, integration };
  }
  if (inputs.authorizerId !== undefined || scopes.length > 0) {
    throw new UserError(
      `AWS would leave ${here} open to anyone: its authorizationType is NONE, although it names an authorizer or scopes; write authorizationType: 'JWT'.`,
    );
  }
  return { routeKey, match, authorizer: undefined, scopes: [], integration };
}

/** @throws UserError for a key that API Gateway rejects */
function matchOf(owner: string, routeKey: string): RouteMatch {
  const match = parseRouteKey(routeKey);
  if (match.kind !== 'invalid') return match;
  throw new UserError(`${owner} has the key ${JSON.stringify(routeKey)}: ${match.reason}.`);
}

function authorizerOf({ name, inputs }: Emulated<typeof TYPE.authorizer>): Authorizer {
  const identitySource = parseIdentitySource(inputs.identitySources[0] ?? '');
  if (identitySource === undefined) throw new Error('the schema accepted an invalid identity source');
  return {
    name,
    issuer: inputs.jwtConfiguration.issuer,
    audiences: inputs.jwtConfiguration.audiences,
    identitySource,
  };
}

function stageOf(inputs: StageInputs, routes: readonly Route[]): Stage {
  const routeThrottles = new Map<string, Throttle>();
  for (const { routeKey, throttlingBurstLimit: burst, throttlingRateLimit: rate } of inputs.routeSettings ?? []) {
    if (!routes.some((route) => route.routeKey === routeKey)) {
      throw new UserError(`The stage has settings for the route ${JSON.stringify(routeKey)}, which does not exist.`);
    }
    routeThrottles.set(routeKey, { burst, rate });
  }
  const { throttlingBurstLimit: burst, throttlingRateLimit: rate } = inputs.defaultRouteSettings ?? {};
  // A stage at the account's default quota is not throttled here: that quota is shared by all APIs of an account.
  const isDefault = burst === ACCOUNT_THROTTLE.burst && rate === ACCOUNT_THROTTLE.rate;
  return {
    name: inputs.name,
    throttle: isDefault ? { burst: undefined, rate: undefined } : { burst, rate },
    routeThrottles,
    variables: inputs.stageVariables,
    accessLogFormat: inputs.accessLogSettings?.format,
  };
}

function refuseConflicts(routes: readonly Route[]): void {
  const seen = new Map<string, string>();
  for (const { routeKey } of routes) {
    const shape = routeShape(routeKey);
    const first = seen.get(shape);
    if (first !== undefined)
      throw new UserError(
        `The routes ${JSON.stringify(first)} and ${JSON.stringify(routeKey)} match the same requests.`,
      );
    seen.set(shape, routeKey);
  }
  const [conflict] = variableConflicts(routes.map(({ routeKey }) => routeKey));
  if (conflict !== undefined) {
    const { key, other, names } = conflict;
    throw new UserError(
      `AWS would reject the route ${JSON.stringify(key)}, which "has a conflicting variable on the same hierarchical level as" ${JSON.stringify(other)}; write {${names[1]}} in both, not {${names[0]}}.`,
    );
  }
}

function found<T>(all: ReadonlyMap<unknown, T>, key: string, from: string, what: string): T {
  const value = all.get(key);
  if (value === undefined) throw new UserError(`${from} refers to the ${what} ${key}, which does not exist.`);
  return value;
}
