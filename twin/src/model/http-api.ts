import { ACCOUNT_THROTTLE } from '../../../limits/account-throttle.ts';
import { HOST } from '../../../limits/hosts.ts';
import { parseIdentitySource, type IdentitySource } from '../../../limits/http-api.ts';
import { parseRouteKey, routeShape, variableConflicts, type Method, type Segment } from '../../../limits/route-key.ts';
import { UserError } from '../common/user-error.ts';
import type { Emulated, Lookup } from '../resources/lookup.ts';
import { ACCOUNT_ID } from '../resources/resource.ts';
import { integrationsOf, type Integration } from './integrations.ts';

/** An HTTP API, as far as the program declares it. */
export interface HttpApi {
  /** The resource's name in the program. */
  readonly name: string;
  readonly accountId: string;
  readonly apiId: string;
  readonly region: string;
  /** The API's own domain, or else the host name that AWS would have given it. */
  readonly host: string;
  /** What each path begins with: the domain's base path, or the name of a named stage, after a slash; or nothing. */
  readonly basePath: string;
  /** Longer base paths of other APIs at the same domain, each after a slash. */
  readonly otherBasePaths: readonly string[];
  readonly cors: Cors | undefined;
  readonly stage: Stage;
  readonly routes: readonly Route[];
  /** The names, in the program, of its functions that no route goes to. */
  readonly idleFunctions: readonly string[];
  /** The issuers that the routes' authorizers trust, each once. */
  readonly issuers: readonly string[];
}

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export interface Cors {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Seconds. */
  readonly maxAge: number | undefined;
  readonly allowCredentials: boolean;
}

/** A token bucket's size and what flows in; where both are absent, only the account's quota limits. */
export interface Throttle {
  /** Requests. */
  readonly burst: number | undefined;
  /** Requests per second. */
  readonly rate: number | undefined;
}

const NO_THROTTLE: Throttle = { burst: undefined, rate: undefined };

/** The one stage that the API is served from. Throttles of single routes go by route key and replace its own. */
export interface Stage {
  readonly name: string;
  readonly throttle: Throttle;
  readonly routeThrottles: ReadonlyMap<string, Throttle>;
  readonly variables: Readonly<Record<string, string>> | undefined;
  /** A line of the access log, with `$context` variables in it; absent where the stage writes none. */
  readonly accessLogFormat: string | undefined;
}

/** What API Gateway matches a request with, and what it asks for and does then. */
export interface Route {
  readonly routeKey: string;
  readonly match: RouteMatch;
  /** Absent on a route that anyone may call. */
  readonly authorizer: Authorizer | undefined;
  /** A token needs one of these; none are asked for where the list is empty. */
  readonly scopes: readonly string[];
  readonly integration: Integration;
}

/** What a valid route key says of the requests it takes; `$default` takes those that no other does. */
export type RouteMatch =
  | { readonly kind: 'default' }
  | { readonly kind: 'path'; readonly method: Method; readonly segments: readonly Segment[] };

/** A JWT authorizer. */
export interface Authorizer {
  readonly name: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly identitySource: IdentitySource;
}

/** The types of an API's parts. */
const PARTS = [
  'aws:apigatewayv2/stage:Stage',
  'aws:apigatewayv2/route:Route',
  'aws:apigatewayv2/integration:Integration',
  'aws:apigatewayv2/authorizer:Authorizer',
  'aws:apigatewayv2/apiMapping:ApiMapping',
] as const;

/**
 * Returns the HTTP APIs that the program declares, in order of their names; one without routes if it declares none.
 * @throws UserError for a reference to what is not declared, and for whatever AWS would refuse or ignore
 */
export function apisOf(lookup: Lookup, region: string): readonly [HttpApi, ...HttpApi[]] {
  const declared = lookup('aws:apigatewayv2/api:Api');
  for (const type of PARTS) {
    for (const { name, inputs } of lookup(type)) {
      if (declared.some(({ id }) => id === inputs.apiId)) continue;
      throw new UserError(`${type} "${name}" belongs to the API ${inputs.apiId}, which does not exist.`);
    }
  }
  const apis = withOtherBasePaths(declared.map((api) => apiOf(partsOf(api.id, lookup), api, region)));
  const idle = idleFunctions(
    lookup,
    apis.flatMap(({ routes }) => routes),
  );
  const [first, ...others] = apis.map((api) => ({ ...api, idleFunctions: idle }));
  return first === undefined ? [noApi(region)] : [first, ...others];
}

/** Stands for the API of a program that declares a tenant only. It has no route. */
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
    stage: {
      name: DEFAULT_STAGE,
      throttle: NO_THROTTLE,
      routeThrottles: new Map(),
      variables: undefined,
      accessLogFormat: undefined,
    },
    routes: [],
    idleFunctions: [],
    issuers: [],
  };
}

/** A lookup that finds the parts of one API only. */
function partsOf(apiId: string, lookup: Lookup): Lookup {
  const isOther = (one: { readonly id: string; readonly inputs: object }, type: string): boolean =>
    type === 'aws:apigatewayv2/api:Api' ? one.id !== apiId : 'apiId' in one.inputs && one.inputs.apiId !== apiId;
  return (type) => lookup(type).filter((one) => !isOther(one, type));
}

function apiOf(lookup: Lookup, api: Emulated<'aws:apigatewayv2/api:Api'>, region: string): HttpApi {
  const stage = stageIn(lookup, api);
  const authorizers = new Map(
    lookup('aws:apigatewayv2/authorizer:Authorizer').map((one) => [one.id, authorizerOf(one)]),
  );
  const integrations = integrationsOf(lookup);
  const callerArn = `${String(api.outputs['executionArn'])}/${stage.name}`;
  const routes = [
    ...lookup('aws:apigatewayv2/route:Route').map((route) => routeOf(route, authorizers, integrations)),
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
    cors: corsOf(api),
    stage: stageOf(stage, routes),
    routes,
    idleFunctions: [],
    issuers: [...new Set(routes.flatMap(({ authorizer }) => (authorizer === undefined ? [] : [authorizer.issuer])))],
  };
}

const MAPPING = 'aws:apigatewayv2/apiMapping:ApiMapping';
const DEFAULT_STAGE = '$default';

type StageInputs = Emulated<'aws:apigatewayv2/stage:Stage'>['inputs'];

/** The declared stage. Quick create makes one that deploys each change. */
function stageIn(lookup: Lookup, api: Emulated<'aws:apigatewayv2/api:Api'>): StageInputs {
  const stages = lookup('aws:apigatewayv2/stage:Stage');
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

/** The route that quick create makes, which anyone may call. */
function quickCreatedRoutes(
  { id, inputs }: Emulated<'aws:apigatewayv2/api:Api'>,
  integrations: ReadonlyMap<string, Integration>,
): Route[] {
  const integration = integrations.get(id);
  if (integration === undefined) return [];
  const routeKey = inputs.routeKey ?? '$default';
  const match = parseRouteKey(routeKey);
  if (match.kind === 'invalid')
    throw new UserError(`The API has the key ${JSON.stringify(routeKey)}: ${match.reason}.`);
  return [{ routeKey, match, authorizer: undefined, scopes: [], integration }];
}

interface Mapped {
  readonly host: string;
  readonly basePath: string;
}

/** Returns where the API's mappings lead from. Without any, the address that AWS gives must not be switched off. */
function domainOf(lookup: Lookup, api: Emulated<'aws:apigatewayv2/api:Api'>, stage: string): Mapped | undefined {
  const domains = new Map(lookup('aws:apigatewayv2/domainName:DomainName').map((one) => [one.id, one]));
  const mapped = lookup(MAPPING).map(({ name, inputs }) => {
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
      `The API "${api.name}" has no domain of its own, and the input disableExecuteApiEndpoint disables its other address: no caller could reach it.`,
    );
  }
  const [first] = mapped;
  const other = mapped.find(({ basePath }) => basePath !== first?.basePath);
  if (first !== undefined && other !== undefined) {
    throw new UserError(
      `The API "${api.name}" is mapped to ${first.host}${first.basePath} and to ${other.host}${other.basePath}; the twin serves an API at one base path.`,
    );
  }
  return first;
}

/** Adds the longer base paths of other APIs at the same domain: the longest base path that matches a request wins. */
function withOtherBasePaths(apis: readonly HttpApi[]): HttpApi[] {
  return apis.map((api) => {
    const others = apis.filter((other) => other !== api && other.host === api.host).map(({ basePath }) => basePath);
    if (others.includes(api.basePath)) {
      throw new UserError(
        `Two APIs are mapped to ${api.host}${api.basePath || '/'}; AWS answers 409 to the second one.`,
      );
    }
    return { ...api, otherBasePaths: others.filter((path) => path.startsWith(`${api.basePath}/`)) };
  });
}

/**
 * Whether one of the function's permissions covers the ARN that a route calls it with.
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
  { name, inputs }: Emulated<'aws:apigatewayv2/route:Route'>,
  authorizers: ReadonlyMap<string, Authorizer>,
  integrations: ReadonlyMap<string, Integration>,
): Route {
  const match = parseRouteKey(inputs.routeKey);
  const here = `the route "${name}"`;
  if (match.kind === 'invalid')
    throw new UserError(`${here} has the key ${JSON.stringify(inputs.routeKey)}: ${match.reason}.`);
  const integration = found(integrations, inputs.target, here, 'integration');
  const scopes = inputs.authorizationScopes ?? [];
  if (inputs.authorizationType === 'JWT') {
    if (inputs.authorizerId === undefined) throw new UserError(`${here} requires a JWT and names no authorizer.`);
    const authorizer = found(authorizers, inputs.authorizerId, here, 'authorizer');
    return { routeKey: inputs.routeKey, match, authorizer, scopes, integration };
  }
  if (inputs.authorizerId !== undefined || scopes.length > 0) {
    throw new UserError(
      `AWS would leave ${here} open to anyone: its authorizationType is NONE, although it names an authorizer or scopes; write authorizationType: 'JWT'.`,
    );
  }
  return { routeKey: inputs.routeKey, match, authorizer: undefined, scopes: [], integration };
}

function authorizerOf({ name, inputs }: Emulated<'aws:apigatewayv2/authorizer:Authorizer'>): Authorizer {
  const identitySource = parseIdentitySource(inputs.identitySources[0] ?? '');
  if (identitySource === undefined) throw new Error('the schema accepted an invalid identity source');
  return {
    name,
    issuer: inputs.jwtConfiguration.issuer,
    audiences: inputs.jwtConfiguration.audiences,
    identitySource,
  };
}

function idleFunctions(lookup: Lookup, routes: readonly Route[]): string[] {
  const busy = routes.flatMap(({ integration }) => (integration.kind === 'function' ? [integration.function.arn] : []));
  return lookup('aws:lambda/function:Function')
    .filter(({ outputs }) => !busy.includes(String(outputs['arn'])))
    .map(({ name }) => name);
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
  return {
    name: inputs.name,
    // A stage at the account's default quota is not throttled here: that quota is shared by all APIs of an account.
    throttle: burst === ACCOUNT_THROTTLE.burst && rate === ACCOUNT_THROTTLE.rate ? NO_THROTTLE : { burst, rate },
    routeThrottles,
    variables: inputs.stageVariables,
    accessLogFormat: inputs.accessLogSettings?.format,
  };
}

function corsOf({ inputs: { corsConfiguration: cors } }: Emulated<'aws:apigatewayv2/api:Api'>): Cors | undefined {
  if (cors === undefined) return undefined;
  return {
    allowOrigins: cors.allowOrigins ?? [],
    allowMethods: cors.allowMethods ?? [],
    allowHeaders: cors.allowHeaders ?? [],
    exposeHeaders: cors.exposeHeaders ?? [],
    maxAge: cors.maxAge,
    allowCredentials: cors.allowCredentials ?? false,
  };
}

function refuseConflicts(routes: readonly Route[]): void {
  const seen = new Map<string, string>();
  for (const { routeKey } of routes) {
    const shape = routeShape(routeKey);
    const other = seen.get(shape);
    if (other !== undefined)
      throw new UserError(
        `The routes ${JSON.stringify(other)} and ${JSON.stringify(routeKey)} match the same requests.`,
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
  const one = all.get(key);
  if (one === undefined) throw new UserError(`${from} refers to the ${what} ${key}, which does not exist.`);
  return one;
}
