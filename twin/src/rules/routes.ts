import { z } from 'zod';
import { CALLER_HEADERS } from '../../../limits/caller-headers.ts';
import { acceptedOf } from './accepted.ts';
import { each, ofType, valueOf, type Finding, type Registered, type Rule } from './rule.ts';
import { TYPE } from '../resources/tokens.ts';

/** The inputs of a route that decide who gets in. */
export const routeInputs = z.object({
  apiId: z.string(),
  routeKey: z.string(),
  authorizationType: z.string().default('NONE'),
  authorizerId: z.string().optional(),
  authorizationScopes: z.array(z.string()).default([]),
});

/** Source: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html (target, routeKey) */
export const quickCreateInputs = z.object({ target: z.string().nullish(), routeKey: z.string().nullish() });
/** The key of the open route that quick create makes, if the API has a target. */
export const quickRouteKey = ({ target, routeKey }: z.infer<typeof quickCreateInputs>): string | undefined =>
  target === undefined || target === null ? undefined : (routeKey ?? '$default');

function openRoutes(all: Registered): Finding[] {
  const listedIn = (output: string): readonly string[] => z.array(z.string()).safeParse(all.outputs[output]).data ?? [];
  const [open, anyToken] = [listedIn('publicRoutes'), listedIn('anyTokenRoutes')];
  const keys = [
    ...ofType(all, TYPE.route).map(({ inputs }) => inputs['routeKey']),
    ...ofType(all, TYPE.api).map(({ inputs }) => quickRouteKey(quickCreateInputs.safeParse(inputs).data ?? {})),
  ];
  // Route keys are unique in the contract, so two APIs share its keys only if the second one has the second issuer.
  const apis = all.outputs['secondIssuer'] === undefined ? 1 : 2;
  const isListed = (key: string, list = open): boolean =>
    list.includes(key) && [1, apis].includes(keys.filter((routeKey) => routeKey === key).length);
  const quickCreated = each(TYPE.api, quickCreateInputs, (inputs) => {
    const key = quickRouteKey(inputs);
    return key === undefined || isListed(key)
      ? undefined
      : `${key}, which quick create makes, is open to anyone, and publicRoutes does not list it`;
  });
  const declared = each(TYPE.route, routeInputs, (route) => {
    if (isListed(route.routeKey)) return undefined;
    if (route.authorizationType !== 'JWT') {
      return `${route.routeKey} is open to anyone (authorizationType ${route.authorizationType}), and publicRoutes does not list it`;
    }
    const authorizer = ofType(all, TYPE.authorizer).find(({ id }) => id === route.authorizerId);
    if (authorizer?.inputs['authorizerType'] !== 'JWT' || authorizer.inputs['apiId'] !== route.apiId) {
      return `${route.routeKey} names no JWT authorizer of its API`;
    }
    return route.authorizationScopes.length === 0 && !isListed(route.routeKey, anyToken)
      ? `${route.routeKey} requires no scope, so it accepts any token of the audience, and anyTokenRoutes does not list it`
      : undefined;
  });
  return [...quickCreated(all), ...declared(all)];
}

function otherEntrances(all: Registered): Finding[] {
  const mapped = ofType(all, TYPE.apiMapping).map(({ inputs }) => inputs['apiId']);
  return [
    ...ofType(all, TYPE.functionUrl).map((resource) => ({
      resource,
      message: 'callers can invoke its function without the API and its authorizer',
    })),
    ...each(TYPE.api, z.record(z.string(), z.unknown()), (inputs, { id }) => {
      if (inputs['body'] !== undefined && inputs['body'] !== null)
        return 'its input body declares routes that the rules do not see';
      return mapped.includes(id) && inputs['disableExecuteApiEndpoint'] !== true
        ? 'it has its own domain, and its execute-api endpoint bypasses it'
        : undefined;
    })(all),
  ];
}

const authorizerInputs = z.object({
  jwtConfiguration: z.object({ issuer: z.string(), audiences: z.array(z.string()) }),
});

const issuers = each(TYPE.authorizer, authorizerInputs, ({ jwtConfiguration: { issuer } }) =>
  /^https:\/\/[^/\s]+\/$/.test(issuer)
    ? undefined
    : `it trusts the issuer ${issuer}; Auth0's is https, the domain and one slash, and API Gateway compares every character`,
);

/** Returns whether an audience is one of Auth0's own APIs, in any spelling. */
function isAuth0Api(audience: string, issuer: string): boolean {
  const url = URL.parse(audience);
  return (
    url !== null &&
    (url.hostname.endsWith('.auth0.com') || url.hostname === URL.parse(issuer)?.hostname) &&
    /^\/(api\/v2|userinfo)\/?$/i.test(url.pathname)
  );
}

const audiences = each(
  TYPE.authorizer,
  authorizerInputs,
  ({ jwtConfiguration: { audiences: accepted, issuer } }, _, all) => {
    const own = accepted.find((audience) => isAuth0Api(audience, issuer));
    if (own !== undefined) return `it accepts tokens of ${own}, an API of Auth0 itself`;
    const identifiers = ofType(all, TYPE.resourceServer).map((server) => valueOf(server, 'identifier'));
    return accepted.some((audience) => identifiers.includes(audience))
      ? undefined
      : 'none of its audiences is the identifier of a resource server that is declared here';
  },
);

const integrationInputs = z.object({
  integrationType: z.string(),
  integrationUri: z.string().default(''),
  requestParameters: z.record(z.string(), z.string()).default({}),
  connectionType: z.string().default('INTERNET'),
  tlsConfig: z.object({ serverNameToVerify: z.string() }).nullable().default(null),
});

const forgeable = each(TYPE.integration, integrationInputs, (integration, { id }, all) => {
  const { integrationType, integrationUri, connectionType, tlsConfig, requestParameters } = integration;
  if (integrationType !== 'HTTP_PROXY') return undefined;
  if (connectionType === 'VPC_LINK') {
    if (tlsConfig === null && acceptedOf(all)[integrationUri] === undefined) {
      return "it forwards the caller's token through a VPC link without TLS (tlsConfig)";
    }
  } else if (!integrationUri.startsWith('https://')) return "it forwards the caller's token without https";
  const isOpen = ofType(all, TYPE.route).some(
    ({ inputs }) => inputs['authorizationType'] !== 'JWT' && inputs['target'] === `integrations/${id}`,
  );
  const [loose] =
    Object.entries(CALLER_HEADERS).find(([header, claim]) => {
      // A second mapping, with the name in any case, would add to the header.
      const mappings = Object.keys(requestParameters).filter((key) => key.toLowerCase().endsWith(`:header.${header}`));
      if (mappings.length > 1) return true;
      const isSet = requestParameters[`overwrite:header.${header}`] === `$context.authorizer.claims.${claim}`;
      return requestParameters[`remove:header.${header}`] === undefined && (isOpen || !isSet);
    }) ?? [];
  return loose === undefined ? undefined : `a caller can write the header ${loose} itself`;
});

export const ROUTE_RULES: readonly Rule[] = [
  {
    name: 'routes are protected',
    says: 'Each route has a JWT authorizer of its API and requires a scope, unless publicRoutes or anyTokenRoutes lists it.',
    check: openRoutes,
  },
  {
    name: 'no way around the routes',
    says: 'Callers cannot bypass the routes to reach a function.',
    check: otherEntrances,
  },
  {
    name: 'callers are not forged',
    says: 'A forwarded request uses https, and its caller headers come from the token or are removed.',
    check: forgeable,
  },
  {
    name: 'issuer ends with a slash',
    says: "Each authorizer's issuer ends with a slash, as in Auth0's tokens.",
    check: issuers,
  },
  {
    name: 'audience of the resource server',
    says: "Each authorizer takes its audience from a resource server, and none from Auth0's own APIs.",
    check: audiences,
  },
];
