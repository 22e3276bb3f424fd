import type { Contract } from '../../program/contract/define-contract.ts';
import { inputs, jwt, output, plus, type Planted } from './planted.ts';
import { withRoutes, type Edit } from './planted-edits.ts';
import type { Changes } from './program.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:on-call';

const variable = (name: string, value: string): Changes => ({
  'api:handlers': { test: { environment: { [name]: value } } },
});
const TOKEN = `ghp_${'a1B2'.repeat(9)}`;

/** Judged at the preview, by what the program registers. */
export const POLICY: readonly (Edit & {
  readonly values?: Changes;
  readonly contract?: Contract;
  readonly plant?: Planted['plant'];
  readonly rule: string;
})[] = [
  {
    id: 'S03',
    edit: 'the token in the query string',
    values: { 'api:identitySource': '$request.querystring.token' },
    rule: 'production, identitySource',
  },
  {
    id: 'S04',
    edit: 'an http:// origin with credentials',
    values: { 'api:cors': { allowOrigins: ['http://app.example.com'], allowCredentials: true } },
    rule: 'production, cors',
  },
  {
    id: 'S05',
    edit: 'CORS for every origin',
    values: { 'api:cors': { allowOrigins: ['*'] } },
    rule: 'production, cors',
  },
  {
    id: 'S06',
    edit: 'CORS for https://* with credentials',
    values: { 'api:cors': { allowOrigins: ['https://*'], allowCredentials: true } },
    rule: 'production, cors',
  },
  {
    id: 'S08',
    edit: 'a token lifetime of a day',
    values: { 'api:tokenLifetime': 86_400 },
    rule: 'production, tokenLifetime',
  },
  {
    id: 'D06',
    edit: 'an alarm that never goes off',
    values: { 'api:alarms': { topicArn: TOPIC, serverErrors: 1e6 }, 'api:exceptions': undefined },
    rule: 'production, alarms',
  },
  { id: 'new 1', edit: 'no throttle', values: { 'api:throttle': undefined }, rule: 'production, throttle' },
  { id: 'new 2', edit: 'no alarms', values: { 'api:exceptions': undefined }, rule: 'production, alarms' },
  { id: 'C06', edit: 'a GitHub token in a variable', values: variable('GITHUB', TOKEN), rule: 'secrets are marked' },
  {
    id: 'C07',
    edit: 'a Slack webhook in a variable',
    values: variable('HOOK', 'https://hooks.slack.com/services/T0123456/B0123456/abcdefghijkl'),
    rule: 'secrets are marked',
  },
  {
    id: 'C08',
    edit: 'a connection string in a variable',
    values: variable('DB', 'Server=db.example.com;User Id=app;Password=hunter2hunter2'),
    rule: 'secrets are marked',
  },
  {
    id: 'C09',
    edit: 'DB_PASSWORD in a variable',
    values: variable('DB_PASSWORD', 'hunter2'),
    rule: 'secrets are marked',
  },
  {
    id: 'S13',
    edit: 'an API token in a variable',
    values: variable('API_TOKEN', 'hunter2'),
    rule: 'secrets are marked',
  },
  { id: 'S14', edit: 'GH_PAT in a variable', values: variable('GH_PAT', 'hunter2'), rule: 'secrets are marked' },
  {
    id: 'A01',
    edit: 'routes without authorization',
    plant: inputs('Route', { authorizationType: 'NONE' }),
    rule: 'routes are protected',
  },
  {
    id: 'A02',
    edit: 'routes without scopes',
    plant: inputs('Route', { authorizationScopes: [] }),
    rule: 'routes are protected',
  },
  {
    id: 'A05',
    edit: 'an issuer without its slash',
    plant: jwt({ issuer: 'https://a.eu.auth0.com' }),
    rule: 'issuer with its slash',
  },
  {
    id: 'A06',
    edit: 'an invoke permission for any API',
    plant: inputs('Permission', { sourceArn: '*' }),
    rule: 'one invoke permission',
  },
  {
    id: 'A07',
    edit: 'an invoke permission without sourceArn',
    plant: inputs('Permission', { sourceArn: undefined }),
    rule: 'one invoke permission',
  },
  {
    id: 'A13',
    edit: 'a function URL',
    plant: plus('aws:lambda/functionUrl:FunctionUrl', {}),
    rule: 'no other entrance',
  },
  { id: 'T01', edit: 'RBAC off', plant: inputs('ResourceServer', { enforcePolicies: false }), rule: 'RBAC' },
  {
    id: 'T07',
    edit: 'secrets in an open output',
    plant: (all) => ({ ...all, secretOutputs: [] }),
    rule: 'secrets are marked',
  },
  {
    id: 'R01',
    edit: 'POST for any token',
    contract: withRoutes({ 'POST /orders': { handler: 'test', scopes: 'any token' } }),
    rule: 'production, any token',
  },
  {
    id: 'R02',
    edit: 'a public catch-all beside a protected route',
    contract: withRoutes({ 'ANY /{proxy+}': { handler: 'test', scopes: 'public' } }),
    rule: 'no open route over a protected one',
  },
  {
    id: 'R03',
    edit: 'a catch-all for any token beside a protected route',
    contract: withRoutes({ 'GET /{proxy+}': { handler: 'test', scopes: 'any token' } }),
    rule: 'no open route over a protected one',
  },
  {
    id: 'D07',
    edit: "another tenant's Management API among the audiences",
    values: { 'api:otherAudiences': ['https://Other.eu.auth0.com/api/v2'] },
    rule: 'audience of the resource server',
  },
  {
    id: 'D08',
    edit: 'a second API without authorization',
    plant: (all) =>
      plus('aws:apigatewayv2/route:Route', { apiId: 'second', routeKey: 'GET /second' })(
        plus('aws:apigatewayv2/api:Api', { protocolType: 'HTTP' }, { id: 'second', protect: true })(all),
      ),
    rule: 'routes are protected',
  },
  {
    id: 'D11',
    edit: 'a grant of every permission for users',
    plant: (all) => {
      const grant = all.resources.find(({ type }) => type.endsWith(':ClientGrant'))?.inputs;
      return plus('auth0:index/clientGrant:ClientGrant', { ...grant, subjectType: 'user' })(all);
    },
    rule: 'production is protected',
  },
  {
    id: 'P02',
    edit: 'an output that names no production',
    plant: output({ production: undefined }),
    rule: 'production is protected',
  },
];
