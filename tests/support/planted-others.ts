import {
  changed,
  inputs,
  without,
  plus,
  output,
  secretOf,
  type Planted,
  plant,
  planted,
  HTTP_API,
  SERVER,
  CLIENT,
  CREDENTIALS,
  GRANT,
  FUNCTION,
  PERMISSION,
} from './planted.ts';

/** What is planted in the tenant, the permissions, the secrets and a production stack. */
export const PLANTED_OTHERS: readonly Planted[] = [
  ...planted('RBAC', SERVER, [
    ['an API without RBAC', inputs('ResourceServer', { enforcePolicies: false }), 'does not enforce RBAC'],
    [
      'an API that does not set RBAC',
      inputs('ResourceServer', { enforcePolicies: undefined }),
      'does not enforce RBAC',
    ],
  ]),
  plant(
    'client grants',
    'an API that requires no client grant',
    inputs('ResourceServer', { subjectTypeAuthorization: { client: { policy: 'allow_all' } } }),
    SERVER,
    'its policy for clients is allow_all',
  ),
  plant(
    'client grants',
    'a client without a client grant',
    without('ClientGrant'),
    CLIENT,
    'no client grant limits them',
  ),
  ...planted('third parties', CLIENT, [
    [
      'a third-party client with the password grant',
      inputs('Client', {
        isFirstParty: false,
        thirdPartySecurityMode: 'strict',
        grantTypes: ['client_credentials', 'password'],
      }),
      "a third party's and has the password grant",
    ],
    [
      'a third-party client in permissive mode',
      inputs('Client', { isFirstParty: false, thirdPartySecurityMode: 'permissive' }),
      "not in Auth0's strict mode",
    ],
  ]),
  ...planted('callbacks by name', CLIENT, [
    ['a client with callbacks to any address', inputs('Client', { callbacks: ['*'] }), 'sends users to *'],
    [
      'a client with logout URLs of a whole top-level domain',
      inputs('Client', { allowedLogoutUrls: ['https://*.com/'] }),
      'sends users to https://*.com/',
    ],
  ]),
  plant(
    'refresh tokens',
    'offline access without a client for it',
    inputs('ResourceServer', { allowOfflineAccess: true }),
    SERVER,
    'no declared client may use one',
  ),
  ...planted('one invoke permission', FUNCTION, [
    ['a function without an invoke permission', without('Permission'), 'has 0 invoke permissions'],
    [
      'a function with two invoke permissions',
      (all) =>
        plus(
          'aws:lambda/permission:Permission',
          all.resources.find(({ type }) => type.endsWith(':Permission'))?.inputs ?? {},
        )(all),
      'has 2 invoke permissions',
    ],
  ]),
  ...planted('one invoke permission', PERMISSION, [
    [
      'an invoke permission for every principal',
      inputs('Permission', { principal: '*' }),
      'lets * do lambda:InvokeFunction',
    ],
    [
      'an invoke permission for every API',
      inputs('Permission', { sourceArn: undefined }),
      'lets undeclared APIs invoke its function',
    ],
    [
      "one for another's API",
      inputs('Permission', { sourceArn: 'arn:aws:execute-api:eu-central-1:123456789012:other/*/*' }),
      'lets undeclared APIs invoke its function',
    ],
  ]),
  plant(
    'one invoke permission',
    'an existing function without an invoke permission',
    inputs('Integration', { integrationUri: 'arn:aws:lambda:eu-central-1:1:function:there' }),
    'aws:apigatewayv2/integration:Integration "api-test"',
    'has 0 invoke permissions',
  ),
  ...planted('secrets are marked', FUNCTION, [
    [
      'a secret in a variable of a function',
      (all) => inputs('Function', { environment: { variables: { ITS: `x ${secretOf(all)}` } } })(all),
      'its input environment.variables.ITS holds a secret',
    ],
    [
      'a secret that only its name reveals',
      inputs('Function', { environment: { variables: { DB_PASSWORD: 'hunter2' } } }),
      'its input environment.variables.DB_PASSWORD holds a secret',
    ],
  ]),
  ...[
    'DB_PASS',
    'JWT_SIGNING_KEY',
    'DB-PWD',
    'secretString',
    'SMTP_PASSWD',
    'GITHUB_CREDENTIALS',
    'DBPASS',
    'STRIPE_KEY',
  ].map((name) =>
    plant(
      'secrets are marked',
      `a secret called ${name}`,
      inputs('Function', { environment: { variables: { [name]: 'hunter2' } } }),
      FUNCTION,
      `its input environment.variables.${name} holds a secret`,
    ),
  ),
  ...planted('secrets are marked', FUNCTION, [
    [
      'a secret that only its form reveals',
      inputs('Function', { environment: { variables: { DATABASE_URL: 'postgres://app:hunter2@db.example.com/app' } } }),
      'its input environment.variables.DATABASE_URL holds a secret',
    ],
    [
      'a secret that is marked only on another resource',
      (all) =>
        plus(
          'a:b/c:D',
          { list: ['a text that is long and secret'] },
          { secretInputs: ['list.0'] },
        )(inputs('Function', { description: 'a text that is long and secret' })(all)),
      'its input description holds a secret',
    ],
  ]),
  ...planted('secrets are marked', 'the stack', [
    [
      'a secret among the outputs',
      (all) => output({ forTheJob: { id: 'x', value: secretOf(all) } })(all),
      'the output forTheJob.value of the stack holds a secret',
    ],
    [
      'an output whose mark was removed',
      (all) => ({ ...all, secretOutputs: [] }),
      'the output clientSecrets.test-app of the stack',
    ],
  ]),
  plant(
    'secrets are marked',
    "an output of a resource in a real engine's state",
    changed('ClientCredentials', () => ({ secretOutputs: [] })),
    'auth0:index/clientCredentials:ClientCredentials "auth0-test-app"',
    'its output clientSecret holds a secret',
  ),
  ...Object.entries({
    ResourceServer: SERVER,
    Client: CLIENT,
    ClientCredentials: CREDENTIALS,
    ClientGrant: GRANT,
    Api: HTTP_API,
  }).map(([kind, resource]) =>
    plant(
      'production is protected',
      `an unprotected ${kind}`,
      changed(kind, () => ({ protect: false })),
      resource,
      'it is not protected',
    ),
  ),
  plant(
    'production is protected',
    'an unprotected database of users',
    plus('auth0:index/connection:Connection', { strategy: 'auth0' }),
    'auth0:index/connection:Connection "planted"',
    'it is not protected',
  ),
  plant(
    'production is protected',
    'a stack that does not say whether it is production',
    output({ production: undefined }),
    'the stack',
    'must be true or false',
  ),
  plant(
    'production, testUser',
    'a user',
    plus('auth0:index/user:User', {}),
    'auth0:index/user:User "planted"',
    'a user is declared',
  ),
  ...planted('production, passwordGrant', CLIENT, [
    [
      'a client with the password grant',
      inputs('Client', { grantTypes: ['client_credentials', 'http://auth0.com/oauth/grant-type/password-realm'] }),
      'has the password grant',
    ],
    [
      'a client with the password-realm grant',
      inputs('Client', { grantTypes: ['client_credentials', 'http://auth0.com/oauth/legacy/grant-type/ro'] }),
      'has the password grant',
    ],
  ]),
  ...planted('production, tokenLifetime', SERVER, [
    [
      'a token lifetime of more than an hour',
      inputs('ResourceServer', { tokenLifetime: 3601 }),
      'its tokens live 3601 s',
    ],
    [
      'a token lifetime that cannot be read',
      inputs('ResourceServer', { tokenLifetime: '1h' }),
      'has an input tokenLifetime that the rule cannot read',
    ],
    [
      'a token lifetime that is left out',
      inputs('ResourceServer', { tokenLifetime: undefined }),
      'its tokens live 86400 s',
    ],
  ]),
  ...planted('production, cors', HTTP_API, [
    ['CORS for every origin', inputs('Api', { corsConfiguration: { allowOrigins: ['*'] } }), 'more than named origins'],
    [
      'CORS for any https page',
      inputs('Api', { corsConfiguration: { allowOrigins: ['https://a.example', 'https://*'] } }),
      'more than named origins',
    ],
  ]),
  plant(
    'production, logRetention',
    'a log retention of a month',
    inputs('LogGroup', { retentionInDays: 30 }),
    'aws:cloudwatch/logGroup:LogGroup "api"',
    'it keeps its events 30 days',
  ),
];
