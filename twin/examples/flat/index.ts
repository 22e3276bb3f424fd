import * as auth0 from '@pulumi/auth0';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

const domain = new pulumi.Config('auth0').require('domain');

// Auth0
const notes = new auth0.ResourceServer('notes', {
  identifier: 'https://notes.example.com',
  enforcePolicies: true,
  tokenDialect: 'access_token_authz',
});
const read = new auth0.ResourceServerScope('read', { resourceServerIdentifier: notes.identifier, scope: 'read:notes' });
const write = new auth0.ResourceServerScope('write', {
  resourceServerIdentifier: notes.identifier,
  scope: 'write:notes',
});

const importer = new auth0.Client('importer', {
  name: 'Importer',
  appType: 'non_interactive',
  oidcConformant: true,
  grantTypes: ['client_credentials'],
});
new auth0.ClientGrant('importer', {
  clientId: importer.clientId,
  audience: notes.identifier,
  subjectType: 'client',
  scopes: [read.scope, write.scope],
});

const cli = new auth0.Client('cli', {
  name: 'Command line',
  appType: 'regular_web',
  oidcConformant: true,
  grantTypes: ['password', 'http://auth0.com/oauth/grant-type/password-realm'],
});
const people = new auth0.Connection('people', {
  name: 'people',
  strategy: 'auth0',
  options: { passwordPolicy: 'good', disableSignup: true },
});
new auth0.ConnectionClient('cli', { connectionId: people.id, clientId: cli.clientId });

const reader = new auth0.Role('reader', { name: 'Reader' });
new auth0.RolePermission('reader', {
  roleId: reader.id,
  resourceServerIdentifier: notes.identifier,
  permission: read.scope,
});
const ada = new auth0.User('ada', {
  connectionName: people.name,
  email: 'ada@example.com',
  password: 'Correct-Horse-7',
  emailVerified: true,
});
new auth0.UserRole('ada', { userId: ada.id, roleId: reader.id });

// AWS
const role = new aws.iam.Role('notes', {
  assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: 'lambda.amazonaws.com' }),
});
new aws.iam.RolePolicyAttachment('logs', { role, policyArn: aws.iam.ManagedPolicy.AWSLambdaBasicExecutionRole });

const store = new aws.lambda.Function('notes', {
  runtime: 'nodejs22.x',
  handler: 'notes.handler',
  role: role.arn,
  code: new pulumi.asset.FileArchive('./functions'),
});
const health = new aws.lambda.CallbackFunction('health', {
  runtime: 'nodejs22.x',
  callback: async () => ({ statusCode: 200, body: 'ok' }),
  // Without this, Pulumi attaches nine policies with full access to S3, DynamoDB and others.
  policies: [aws.iam.ManagedPolicy.AWSLambdaBasicExecutionRole],
});

// GET /health needs no token.
const api = new aws.apigatewayv2.Api('notes', { protocolType: 'HTTP', routeKey: 'GET /health', target: health.arn });
const authorizer = new aws.apigatewayv2.Authorizer('auth0', {
  apiId: api.id,
  authorizerType: 'JWT',
  name: 'auth0',
  identitySources: ['$request.header.Authorization'],
  jwtConfiguration: { issuer: `https://${domain}/`, audiences: [notes.identifier] },
});
const integration = new aws.apigatewayv2.Integration('notes', {
  apiId: api.id,
  integrationType: 'AWS_PROXY',
  integrationUri: store.invokeArn,
  payloadFormatVersion: '2.0',
});
const route = (name: string, routeKey: string, scope: pulumi.Input<string>) =>
  new aws.apigatewayv2.Route(name, {
    apiId: api.id,
    routeKey,
    target: pulumi.interpolate`integrations/${integration.id}`,
    authorizationType: 'JWT',
    authorizerId: authorizer.id,
    authorizationScopes: [scope],
  });
route('list', 'GET /notes', read.scope);
route('get', 'GET /notes/{id}', read.scope);
route('add', 'POST /notes', write.scope);

for (const [name, fn] of Object.entries({ store, health })) {
  new aws.lambda.Permission(name, {
    action: 'lambda:InvokeFunction',
    principal: 'apigateway.amazonaws.com',
    function: fn.name,
    sourceArn: pulumi.interpolate`${api.executionArn}/*/*`,
  });
}

export const url = api.apiEndpoint;
