import { z } from 'zod';
import { CALLER_HEADERS } from '../../../limits/caller-headers.ts';
import { acceptedOf } from './accepted.ts';
import { judgeEach, ofType, valueOf, type Finding, type Registered, type Rule } from './registered.ts';

const ROUTE = 'aws:apigatewayv2/route:Route';
const AUTHORIZER = 'aws:apigatewayv2/authorizer:Authorizer';
const API = 'aws:apigatewayv2/api:Api';
const RESOURCE_SERVER = 'auth0:index/resourceServer:ResourceServer';

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
    ...ofType(all, ROUTE).map(({ inputs }) => inputs['routeKey']),
    ...ofType(all, API).map(({ inputs }) => quickRouteKey(quickCreateInputs.safeParse(inputs).data ?? {})),
  ];
  // The contract has each key once, so that of two APIs' routes it cannot mean both, unless the second API has a second issuer.
  const apis = all.outputs['secondIssuer'] === undefined ? 1 : 2;
  const isListed = (key: string, list = open): boolean =>
    list.includes(key) && [1, apis].includes(keys.filter((one) => one === key).length);
  const quickCreated = judgeEach(all, API, quickCreateInputs, (inputs) => {
    const key = quickRouteKey(inputs);
    return key === undefined || isListed(key)
      ? undefined
      : `${key}, which quick create makes, is open to anyone, and publicRoutes does not list it`;
  });
  const declared = judgeEach(all, ROUTE, routeInputs, (route) => {
    if (isListed(route.routeKey)) return undefined;
    if (route.authorizationType !== 'JWT') {
      return `${route.routeKey} is open to anyone (authorizationType ${route.authorizationType}), and publicRoutes does not list it`;
    }
    const authorizer = ofType(all, AUTHORIZER).find(({ id }) => id === route.authorizerId);
    if (authorizer?.inputs['authorizerType'] !== 'JWT' || authorizer.inputs['apiId'] !== route.apiId) {
      return `${route.routeKey} names no JWT authorizer of its API`;
    }
    return route.authorizationScopes.length === 0 && !isListed(route.routeKey, anyToken)
      ? `${route.routeKey} asks for no scope, so that any token of the audience will do, and anyTokenRoutes does not list it`
      : undefined;
  });
  return [...quickCreated, ...declared];
}

function otherEntrances(all: Registered): Finding[] {
  const mapped = ofType(all, 'aws:apigatewayv2/apiMapping:ApiMapping').map(({ inputs }) => inputs['apiId']);
  return [
    ...ofType(all, 'aws:lambda/functionUrl:FunctionUrl').map((resource) => ({
      resource,
      message: 'its function can be called past the API, and past the authorizer',
    })),
    ...judgeEach(all, API, z.record(z.string(), z.unknown()), (inputs, { id }) => {
      if (inputs['body'] !== undefined && inputs['body'] !== null)
        return 'its input body makes routes that no rule sees';
      return mapped.includes(id) && inputs['disableExecuteApiEndpoint'] !== true
        ? 'it has a domain of its own, and its execute-api endpoint goes past that'
        : undefined;
    }),
  ];
}

const authorizerInputs = z.object({
  jwtConfiguration: z.object({ issuer: z.string(), audiences: z.array(z.string()) }),
});

function issuers(all: Registered): Finding[] {
  return judgeEach(all, AUTHORIZER, authorizerInputs, ({ jwtConfiguration: { issuer } }) =>
    /^https:\/\/[^/\s]+\/$/.test(issuer)
      ? undefined
      : `it trusts the issuer ${issuer}; Auth0's is https, the domain and one slash, and API Gateway compares every character`,
  );
}

/** Whether an audience is one of Auth0's own APIs, in any spelling: their tokens are not meant for another API. */
function isAuth0Api(audience: string, issuer: string): boolean {
  const url = URL.parse(audience);
  return (
    url !== null &&
    (url.hostname.endsWith('.auth0.com') || url.hostname === URL.parse(issuer)?.hostname) &&
    /^\/(api\/v2|userinfo)\/?$/i.test(url.pathname)
  );
}

function audiences(all: Registered): Finding[] {
  const identifiers = ofType(all, RESOURCE_SERVER).map((server) => valueOf(server, 'identifier'));
  return judgeEach(all, AUTHORIZER, authorizerInputs, ({ jwtConfiguration }) => {
    const own = jwtConfiguration.audiences.find((audience) => isAuth0Api(audience, jwtConfiguration.issuer));
    if (own !== undefined) return `it accepts tokens of ${own}, an API of Auth0 itself`;
    return jwtConfiguration.audiences.some((audience) => identifiers.includes(audience))
      ? undefined
      : 'none of its audiences is the identifier of a resource server that is declared here';
  });
}

const integrationInputs = z.object({
  integrationType: z.string(),
  integrationUri: z.string().default(''),
  requestParameters: z.record(z.string(), z.string()).default({}),
  connectionType: z.string().default('INTERNET'),
  tlsConfig: z.object({ serverNameToVerify: z.string() }).nullable().default(null),
});

function forgeable(all: Registered): Finding[] {
  const open = ofType(all, ROUTE).flatMap(({ inputs }) =>
    inputs['authorizationType'] === 'JWT' ? [] : [inputs['target']],
  );
  return judgeEach(all, 'aws:apigatewayv2/integration:Integration', integrationInputs, (integration, { id }) => {
    if (integration.integrationType !== 'HTTP_PROXY') return undefined;
    const { integrationUri, connectionType, tlsConfig } = integration;
    if (connectionType === 'VPC_LINK') {
      if (tlsConfig === null && acceptedOf(all)[integrationUri] === undefined) {
        return "it forwards the caller's token through a VPC link without TLS (tlsConfig)";
      }
    } else if (!integrationUri.startsWith('https://')) return "it forwards the caller's token without https";
    const loose = Object.entries(CALLER_HEADERS).find(([header, claim]) => {
      const { [`overwrite:header.${header}`]: overwritten, [`remove:header.${header}`]: removed } =
        integration.requestParameters;
      const isSet = overwritten === `$context.authorizer.claims.${claim}`;
      if (mappingsOf(header, integration.requestParameters) > 1) return true;
      return removed === undefined && (open.includes(`integrations/${id}`) || !isSet);
    });
    return loose === undefined ? undefined : `a caller can write the header ${loose[0]} itself`;
  });
}

/** How many mappings write a header, in any case of its name: beside the one that sets it, another adds to it. */
function mappingsOf(header: string, mappings: Readonly<Record<string, string>>): number {
  return Object.keys(mappings).filter((mapping) => mapping.toLowerCase().endsWith(`:header.${header}`)).length;
}

/** What stands between a caller and a function. */
export const ROUTE_RULES: readonly Rule[] = [
  {
    name: 'routes are protected',
    says: 'Each route has a JWT authorizer of its API and asks for a scope, unless publicRoutes or anyTokenRoutes lists it.',
    check: openRoutes,
  },
  {
    name: 'no other entrance',
    says: 'Nothing leads to a function past the routes.',
    check: otherEntrances,
  },
  {
    name: 'callers are not forged',
    says: 'Whatever is forwarded says who calls by the token, or not at all, and goes by https.',
    check: forgeable,
  },
  {
    name: 'issuer with its slash',
    says: "Each authorizer trusts an issuer with the slash at its end that Auth0's tokens have.",
    check: issuers,
  },
  {
    name: 'audience of the resource server',
    says: "Each authorizer takes its audience from a resource server, and none from Auth0's own APIs.",
    check: audiences,
  },
];
