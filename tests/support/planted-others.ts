import {
  changed,
  inputs,
  without,
  plus,
  output,
  secretOf,
  type Planted,
  rowsOf,
  planted,
  HTTP_API,
  SERVER,
  CLIENT,
  CREDENTIALS,
  GRANT,
  FUNCTION,
  PERMISSION,
} from './planted.ts';

const NAMES =
  `API_TOKEN DB-PWD DBPASS DB_PASS DB_PASSWORD GH_PAT GITHUB_CREDENTIALS JWT_SIGNING_KEY SMTP_PASSWD STRIPE_KEY
secretString`.split(/\s/);

/** What is planted in the tenant, the permissions, the secrets and a production stack. */
export const PLANTED_OTHERS: readonly Planted[] = [
  ...planted('RBAC', SERVER, {
    // T01
    'an API without RBAC': [{ enforcePolicies: false }, 'does not enforce RBAC'],
    'an API that does not set RBAC': [{ enforcePolicies: undefined }, 'does not enforce RBAC'],
  }),
  ...planted('client grants', SERVER, {
    'an API that requires no client grant': [
      { subjectTypeAuthorization: { client: { policy: 'allow_all' } } },
      'its policy for clients is allow_all',
    ],
  }),
  ...planted('client grants', CLIENT, {
    'a client without a client grant': [without('ClientGrant'), 'no client grant limits them'],
  }),
  ...planted('third parties', CLIENT, {
    'a third-party client with the password grant': [
      {
        isFirstParty: false,
        thirdPartySecurityMode: 'strict',
        grantTypes: ['client_credentials', 'password'],
      },
      "a third party's and has the password grant",
    ],
    'a third-party client in permissive mode': [
      { isFirstParty: false, thirdPartySecurityMode: 'permissive' },
      "not in Auth0's strict mode",
    ],
  }),
  ...planted('hosts of callbacks', CLIENT, {
    'a client with callbacks to any address': [{ callbacks: ['*'] }, 'may send users to *'],
    'a client with logout URLs of a whole top-level domain': [
      { allowedLogoutUrls: ['https://*.com/'] },
      'may send users to https://*.com/',
    ],
  }),
  ...planted('refresh tokens', SERVER, {
    'offline access without a client for it': [{ allowOfflineAccess: true }, 'no declared client may use one'],
  }),
  ...planted('one invoke permission', FUNCTION, {
    'a function without an invoke permission': [without('Permission'), 'has 0 invoke permissions'],
    'a function with two invoke permissions': [
      (all) =>
        plus(
          'aws:lambda/permission:Permission',
          all.resources.find(({ type }) => type.endsWith(':Permission'))?.inputs ?? {},
        )(all),
      'has 2 invoke permissions',
    ],
  }),
  ...planted('one invoke permission', PERMISSION, {
    'an invoke permission for every principal': [{ principal: '*' }, 'lets * do lambda:InvokeFunction'],
    // A06 and A07
    'an invoke permission for any resource': [{ sourceArn: '*' }, 'lets undeclared APIs invoke its function'],
    'an invoke permission for every API': [{ sourceArn: undefined }, 'lets undeclared APIs invoke its function'],
    "one for another's API": [
      { sourceArn: 'arn:aws:execute-api:eu-central-1:123456789012:other/*/*' },
      'lets undeclared APIs invoke its function',
    ],
  }),
  ...planted('one invoke permission', 'aws:apigatewayv2/integration:Integration "api-test"', {
    'an existing function without an invoke permission': [
      { integrationUri: 'arn:aws:lambda:eu-central-1:1:function:there' },
      'has 0 invoke permissions',
    ],
  }),
  ...planted('secrets are marked', FUNCTION, {
    'a secret in a variable of a function': [
      (all) => inputs('Function', { environment: { variables: { ITS: `x ${secretOf(all)}` } } })(all),
      'its input environment.variables.ITS holds a secret',
    ],
    // C09, S13, S14
    ...rowsOf(NAMES, (name) => {
      const says = `its input environment.variables.${name} holds a secret`;
      return [`a secret called ${name}`, [{ environment: { variables: { [name]: 'hunter2' } } }, says]];
    }),
    'a secret that only its form reveals': [
      { environment: { variables: { DATABASE_URL: 'postgres://app:hunter2@db.example.com/app' } } },
      'its input environment.variables.DATABASE_URL holds a secret',
    ],
    'a secret that is marked only on another resource': [
      (all) =>
        plus(
          'a:b/c:D',
          { list: ['a text that is long and secret'] },
          { secretInputs: ['list.0'] },
        )(inputs('Function', { description: 'a text that is long and secret' })(all)),
      'its input description holds a secret',
    ],
  }),
  ...planted('secrets are marked', 'the stack', {
    'a secret among the outputs': [
      (all) => output({ forTheJob: { id: 'x', value: secretOf(all) } })(all),
      'the output forTheJob.value of the stack holds a secret',
    ],
    // T07
    'an output whose mark was removed': [
      (all) => ({ ...all, secretOutputs: [] }),
      'the output clientSecrets.test-app of the stack',
    ],
  }),
  ...planted('secrets are marked', 'auth0:index/clientCredentials:ClientCredentials "auth0-test-app"', {
    "an output of a resource in a real engine's state": [
      changed('ClientCredentials', () => ({ secretOutputs: [] })),
      'its output clientSecret holds a secret',
    ],
  }),
  ...[SERVER, CLIENT, CREDENTIALS, GRANT, HTTP_API].flatMap((resource) => {
    const [type = ''] = resource.split(' ');
    return planted('production is protected', resource, {
      [`an unprotected ${type}`]: [changed(type, () => ({ protect: false })), 'it is not protected'],
    });
  }),
  ...planted('production is protected', 'auth0:index/connection:Connection "planted"', {
    'an unprotected database of users': [{ strategy: 'auth0' }, 'it is not protected'],
  }),
  ...planted('production is protected', 'auth0:index/clientGrant:ClientGrant "planted"', {
    'a grant of every permission for users': [
      (all) => {
        const grant = all.resources.find(({ type }) => type.endsWith(':ClientGrant'))?.inputs;
        return plus('auth0:index/clientGrant:ClientGrant', { ...grant, subjectType: 'user' })(all);
      },
      'it is not protected',
    ],
  }),
  ...planted('production is protected', 'the stack', {
    // P02
    'a stack that does not say whether it is production': [output({ production: undefined }), 'as true or false'],
  }),
  ...planted('production, testUser', 'auth0:index/user:User "planted"', { 'a user': [{}, 'a user is declared'] }),
  ...planted('production, passwordGrant', CLIENT, {
    'a client with the password grant': [
      { grantTypes: ['client_credentials', 'http://auth0.com/oauth/grant-type/password-realm'] },
      'has the password grant',
    ],
    'a client with the password-realm grant': [
      { grantTypes: ['client_credentials', 'http://auth0.com/oauth/legacy/grant-type/ro'] },
      'has the password grant',
    ],
  }),
  ...planted('production, tokenLifetime', SERVER, {
    // S08
    'a token lifetime of more than an hour': [{ tokenLifetime: 3601 }, 'its tokens live 3601 s'],
    'a token lifetime that cannot be read': [
      { tokenLifetime: '1h' },
      'has an input tokenLifetime that the rule cannot read',
    ],
    'a token lifetime that is left out': [{ tokenLifetime: undefined }, 'its tokens live 86400 s'],
  }),
  ...planted('production, cors', HTTP_API, {
    // S05 and S06
    'CORS for every origin': [{ corsConfiguration: { allowOrigins: ['*'] } }, 'more than named origins'],
    'CORS for any https page': [
      { corsConfiguration: { allowOrigins: ['https://a.example', 'https://*'] } },
      'more than named origins',
    ],
  }),
  ...planted('production, logRetention', 'aws:cloudwatch/logGroup:LogGroup "api"', {
    'a log retention of a month': [{ retentionInDays: 30 }, 'it keeps its events 30 days'],
  }),
];
