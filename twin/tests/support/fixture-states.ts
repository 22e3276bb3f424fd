import { readFileSync } from 'node:fs';
import { stateSecret, type StateFile, type StateResource } from './state.ts';

type Values = Readonly<Record<string, unknown>>;

const STACK = 'urn:pulumi:live::orders::pulumi:pulumi:Stack::orders-live';
const PROVIDER_ID = '00000000-0000-4000-8000-a00000000000';
const VERSIONS = { aws: '7.48.0', auth0: '3.49.0' };
const SECRET = stateSecret({ ciphertext: 'AAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' });

const AUDIENCE = 'https://orders.example.com';
const API = 'a1b2c3d4e5';
const EXECUTION = `arn:aws:execute-api:eu-west-1:210987654321:${API}`;
const ROLE = 'list-orders-5d6e7f8';
const ROLE_ARN = `arn:aws:iam::210987654321:role/${ROLE}`;
const FUNCTION = 'list-orders-1a2b3c4';
const FUNCTION_ARN = `arn:aws:lambda:eu-west-1:210987654321:function:${FUNCTION}`;
const CLIENT = 'ShopShopShopShopShopShopShopShop';
const ASSUMABLE =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}';

const providerUrn = (name: keyof typeof VERSIONS): string =>
  `urn:pulumi:live::orders::pulumi:providers:${name}::default_${VERSIONS[name].replaceAll('.', '_')}`;

const provider = (name: keyof typeof VERSIONS, inputs: Values): StateResource => ({
  urn: providerUrn(name),
  custom: true,
  id: PROVIDER_ID,
  type: `pulumi:providers:${name}`,
  inputs: { __internal: {}, version: VERSIONS[name], ...inputs },
});

/** Marks inputs as the engine does: those that a provider filled in are listed under `__defaults`. */
const filled = (inputs: Values, defaults: Values = {}): Record<string, unknown> => ({
  __defaults: Object.keys(defaults),
  ...inputs,
  ...defaults,
});

function resource(
  name: string,
  type: string,
  id: string,
  inputs: Values,
  defaults: Values = {},
  computed: Values = {},
): StateResource {
  const family = type.startsWith('aws:') ? 'aws' : 'auth0';
  return {
    urn: `urn:pulumi:live::orders::${type}::${name}`,
    custom: true,
    id,
    type,
    inputs: filled(inputs, defaults),
    outputs: { ...inputs, ...defaults, id, ...computed },
    parent: STACK,
    provider: `${providerUrn(family)}::${PROVIDER_ID}`,
  };
}

const route = (name: string, id: string, inputs: Values, defaults: Values = {}): StateResource => {
  const target = { apiId: API, target: 'integrations/k4l5m6n' };
  return resource(
    name,
    'aws:apigatewayv2/route:Route',
    id,
    { ...target, ...inputs },
    { apiKeyRequired: false, ...defaults },
  );
};
const jwt = (scope: string): Values => ({
  authorizationType: 'JWT',
  authorizerId: 'u1v2w3',
  authorizationScopes: [scope],
});

/** Returns the state of stack `live` of a Python program. */
function pythonState(): StateFile {
  const resources = [
    {
      urn: STACK,
      custom: false,
      type: 'pulumi:pulumi:Stack',
      outputs: { api_url: `https://${API}.execute-api.eu-west-1.amazonaws.com`, shop_secret: SECRET },
    },
    provider('aws', { region: 'eu-west-1' }),
    provider('auth0', { domain: 'orders.eu.auth0.com', clientId: 'deployer', clientSecret: SECRET }),
    resource(
      'exports',
      'aws:s3/bucketV2:BucketV2',
      'exports-0f1e2d3',
      {},
      { bucket: 'exports-0f1e2d3', forceDestroy: false },
      { arn: 'arn:aws:s3:::exports-0f1e2d3' },
    ),
    resource(
      'list-orders',
      'aws:iam/role:Role',
      ROLE,
      { assumeRolePolicy: ASSUMABLE },
      { forceDetachPolicies: false, maxSessionDuration: 3600, name: ROLE, path: '/' },
      { arn: ROLE_ARN },
    ),
    resource(
      'list-orders',
      'aws:lambda/function:Function',
      FUNCTION,
      {
        code: {
          '4dabf18193072939515e22adb298388d': '0def7320c3a5731c473e5ecbe6d01bc7',
          hash: 'a1b2',
          path: './functions',
        },
        environment: filled({ variables: SECRET }),
        handler: 'orders.list_orders',
        layers: ['arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:18'],
        role: ROLE_ARN,
        runtime: 'python3.13',
      },
      {
        memorySize: 128,
        name: FUNCTION,
        packageType: 'Zip',
        publish: false,
        reservedConcurrentExecutions: -1,
        skipDestroy: false,
        timeout: 3,
      },
      {
        arn: FUNCTION_ARN,
        invokeArn: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`,
      },
    ),
    resource(
      'orders',
      'aws:apigatewayv2/api:Api',
      API,
      { protocolType: 'HTTP', region: 'eu-west-1' },
      {
        apiKeySelectionExpression: '$request.header.x-api-key',
        name: 'orders-9a8b7c6',
        routeSelectionExpression: '$request.method $request.path',
      },
      {
        apiEndpoint: `https://${API}.execute-api.eu-west-1.amazonaws.com`,
        arn: `arn:aws:apigateway:eu-west-1::/apis/${API}`,
        executionArn: EXECUTION,
        ipAddressType: 'ipv4',
      },
    ),
    resource(
      'auth0',
      'aws:apigatewayv2/authorizer:Authorizer',
      'u1v2w3',
      {
        apiId: API,
        authorizerType: 'JWT',
        identitySources: ['$request.header.Authorization'],
        jwtConfiguration: filled({ audiences: [AUDIENCE], issuer: 'https://orders.eu.auth0.com/' }),
      },
      { name: 'auth0-2c3d4e5' },
    ),
    resource(
      'list-orders',
      'aws:apigatewayv2/integration:Integration',
      'k4l5m6n',
      { apiId: API, integrationType: 'AWS_PROXY', integrationUri: FUNCTION_ARN, payloadFormatVersion: '2.0' },
      { connectionType: 'INTERNET' },
    ),
    route('list-orders', 'r7s8t9u', { routeKey: 'GET /orders', ...jwt('read:orders') }),
    route('cancel-order', 'o1p2q3r', { routeKey: 'DELETE /orders/{id}', ...jwt('write:orders') }),
    route('health', 'h4e5a6l', { routeKey: 'GET /health' }, { authorizationType: 'NONE' }),
    resource('default', 'aws:apigatewayv2/stage:Stage', '$default', { apiId: API, autoDeploy: true, name: '$default' }),
    resource(
      'list-orders',
      'aws:lambda/permission:Permission',
      'list-orders-7f8e9d0',
      {
        action: 'lambda:InvokeFunction',
        function: FUNCTION,
        principal: 'apigateway.amazonaws.com',
        sourceArn: `${EXECUTION}/*/*`,
      },
      { statementId: 'list-orders-7f8e9d0' },
    ),
    resource(
      'orders',
      'auth0:index/resourceServer:ResourceServer',
      '65f0a1b2c3d4e5f6a7b8c9d0',
      {
        enforcePolicies: true,
        identifier: AUDIENCE,
        signingAlg: 'RS256',
        subjectTypeAuthorization: filled({
          client: filled({ policy: 'require_client_grant' }),
          user: filled({ policy: 'allow_all' }),
        }),
        tokenDialect: 'access_token',
        tokenLifetime: 7200,
      },
      { name: 'orders-3d4e5f6' },
    ),
    resource('orders', 'auth0:index/resourceServerScopes:ResourceServerScopes', AUDIENCE, {
      resourceServerIdentifier: AUDIENCE,
      scopes: [
        filled({ description: 'List orders', name: 'read:orders' }),
        filled({ description: 'Cancel orders', name: 'write:orders' }),
      ],
    }),
    resource(
      'shop',
      'auth0:index/client:Client',
      CLIENT,
      {
        appType: 'non_interactive',
        grantTypes: ['client_credentials'],
        isFirstParty: true,
        jwtConfiguration: filled({ alg: 'RS256' }, { secretEncoded: false }),
        name: 'shop',
        oidcConformant: true,
      },
      { description: 'Managed by Pulumi', isTokenEndpointIpHeaderTrusted: false },
      { clientId: CLIENT },
    ),
    resource(
      'shop',
      'auth0:index/clientCredentials:ClientCredentials',
      CLIENT,
      { authenticationMethod: 'client_secret_post', clientId: CLIENT },
      {},
      { clientSecret: SECRET },
    ),
    resource('shop', 'auth0:index/clientGrant:ClientGrant', 'cgr_Shop', {
      audience: AUDIENCE,
      clientId: CLIENT,
      scopes: ['read:orders'],
      subjectType: 'client',
    }),
    resource('clerk', 'auth0:index/role:Role', 'rol_Clerk', { name: 'clerk' }, { description: 'Managed by Pulumi' }),
    resource('clerk', 'auth0:index/rolePermissions:RolePermissions', 'rol_Clerk', {
      permissions: [filled({ name: 'write:orders', resourceServerIdentifier: AUDIENCE })],
      roleId: 'rol_Clerk',
    }),
  ];
  return { version: 3, deployment: { resources } };
}

/** `program`: exported by Pulumi 3.260 from the shipped program's stack dev. `python`: written by hand in that shape. */
export function fixtureText(name: 'program' | 'python'): string {
  if (name === 'python') return JSON.stringify(pythonState());
  return readFileSync(new URL('../fixtures/state-program.json', import.meta.url), 'utf8');
}

/** Returns the fixture after a change. */
export function changedState(name: 'program' | 'python', change: (state: StateFile) => void): string {
  const state = JSON.parse(fixtureText(name)) as StateFile;
  change(state);
  return JSON.stringify(state);
}
