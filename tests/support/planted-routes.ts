import {
  type Inputs,
  changed,
  inputs,
  jwt,
  plus,
  API_ID,
  type Planted,
  rowsOf,
  planted,
  ROUTE,
  HTTP_API,
  AUTHORIZER,
} from './planted.ts';

const FORWARD = 'aws:apigatewayv2/integration:Integration "planted"';
const LISTENER =
  'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/x/50dc6c495c0c9188/f2f7dc8efc522ab2';
const forward = (requestParameters: Inputs, integrationUri = 'https://a.example'): Planted['plant'] =>
  plus('aws:apigatewayv2/integration:Integration', {
    integrationType: 'HTTP_PROXY',
    integrationUri,
    requestParameters,
  });

/** What is planted between a caller and a function. */
export const PLANTED_ROUTES: readonly Planted[] = [
  ...planted('routes are protected', ROUTE, {
    // A01 and A02
    'an open route': [{ authorizationType: 'NONE' }, 'GET /test is open to anyone (authorizationType NONE)'],
    'a route without an authorization type': [{ authorizationType: undefined }, 'is open to anyone'],
    'a route with AWS credentials': [{ authorizationType: 'AWS_IAM' }, 'authorizationType AWS_IAM'],
    'a route without an authorizer': [{ authorizerId: 'gone' }, 'names no JWT authorizer of its API'],
    "another API's authorizer": [inputs('Authorizer', { apiId: 'another' }), 'names no JWT authorizer of its API'],
    'a Lambda authorizer': [inputs('Authorizer', { authorizerType: 'REQUEST' }), 'names no JWT authorizer'],
    'a route without a scope': [{ authorizationScopes: [] }, 'requires no scope'],
    'a route whose key cannot be read': [{ routeKey: 5 }, 'has an input routeKey that the rule cannot read'],
  }),
  ...planted('routes are protected', 'aws:apigatewayv2/route:Route "other"', {
    // D08
    'an open route of another API with the key of a public route': [
      (all) =>
        plus(
          'aws:apigatewayv2/route:Route',
          { apiId: 'another', routeKey: 'GET /public' },
          { name: 'other' },
        )(
          plus('aws:apigatewayv2/route:Route', { apiId: API_ID(all), routeKey: 'GET /public' })({
            ...all,
            outputs: { ...all.outputs, publicRoutes: ['GET /public'] },
          }),
        ),
      'GET /public is open to anyone',
    ],
  }),
  ...planted('no way around the routes', 'aws:lambda/functionUrl:FunctionUrl "planted"', {
    // A13
    'a function with a URL': [{ authorizationType: 'NONE' }, 'without the API and its authorizer'],
  }),
  ...planted('no way around the routes', HTTP_API, {
    'an API with routes of an OpenAPI document': [{ body: '{}' }, 'its input body declares routes'],
    'an execute-api endpoint that stays on beside a domain': [
      (all) => plus('aws:apigatewayv2/apiMapping:ApiMapping', { apiId: API_ID(all) })(all),
      'its execute-api endpoint bypasses it',
    ],
  }),
  ...planted('routes are protected', HTTP_API, {
    'a quick-created route that publicRoutes does not list': [
      { target: 'arn:aws:lambda:x' },
      '$default, which quick create makes, is open to anyone',
    ],
  }),
  ...planted('issuer ends with a slash', AUTHORIZER, {
    // A05
    'an issuer without its slash': [
      jwt({ issuer: 'https://acme.eu.auth0.com' }),
      'trusts the issuer https://acme.eu.auth0.com;',
    ],
    'an issuer with two slashes': [jwt({ issuer: 'https://acme.eu.auth0.com//' }), 'trusts the issuer'],
    'an issuer without https': [jwt({ issuer: 'http://acme.eu.auth0.com/' }), 'trusts the issuer'],
  }),
  ...planted('audience of the resource server', AUTHORIZER, {
    'an audience that does not come from the resource server': [
      jwt({ audiences: ['https://prod.example.com'] }),
      'none of its audiences',
    ],
    'an identifier that Auth0 returned in another form': [
      changed('ResourceServer', () => ({ outputs: { identifier: 'https://other' } })),
      'none of its audiences',
    ],
    // D07
    ...rowsOf(['https://your-production-tenant.eu.auth0.com/userinfo', 'https://Other.eu.auth0.com/api/v2'], (own) => [
      `Auth0's ${own.split('/').at(-1)} among the audiences`,
      [jwt({ audiences: ['https://prod.test-api-for-jwt-authorizer.example.com', own] }), 'an API of Auth0 itself'],
    ]),
  }),
  ...planted('callers are not forged', FORWARD, {
    "a listener that gets the caller's token through a VPC link without TLS": [
      {
        integrationType: 'HTTP_PROXY',
        connectionType: 'VPC_LINK',
        integrationUri: LISTENER,
        requestParameters: { 'remove:header.x-caller-sub': "''", 'remove:header.x-caller-azp': "''" },
      },
      "forwards the caller's token through a VPC link without TLS",
    ],
    'a header that the caller can write': [
      forward({ 'overwrite:header.x-caller-sub': '$context.authorizer.claims.sub' }),
      'a caller can write the header x-caller-azp itself',
    ],
    'a header with another claim in it': [
      forward({
        'overwrite:header.x-caller-sub': '$request.header.x-caller-sub',
        'remove:header.x-caller-azp': "''",
      }),
      'a caller can write the header x-caller-sub itself',
    ],
    'a header that is not removed on an open route, which has no claims': [
      (all) =>
        plus(
          'aws:apigatewayv2/route:Route',
          { authorizationType: 'NONE', target: 'integrations/planted' },
          { id: 'open' },
        )(
          forward({
            'overwrite:header.x-caller-sub': '$context.authorizer.claims.sub',
            'overwrite:header.x-caller-azp': '$context.authorizer.claims.azp',
          })(all),
        ),
      'a caller can write the header x-caller-sub itself',
    ],
    'a header that is overwritten and then appended to': [
      forward({
        'overwrite:header.x-caller-sub': '$context.authorizer.claims.sub',
        'append:header.X-Caller-Sub': '$request.header.y',
        'overwrite:header.x-caller-azp': '$context.authorizer.claims.azp',
      }),
      'a caller can write the header x-caller-sub itself',
    ],
    'an endpoint over plain HTTP': [forward({}, 'http://a.example'), 'without https'],
  }),
];
