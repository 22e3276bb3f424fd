import type { Recorded } from '../../src/evaluate/recorded.ts';
import type { Plain } from '../../src/resources/resource.ts';

/** A change of a resource of stack dev that the twin must reject. */
export interface RefusedInput {
  readonly title: string;
  /** The end of the resource's type. */
  readonly type: string;
  /** Inputs that replace the recorded ones; `undefined` removes one. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The input or the value, as the error names it. */
  readonly says: string;
}

const of =
  (type: string) =>
  (title: string, inputs: RefusedInput['inputs'], says: string): RefusedInput => ({ title, type, inputs, says });

const resourceServer = of('resourceServer:ResourceServer');
const client = of('client:Client');
const credentials = of('clientCredentials:ClientCredentials');
const grant = of('clientGrant:ClientGrant');
const connection = of('connection:Connection');
const enabled = of('connectionClients:ConnectionClients');
const tenant = of('tenant:Tenant');
const user = of('user:User');
const api = of('api:Api');
const authorizer = of('authorizer:Authorizer');
const route = of('route:Route');
const integration = of('integration:Integration');
const stage = of('stage:Stage');
const lambda = of('function:Function');
const permission = of('permission:Permission');

const ISSUER = 'https://your-tenant.eu.auth0.com/';
const AUDIENCES = ['https://test-api-for-jwt-authorizer.example.com'];
const DEAD = 'https://x.example';
const HTTP = {
  integrationType: 'HTTP_PROXY',
  integrationUri: 'https://x.example/{id}',
  integrationMethod: 'ANY',
  payloadFormatVersion: '1.0',
};
const VPC = {
  ...HTTP,
  integrationUri:
    'arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/x/50dc6c495c0c9188/f2f7dc8efc522ab2',
  connectionType: 'VPC_LINK',
  connectionId: 'abc123',
  requestParameters: { 'overwrite:path': '/' },
};
const POLICIES = { client: { policy: 'require_client_grant' }, user: { policy: 'allow_all' } };
const jwt = (issuer: unknown, audiences: unknown) => ({ jwtConfiguration: { issuer, audiences } });

export const REFUSED_OF_AUTH0: readonly RefusedInput[] = [
  resourceServer('an API that signs with HS256', { signingAlg: 'HS256' }, 'input signingAlg'),
  resourceServer('an API that signs with PS256', { signingAlg: 'PS256' }, 'input signingAlg'),
  resourceServer('an API that encrypts its tokens', { tokenEncryption: { format: 'x' } }, 'input tokenEncryption'),
  resourceServer('an API with proof of possession', { proofOfPossession: {} }, 'input proofOfPossession'),
  resourceServer('an API with RFC 9068 tokens', { tokenDialect: 'rfc9068_profile' }, 'input tokenDialect'),
  resourceServer(
    'an API that issues access tokens for a session',
    { allowOnlineAccess: true },
    'input allowOnlineAccess',
  ),
  resourceServer('an API with a token lifetime of zero', { tokenLifetime: 0 }, 'input tokenLifetime'),
  resourceServer(
    'an API that any client may call',
    { subjectTypeAuthorization: { ...POLICIES, client: { policy: 'allow_all' } } },
    'input subjectTypeAuthorization.client.policy',
  ),
  client('a client that signs with HS256', { jwtConfiguration: { alg: 'HS256' } }, 'input jwtConfiguration.alg'),
  client('a client with an organization', { organizationUsage: 'require' }, 'input organizationUsage'),
  client(
    'a client with an unknown kind of refresh token',
    { refreshToken: { rotationType: 'x' } },
    'input refreshToken',
  ),
  client(
    'a client whose refresh tokens never expire',
    { refreshToken: { rotationType: 'rotating', expirationType: 'non-expiring' } },
    'input refreshToken.expirationType',
  ),
  client('a client that must prove possession', { requireProofOfPossession: true }, 'input requireProofOfPossession'),
  credentials(
    'a client with private_key_jwt and no key',
    { authenticationMethod: 'private_key_jwt' },
    'input privateKeyJwt',
  ),
  credentials('a client without an authentication method', { authenticationMethod: undefined }, 'input authent'),
  credentials('credentials of a client that does not exist', { clientId: 'x' }, 'refers to the client x'),
  grant('a grant for any organization', { allowAnyOrganization: true }, 'input allowAnyOrganization'),
  grant('a grant for an API that does not exist', { audience: DEAD }, `refers to the API ${DEAD}`),
  grant('a grant to a client that does not exist', { clientId: 'x' }, 'refers to the client x'),
  grant('a grant of an undeclared scope', { scopes: ['delete:user'] }, 'refers to the scope delete:user'),
  connection('a connection that is not a database', { strategy: 'samlp' }, 'input strategy'),
  connection('a database with user names', { options: { requiresUsername: true } }, 'input options.requiresUser'),
  enabled('an enabled client that does not exist', { enabledClients: ['x'] }, 'refers to the client x'),
  enabled('clients of a database that does not exist', { connectionId: 'con_x' }, 'refers to the connection con_x'),
  tenant('a tenant with session rules', { sessionLifetime: 1 }, 'input sessionLifetime'),
  tenant('a default directory that does not exist', { defaultDirectory: 'x' }, 'refers to the connection x'),
  user('a user whose metadata are not an object', { appMetadata: '[]' }, 'input appMetadata'),
  user('a user in a database that does not exist', { connectionName: 'x' }, 'refers to the connection x'),
  of('userRoles:UserRoles')('a user with a role that does not exist', { roles: ['rol_x'] }, 'refers to the role rol_x'),
  of('rolePermissions:RolePermissions')(
    'a role with an undeclared permission',
    { permissions: [{ name: 'delete:user', resourceServerIdentifier: AUDIENCES[0] }] },
    'refers to the permission delete:user',
  ),
];

export const REFUSED_OF_AWS: readonly RefusedInput[] = [
  api('a WebSocket API', { protocolType: 'WEBSOCKET' }, 'input protocolType'),
  api(
    'an API without its execute-api endpoint and a domain',
    { disableExecuteApiEndpoint: true },
    'input disableExecuteApiEndpoint',
  ),
  api('a quick-created API for an unknown function', { target: 'arn:x' }, 'refers to the function arn:x'),
  api(
    'an API whose quick-created route has no valid key',
    { target: 'https://x.example', routeKey: 'x' },
    'The API has the key "x"',
  ),
  authorizer('an authorizer that is a function', { authorizerType: 'REQUEST' }, 'input authorizerType'),
  authorizer('an authorizer without configuration', { jwtConfiguration: undefined }, 'input jwtConfiguration'),
  authorizer('an authorizer without issuer', jwt(undefined, AUDIENCES), 'input jwtConfiguration.issuer'),
  authorizer('an authorizer with an empty issuer', jwt('', AUDIENCES), 'input jwtConfiguration.issuer'),
  // docs/fidelity.md F28
  authorizer('an authorizer with an http issuer', jwt('http://x.example/', AUDIENCES), 'AWS accepts an https URL only'),
  authorizer('an authorizer without audiences', jwt(ISSUER, undefined), 'input jwtConfiguration.audiences'),
  authorizer('an authorizer with an empty list of audiences', jwt(ISSUER, []), 'AWS accepts the tokens of any API'),
  // docs/fidelity.md F39
  authorizer('an authorizer with 51 audiences', jwt(ISSUER, Array(51).fill(DEAD)), 'at most 50 audiences'),
  authorizer('an authorizer without an identity source', { identitySources: [] }, 'exactly one identity source'),
  authorizer(
    'an authorizer with two identity sources',
    { identitySources: ['$request.header.a', '$request.header.b'] },
    'exactly one identity source',
  ),
  authorizer(
    'an authorizer with an identity source of the context',
    { identitySources: ['$context.x'] },
    'input identitySources.0',
  ),
  authorizer('an authorizer that caches', { authorizerResultTtlInSeconds: 5 }, 'input authorizerResultTtlInSec'),
  authorizer('an authorizer of another API', { apiId: 'x' }, 'belongs to the API x'),
  route('a route with a custom authorizer', { authorizationType: 'CUSTOM' }, 'input authorizationType'),
  route('a route with IAM', { authorizationType: 'AWS_IAM' }, 'input authorizationType'),
  route(
    'a route with an authorizer and no authorization type',
    { authorizationType: undefined },
    'AWS would leave the route "GET /test" open',
  ),
  route(
    'a route with AWS_IAM authorization',
    { authorizationType: 'AWS_IAM' },
    'does not emulate AWS_IAM authorization; write "JWT"',
  ),
  route('a public route with scopes', { authorizationType: 'NONE', authorizerId: undefined }, 'open to anyone'),
  route(
    'a public route with an authorizer',
    { authorizationType: 'NONE', authorizationScopes: undefined },
    'open to anyone',
  ),
  route('a JWT route without an authorizer', { authorizerId: undefined }, 'requires a JWT and names no authorizer'),
  route('a route with an authorizer that does not exist', { authorizerId: 'x' }, 'refers to the authorizer x'),
  route('a route to an integration that does not exist', { target: 'integrations/x' }, 'integration integrations/x'),
  // docs/fidelity.md F40
  route('a route with 11 scopes', { authorizationScopes: Array(11).fill('read:user') }, 'at most 10 scopes'),
  route('a route with an API key', { apiKeyRequired: true }, 'input apiKeyRequired'),
  route('a route with required parameters', { requestParameters: [] }, 'input requestParameters'),
  route('a route key that API Gateway does not accept', { routeKey: 'GET test' }, 'the path must begin with /'),
  route('a route of another API', { apiId: 'x' }, 'belongs to the API x'),
  integration(
    'an integration by a VPC link that it does not name',
    { ...VPC, connectionId: undefined },
    'input connectionId',
  ),
  integration('a VPC link to a URL', { ...VPC, integrationUri: 'https://x.example' }, 'input integrationUri'),
  integration('a VPC link whose path is not written', { ...VPC, requestParameters: {} }, 'input requestParameters'),
  integration(
    'a path that is written for an endpoint on the internet',
    { ...HTTP, requestParameters: { 'overwrite:path': '/' } },
    'input requestParameters',
  ),
  integration('an integration with a mock', { integrationType: 'MOCK' }, 'input integrationType'),
  integration('an integration with an AWS service', { integrationSubtype: 'SQS-SendMessage' }, 'input integrationS'),
  integration('an integration with an http URL', { ...HTTP, integrationUri: 'http://x.example' }, 'an https URL'),
  integration('a URL with a parameter for a host', { ...HTTP, integrationUri: 'https://{x}.example' }, 'an https URL'),
  integration(
    'a URL with its own method',
    { ...HTTP, integrationMethod: 'POST' },
    'input integrationMethod: "POST" is not emulated; write "ANY"',
  ),
  integration(
    'a URL with an appended header',
    { ...HTTP, requestParameters: { 'append:header.x': 'y' } },
    'write overwrite:header.<name> or remove:header.<name>',
  ),
  integration(
    'a URL with a header from the request body',
    { ...HTTP, requestParameters: { 'overwrite:header.x': '$request.body.x' } },
    'overwrites the header x with $request.body.x',
  ),
  integration('an integration with payload 3.0', { payloadFormatVersion: '3.0' }, 'input payloadFormatVersion'),
  integration('an integration with a private network', { connectionType: 'VPC_LINK' }, 'input connectionType'),
  integration('an integration that waits 31 s', { timeoutMilliseconds: 31_000 }, 'input timeoutMilliseconds'),
  integration('an integration that rewrites requests', { requestParameters: {} }, 'input requestParameters'),
  integration('an integration with an unknown function', { integrationUri: 'arn:x' }, 'refers to the function arn:x'),
  // docs/fidelity.md F41
  stage('a stage without automatic deployment', { autoDeploy: false }, 'Write autoDeploy: true'),
  stage('a stage that does not set automatic deployment', { autoDeploy: undefined }, 'Write autoDeploy: true'),
  stage('a stage with a client certificate', { clientCertificateId: 'x' }, 'input clientCertificateId'),
  stage(
    'a stage with settings for an unknown route',
    { routeSettings: [{ routeKey: 'GET /x' }] },
    'the route "GET /x"',
  ),
  lambda('a function on Node 16', { runtime: 'nodejs16.x' }, 'the twin runs nodejs18.x to nodejs24.x only'),
  lambda('a function on Python', { runtime: 'python3.13' }, 'the twin runs nodejs18.x to nodejs24.x only'),
  lambda('a function that is an image', { packageType: 'Image' }, 'input packageType'),
  lambda('a function with a file system', { fileSystemConfig: { arn: 'arn:x' } }, 'input fileSystemConfig'),
  lambda('a function without code', { code: undefined }, 'input code'),
  lambda('a function with code from S3', { s3Bucket: 'x' }, 'input s3Bucket'),
  lambda('a function with an invalid handler', { handler: 'index' }, 'input handler'),
  permission('a permission for every principal', { principal: '*' }, 'input principal'),
  permission('a permission for another account', { sourceAccount: '1' }, 'input sourceAccount'),
  permission('a permission for a function URL', { functionUrlAuthType: 'NONE' }, 'a function URL bypasses the API'),
  permission('a permission for an organization', { principalOrgId: 'o-1' }, 'input principalOrgId'),
];

/** Returns a recording in which the resources of one type have other inputs. */
export function changed(recorded: Recorded, type: string, inputs: RefusedInput['inputs']): Recorded {
  let hits = 0;
  const resources = structuredClone(recorded.resources).map((resource) => {
    if (!resource.type.endsWith(`/${type}`)) return resource;
    hits += 1;
    const merged = Object.entries({ ...resource.inputs, ...inputs }).filter(([, value]) => value !== undefined);
    return { ...resource, inputs: Object.fromEntries(merged) as Record<string, Plain> };
  });
  if (hits === 0) throw new Error(`stack dev declares no ${type}`);
  return { ...recorded, resources };
}
