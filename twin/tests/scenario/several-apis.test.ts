import { symlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { afterFile } from '../../../tests/support/cleanup.ts';
import { evaluateHere } from '../../../tests/support/evaluate.ts';
import { folderWith } from '../../../tests/support/folder.ts';
import { root } from '../../../tests/support/program.ts';
import { welcome } from '../../src/cli/screen.ts';
import { verify } from '../../src/cli/verify.ts';
import { reportsOf } from '../../src/report/reports.ts';
import { startTwin } from '../../src/server/serve.ts';

const INDEX = `
import * as pulumi from '@pulumi/pulumi';
import * as aws from '@pulumi/aws';
import * as auth0 from '@pulumi/auth0';

export default async () => {
const audience = new auth0.ResourceServer('api', { identifier: 'https://shop.example.com' }).identifier;
for (const scope of ['read', 'write']) new auth0.ResourceServerScope(scope, { resourceServerIdentifier: audience, scope });
const client = new auth0.Client('machine', { name: 'machine', appType: 'non_interactive' });
new auth0.ClientGrant('machine', { clientId: client.clientId, audience, scopes: ['read'] });

function declare(name, scope, stage) {
  const fn = new aws.lambda.Function(name, {
    runtime: 'nodejs24.x', handler: 'index.handler', role: 'arn:aws:iam::1:role/x',
    code: new pulumi.asset.AssetArchive({
      'index.mjs': new pulumi.asset.StringAsset('export const handler = async () => ' + JSON.stringify(name)),
    }),
  });
  const api = new aws.apigatewayv2.Api(name, { protocolType: 'HTTP' });
  new aws.lambda.Permission(name, {
    action: 'lambda:InvokeFunction', principal: 'apigateway.amazonaws.com', function: fn,
    sourceArn: pulumi.interpolate\`\${api.executionArn}/*/*\`,
  });
  const authorizer = new aws.apigatewayv2.Authorizer(name, {
    apiId: api.id, authorizerType: 'JWT', identitySources: ['$request.header.Authorization'],
    jwtConfiguration: { issuer: 'https://acme.eu.auth0.com/', audiences: [audience] },
  });
  const integration = new aws.apigatewayv2.Integration(name, {
    apiId: api.id, integrationType: 'AWS_PROXY', integrationUri: fn.arn, payloadFormatVersion: '2.0',
  });
  new aws.apigatewayv2.Route(name, {
    apiId: api.id, routeKey: 'GET /things', target: pulumi.interpolate\`integrations/\${integration.id}\`,
    authorizationType: 'JWT', authorizerId: authorizer.id, authorizationScopes: [scope],
  });
  new aws.apigatewayv2.Stage(name, { apiId: api.id, name: stage, autoDeploy: true });
}
declare('orders', 'read', '$default');
declare('stock', 'write', 'v1');
return {};
};
`;

it('A program with two APIs is served on a port for each, reported and verified', async () => {
  const folder = folderWith({
    'Pulumi.yaml': 'name: shop\nruntime: { name: nodejs, options: { typescript: false } }\n',
    'Pulumi.dev.yaml': 'config: { auth0:domain: acme.eu.auth0.com, aws:region: eu-west-1 }\n',
    'package.json': JSON.stringify({ type: 'module', main: 'index.ts' }),
    'index.ts': INDEX,
  });
  symlinkSync(new URL('node_modules', root), new URL('node_modules', folder));
  const twin = await startTwin({
    root: folder,
    stack: 'dev',
    port: 0,
    tenantPort: 0,
    evaluate: evaluateHere,
    onEvent: () => undefined,
  });
  afterFile(() => twin.close());
  const [orders = '', stock = ''] = twin.apiUrls;
  const screen = welcome(twin.model(), twin);
  expect(screen).toContain(`API     ${orders}  orders\n`);
  expect(screen).toContain(`API     ${stock}  stock\n`);

  const [client] = twin.model().tenant.clients;
  const response = await fetch(`${twin.tenantUrl}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: client?.clientId,
      client_secret: client?.secret,
      audience: 'https://shop.example.com',
    }),
  });
  const { access_token: token } = (await response.json()) as { readonly access_token: string };
  const call = async (url: string): Promise<string> => {
    const answer = await fetch(`${url}/things`, { headers: { authorization: `Bearer ${token}` } });
    return `${answer.status} ${await answer.text()}`;
  };
  expect(stock).toMatch(/:\d+\/v1$/);
  expect(await call(orders)).toBe('200 orders');
  expect(await call(stock)).toBe('403 {"message":"Forbidden"}');

  const reports = await reportsOf(folder, ['dev'], {}, evaluateHere);
  expect(reports.map(({ stack, routes }) => [stack, routes.length])).toEqual([
    ['dev.orders', 1],
    ['dev.stock', 1],
  ]);
  expect(await verify({ stack: 'dev' }, folder, evaluateHere)).toBe(0);
});
