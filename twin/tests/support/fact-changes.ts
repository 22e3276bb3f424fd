import { PUBLIC_KEY, PUBLIC_KEY_ID } from '../../../tests/support/client-keys.ts';
import type { FactName } from '../../src/report/facts.ts';
import { changed, inputs, jwt, output, plus, without, type Planted } from '../../../tests/support/planted.ts';

export type Plant = Planted['plant'];

const AUDIENCE = 'https://prod.test-api-for-jwt-authorizer.example.com';
const ISSUER = 'https://your-production-tenant.eu.auth0.com/';
const APP = 'https://app.example.com';
const EVIL = 'https://evil.example.com';
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const TABLE = 'arn:aws:dynamodb:eu-central-1:999999999999:table/orders';

/** The clients of the stack that is changed. */
export const CLIENTS = [
  { name: 'test-app', party: 'first', grants: ['client_credentials'], permissions: ['read:user'] },
  { name: 'web', type: 'spa', callbacks: [APP], logoutUrls: [APP], origins: [APP], grants: ['authorization_code'] },
];

const policy = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const rights = (statement: object): Plant =>
  plus('aws:iam/rolePolicy:RolePolicy', { role: 'x', policy: policy(statement) });
const throttle = (throttlingRateLimit: number, throttlingBurstLimit = 100): Plant =>
  inputs('Stage', { defaultRouteSettings: { throttlingRateLimit, throttlingBurstLimit } });
const variables = (all: object): Plant => inputs('Function', { environment: { variables: all } });
const role = (change: object): Plant =>
  changed('Role', ({ type, inputs: all }) => ({ inputs: type.startsWith('aws:') ? { ...all, ...change } : all }));
const cors = (change: object): Plant =>
  inputs('Api', { corsConfiguration: { allowOrigins: [APP], allowMethods: ['GET'], ...change } });
const web = (change: object): Plant =>
  changed('Client', ({ name, inputs: all }) => ({ inputs: name === 'auth0-web' ? { ...all, ...change } : all }));
const endpoint = (integrationUri: string): Plant =>
  changed('Integration', ({ inputs: { apiId } }) => ({
    inputs: { apiId, integrationType: 'HTTP_PROXY', integrationMethod: 'ANY', integrationUri },
  }));
const action = (code: string): Plant =>
  plus('auth0:index/action:Action', {
    name: 'guard',
    code,
    deploy: true,
    supportedTriggers: { id: 'post-login', version: 'v3' },
  });
const bound: Plant = plus('auth0:index/triggerAction:TriggerAction', { trigger: 'post-login', actionId: 'planted' });
const domain: Plant = (all) => {
  const apiId = all.resources.find(({ type }) => type.endsWith(':Api'))?.id;
  const name = plus(
    'aws:apigatewayv2/domainName:DomainName',
    { domainName: 'api.example.com' },
    { id: 'api.example.com' },
  );
  const mapping = { apiId, domainName: 'api.example.com', stage: '$default' };
  return plus('aws:apigatewayv2/apiMapping:ApiMapping', mapping)(name(all));
};
const both =
  (...plants: readonly Plant[]): Plant =>
  (all) =>
    plants.reduce((rest, plant) => plant(rest), all);

export type Change = [fact: FactName, says: string, plant: Plant, first?: Plant];

/**
 * The lines of `--since` for an edit of the shipped stack prod, which the last function may first prepare. `!` marks a
 * dangerous change.
 */
export const CHANGES: readonly Change[] = [
  ['production', '! production is off: none of its rules apply', output({ production: false })],
  ['production', '* production is `on`', output({ production: true }), output({ production: false })],
  [
    'protection',
    '! each `Client` is no longer protected from deletion',
    changed('Client', ({ name }) => ({ protect: name !== 'auth0-web' })),
  ],
  [
    'violations',
    '! `auth0:index/resourceServer:ResourceServer "auth0"` breaks the rule `RBAC: it does not enforce RBAC, so a user\'s token has every scope that the client requests`',
    inputs('ResourceServer', { enforcePolicies: false }),
  ],
  [
    'exceptions',
    '! production has an exception for `alarms`, with the reason `-`',
    output({ exceptions: { alarms: '-' } }),
    output({ exceptions: {} }),
  ],
  ['accepted', '! the rules accept `s3:*`: `why not`', output({ accepted: { 's3:*': 'why not' } })],
  ['needs', '! `GET /test` needs any token, no longer `read:user`', inputs('Route', { authorizationScopes: [] })],
  [
    'identitySource',
    '! the API reads tokens from `$request.querystring.token`, no longer `$request.header.Authorization`',
    inputs('Authorizer', { identitySources: ['$request.querystring.token'] }),
  ],
  [
    'trusted',
    `! the API accepts tokens with audience \`${EVIL}\` of issuer \`${ISSUER}\``,
    jwt({ audiences: [AUDIENCE, EVIL] }),
  ],
  [
    'issuer',
    `! tokens are issued by \`https://x.eu.auth0.com/\`, no longer \`${ISSUER}\``,
    (all) => ({ ...all, providers: { auth0: { domain: 'x.eu.auth0.com' }, aws: { region: 'eu-central-1' } } }),
  ],
  [
    'policies',
    `! the policies of \`${AUDIENCE}\` are \`users: allow_all\`, no longer \`users: deny_all\``,
    inputs('ResourceServer', { subjectTypeAuthorization: { user: { policy: 'allow_all' } } }),
    inputs('ResourceServer', { subjectTypeAuthorization: { user: { policy: 'deny_all' } } }),
  ],
  [
    'parties',
    '! `web` is a client of the `first party`, no longer of the `third party`',
    web({ isFirstParty: true }),
    web({ isFirstParty: false, oidcConformant: true }),
  ],
  [
    'userGrants',
    `! a grant lets the users of \`test-app\` have \`read:user of ${AUDIENCE}\``,
    (all) => {
      const grant = all.resources.find(({ type }) => type.endsWith(':ClientGrant'))?.inputs;
      return plus('auth0:index/clientGrant:ClientGrant', { ...grant, subjectType: 'user' })(all);
    },
  ],
  [
    'clientKeys',
    `! the client \`test-app\` signs with the key \`${PUBLIC_KEY_ID} (RS256)\``,
    changed('ClientCredentials', ({ name, inputs: { clientId } }) =>
      name === 'auth0-test-app'
        ? {
            inputs: {
              clientId,
              authenticationMethod: 'private_key_jwt',
              privateKeyJwt: { credentials: [{ credentialType: 'public_key', pem: PUBLIC_KEY, algorithm: 'RS256' }] },
            },
          }
        : {},
    ),
  ],
  [
    'rights',
    `! the policy \`planted\` has \`Allow dynamodb:PutItem on ${TABLE}\``,
    inputs('RolePolicy', {
      policy: policy({ Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:PutItem'], Resource: [TABLE] }),
    }),
    rights({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: TABLE }),
  ],
  [
    'rights',
    `! the policy \`planted\` has \`Allow all but iam:* on all but ${TABLE} if {"Bool":{"aws:SecureTransport":"true"}}\``,
    rights({
      Effect: 'Allow',
      NotAction: 'iam:*',
      NotResource: TABLE,
      Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    }),
  ],
  ['rights', '! the policy `planted` has `(unreadable)`', plus('aws:iam/policy:Policy', { policy: '{' })],
  [
    'rights',
    '! the policy `planted` has `Allow logs:DeleteLogGroup on (LogGroup api)`',
    (all) => {
      const log = all.resources.find(({ type, name }) => type.endsWith(':LogGroup') && name === 'api');
      return rights({ Effect: 'Allow', Action: 'logs:DeleteLogGroup', Resource: log?.outputs['arn'] })(all);
    },
  ],
  [
    'managedPolicies',
    `! \`planted\` has the managed policy \`${ADMINISTRATOR}\``,
    plus('aws:iam/rolePolicyAttachment:RolePolicyAttachment', { role: 'x', policyArn: ADMINISTRATOR }),
  ],
  [
    'assumed',
    '! the role `api-test` may be assumed by `{"AWS":"*"}`',
    role({ assumeRolePolicy: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' } }) }),
  ],
  [
    'boundaries',
    '! the role `api-test` is no longer bounded by `arn:aws:iam::ACCOUNT:policy/bound`',
    role({ permissionsBoundary: undefined }),
    role({ permissionsBoundary: 'arn:aws:iam::123456789012:policy/bound' }),
  ],
  [
    'invokers',
    '! the permission `planted` lets a function be invoked by `s3.amazonaws.com from arn:aws:s3:::orders`',
    plus('aws:lambda/permission:Permission', {
      action: 'lambda:InvokeFunction',
      function: 'x',
      principal: 's3.amazonaws.com',
      sourceArn: 'arn:aws:s3:::orders',
    }),
  ],
  [
    'layers',
    '! the function `api-test` has the layer `arn:aws:lambda:eu-central-1:999999999999:layer:x:1`',
    inputs('Function', { layers: ['arn:aws:lambda:eu-central-1:999999999999:layer:x:1'] }),
  ],
  [
    'backends',
    `! \`GET /test\` goes to the endpoint \`${EVIL}\`, no longer to the function \`api-test\``,
    endpoint(EVIL),
  ],
  [
    'actions',
    '! the Action post-login `guard` may deny access or change scopes, which the table does not show',
    both(action("exports.onExecutePostLogin = async (event, api) => { api.access.deny('no'); };"), bound),
  ],
  ['origins', `! pages of \`${EVIL}\` may read responses (CORS)`, cors({ allowOrigins: [APP, EVIL] })],
  ['cors', '! CORS allows `credentials`', cors({ allowCredentials: true }), cors({})],
  ['cors', '* CORS no longer allows `method GET`', cors({ allowMethods: [] }), cors({})],
  ['callbacks', `! logins to \`web\` may end at \`${EVIL}\`, no longer \`${APP}\``, web({ callbacks: [EVIL] })],
  ['logoutUrls', `* logouts from \`web\` may no longer end at \`${APP}\``, web({ allowedLogoutUrls: [] })],
  ['loginOrigins', `! pages of \`${EVIL}\` may request tokens of \`web\``, web({ allowedOrigins: [APP, EVIL] })],
  [
    'database',
    '! the database `auth0` has `disableSignup: false`, no longer `disableSignup: true`',
    changed('Connection', ({ inputs: all }) => ({
      inputs: { ...all, options: { ...(all['options'] as object), disableSignup: false } },
    })),
  ],
  ['addresses', '! the API answers at `api.example.com`', domain],
  [
    'truststores',
    '! callers of `planted` no longer need a certificate that `s3://orders/ca.pem` trusts',
    inputs('DomainName', { mutualTlsAuthentication: undefined }),
    both(domain, inputs('DomainName', { mutualTlsAuthentication: { truststoreUri: 's3://orders/ca.pem' } })),
  ],
  [
    'lifetimes',
    `! tokens for \`${AUDIENCE}\` live 86400 s, no longer 3600 s`,
    inputs('ResourceServer', { tokenLifetime: 86_400 }),
  ],
  [
    'lifetimes',
    `* tokens for \`${AUDIENCE}\` live 60 s, no longer 3600 s`,
    inputs('ResourceServer', { tokenLifetime: 60 }),
  ],
  [
    'throttle',
    '! `$default` is no longer throttled at `50 requests/s, burst 100`',
    inputs('Stage', { defaultRouteSettings: undefined }),
    throttle(50),
  ],
  [
    'throttle',
    '* `$default` is throttled at `5 requests/s, burst 100`, no longer `50 requests/s, burst 100`',
    throttle(5),
    throttle(50),
  ],
  [
    'throttle',
    '! `$default` is throttled at `50 requests/s, burst 200`, no longer `50 requests/s, burst 100`',
    throttle(50, 200),
    throttle(50),
  ],
  [
    'retention',
    '! events of `api`, `api-test` are kept `7 days`, no longer `90 days`',
    inputs('LogGroup', { retentionInDays: 7 }),
  ],
  [
    'retention',
    '* events of `api`, `api-test` are kept `forever`, no longer `90 days`',
    inputs('LogGroup', { retentionInDays: 0 }),
  ],
  ['uninvoked', '! `GET /test` answers 500: the API may not invoke its function', without('Permission')],
  ['functions', '* no route calls the function `api-test` any more', endpoint(EVIL)],
  [
    'permissions',
    `* the API \`${AUDIENCE}\` no longer has the permission \`read:appointments\``,
    changed('ResourceServerScopes', ({ inputs: all }) => ({
      inputs: {
        ...all,
        scopes: (all['scopes'] as readonly { name: string }[]).filter(({ name }) => name !== 'read:appointments'),
      },
    })),
  ],
  [
    'claims',
    '* tokens of users have the claim `https://x.example/email` from `user.email`',
    output({ claims: { 'https://x.example/email': 'user.email' } }),
  ],
  [
    'variables',
    '* the function `api-test` has the variable `TABLE`',
    variables({ STAGE: 'prod', TABLE: 'orders' }),
    variables({ STAGE: 'prod' }),
  ],
  [
    'renames',
    '* the function `test` is now called `api-test` and keeps its log',
    changed('Function', () => ({ formerly: ['test'] }) as object),
  ],
  ['uncalledRoutes', '* no caller can call `GET /test`', inputs('Route', { authorizationScopes: ['admin'] })],
];
