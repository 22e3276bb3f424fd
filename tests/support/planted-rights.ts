import {
  changed,
  CLIENT,
  HTTP_API,
  inputs,
  output,
  plant,
  planted,
  plus,
  without,
  type Inputs,
  type Planted,
} from './planted.ts';

const ROLE = 'aws:iam/role:Role "api-test"';
const POLICY = 'aws:iam/rolePolicy:RolePolicy "api-test"';
const STAGE = 'aws:apigatewayv2/stage:Stage "api"';
const FUNCTION = 'aws:lambda/function:Function "api-test"';
const ATTACHMENT = 'aws:iam/rolePolicyAttachment:RolePolicyAttachment';

const policy = (...Statement: readonly Inputs[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const assumable = (Principal: unknown): Planted['plant'] =>
  changed('Role', (role) =>
    role.type === 'aws:iam/role:Role'
      ? {
          inputs: {
            ...role.inputs,
            assumeRolePolicy: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal }),
          },
        }
      : {},
  );
const allows = (Action: unknown, Resource: unknown = '*'): Planted['plant'] =>
  inputs('RolePolicy', { policy: policy({ Effect: 'Allow', Action, Resource }) });
/** Only the AWS one has this input: Auth0's role would not read it. */
const roleWith = (more: Inputs): Planted['plant'] =>
  changed('Role', (role) => (role.type === 'aws:iam/role:Role' ? { inputs: { ...role.inputs, ...more } } : {}));
const route = (routeKey: string, more: Inputs = {}): Planted['plant'] => {
  return (all) =>
    plus('aws:apigatewayv2/route:Route', {
      apiId: all.resources.find(({ type }) => type.endsWith('/api:Api'))?.id,
      routeKey,
      authorizationType: 'NONE',
      ...more,
    })({ ...all, outputs: { ...all.outputs, publicRoutes: [routeKey] } });
};
const database = (options: Inputs): Planted['plant'] =>
  plus('auth0:index/connection:Connection', {
    strategy: 'auth0',
    options: { disableSignup: true, bruteForceProtection: true, passwordPolicy: 'good', ...options },
  });
const DATABASE = 'auth0:index/connection:Connection "planted"';
const variable = (value: string): Planted['plant'] =>
  inputs('Function', { environment: { variables: { SETTING: value } } });
const code = (text: string): Planted['plant'] => inputs('Function', { code: { archive: { 'index.mjs': text } } });

const BROAD: readonly (readonly [title: string, actions: unknown, resources: unknown, says: string])[] = [
  ['every action on everything', '*', '*', '* has a wildcard'],
  ['s3:*t* on everything', ['s3:*t*'], '*', 's3:*t* has a wildcard'],
  ['every action of a service', 'dynamodb:*', '*', 'dynamodb:* has a wildcard'],
  ['new access keys of users', ['iam:CreateAccessKey', 'iam:PutUserPolicy'], '*', 'iam:PutUserPolicy can lead to'],
  ['iam:*e* on one role', 'iam:*e*', 'arn:aws:iam::123456789012:role/x', 'iam:*e* can lead to'],
  ['another role', 'sts:AssumeRole', 'arn:aws:iam::123456789012:role/x', 'sts:AssumeRole can lead to'],
  ['the organization', 'organizations:LeaveOrganization', '*', 'can lead to'],
  ['writing to every table', ['dynamodb:GetItem', 'dynamodb:PutItem'], ['*'], 'dynamodb:PutItem writes'],
  ['deleting in every bucket', 's3:DeleteObject', 'arn:aws:s3:::*', 's3:DeleteObject writes'],
  ['deleting every object', 's3:DeleteObject', 'arn:aws:s3:::*/*', 's3:DeleteObject writes'],
];

const SECRETS: Readonly<Record<string, string>> = {
  "GitHub's token": `ghp_${'a1B2'.repeat(9)}`,
  "GitHub's fine-grained token": `github_pat_${'a1B2'.repeat(12)}`,
  "GitLab's token": `glpat-${'a1B2'.repeat(5)}`,
  "npm's token": `npm_${'a1B2'.repeat(9)}`,
  "Slack's bot token": 'xoxb-1234567890-abc',
  "Slack's webhook": 'https://hooks.slack.com/services/T0123456/B0123456/abcdefghijklmnop',
  'a connection string of SQL Server': 'Server=db.example.com;Database=app;User Id=app;Password=hunter2hunter2;',
  'a connection string that begins with the password': 'Password=hunter2hunter2;Server=db.example.com',
  'a connection string of PostgreSQL': 'host=db.example.com user=app password=hunter2hunter2',
  'a storage key of Azure': `AccountName=app;AccountKey=${'a1B2'.repeat(10)}==;EndpointSuffix=core.windows.net`,
};

/** What is planted in roles, databases, secrets, routes, and what production asks of AWS. */
export const PLANTED_RIGHTS: readonly Planted[] = [
  ...planted('Lambda alone', ROLE, [
    ['a role that an account may assume', assumable({ AWS: '123456789012' }), 'may assume it'],
    [
      'a role that a second service may assume',
      assumable({ Service: ['lambda.amazonaws.com', 'ec2.amazonaws.com'] }),
      'may assume it',
    ],
    ['a role that everyone may assume', assumable('*'), '"*" may assume it'],
    ['a trust policy that cannot be read', roleWith({ assumeRolePolicy: 5 }), 'cannot be read'],
  ]),
  ...planted('no managed policy', ROLE, [
    [
      'AdministratorAccess on a role',
      roleWith({ managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
      'policy/AdministratorAccess',
    ],
    [
      'AdministratorAccess attached to a role',
      (all) =>
        plus(ATTACHMENT, {
          role: all.resources.find(({ type }) => type === 'aws:iam/role:Role')?.id,
          policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
        })(all),
      'policy/AdministratorAccess',
    ],
  ]),
  ...BROAD.map(([title, actions, resources, says]) =>
    plant('narrow statements', `a role with ${title}`, allows(actions, resources), POLICY, says),
  ),
  plant(
    'narrow statements',
    'a role with everything but some actions',
    inputs('RolePolicy', { policy: policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }) }),
    POLICY,
    'everything except what',
  ),
  plant(
    'narrow statements',
    'an inline policy on a role',
    roleWith({ inlinePolicies: [{ policy: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) }] }),
    ROLE,
    '* has a wildcard',
  ),
  ...planted('narrow statements', POLICY, [
    ['a policy that cannot be read', inputs('RolePolicy', { policy: undefined }), 'cannot be read'],
    [
      'a policy that is encrypted in a state',
      inputs('RolePolicy', { policy: '(encrypted)' }),
      'encrypted, so no rule can judge it',
    ],
    [
      "a part of what Lambda needs for a VPC, in a statement of the code's own",
      allows('ec2:CreateNetworkInterface', '*'),
      'ec2:CreateNetworkInterface writes, and its resource is *',
    ],
  ]),
  ...planted('declared statements', POLICY, [
    [
      'a narrow statement that only the code has',
      allows('dynamodb:GetItem', 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders'),
      'it allows dynamodb:GetItem by a statement',
    ],
    [
      "the log of another function in a role's policy",
      allows('logs:PutLogEvents', 'arn:aws:logs:eu-central-1:123456789012:log-group:*'),
      'it allows logs:PutLogEvents by a statement',
    ],
  ]),
  plant(
    'declared statements',
    'an output declaredStatements that it cannot read',
    output({ declaredStatements: { all: true } }),
    'the stack',
    'its output declaredStatements cannot be read',
  ),
  ...planted('closed databases', DATABASE, [
    ['an open sign-up', database({ disableSignup: false }), 'anyone may sign up; set options.disableSignup to true'],
    ["Auth0's default sign-up", database({ disableSignup: undefined }), 'anyone may sign up'],
    [
      "Auth0's default password policy",
      database({ passwordPolicy: undefined }),
      'policy is none; set options.passwordPolicy to good',
    ],
    ['a weak password policy', database({ passwordPolicy: 'none' }), 'policy is none'],
    [
      'a database that lets passwords be guessed',
      database({ bruteForceProtection: false }),
      'guessed passwords is off',
    ],
  ]),
  plant(
    'closed databases',
    'a tenant that lets passwords be guessed',
    plus('auth0:index/attackProtection:AttackProtection', { bruteForceProtection: { enabled: false } }),
    'auth0:index/attackProtection:AttackProtection "planted"',
    'turns bruteForceProtection off',
  ),
  plant(
    'long secrets',
    'a short secret of a client',
    inputs('ClientCredentials', { clientSecret: 'hunter2' }),
    'auth0:index/clientCredentials:ClientCredentials "auth0-test-app"',
    'has 7 characters',
  ),
  plant(
    'long secrets',
    'a short generated password',
    plus('random:index/randomPassword:RandomPassword', { length: 8 }),
    'random:index/randomPassword:RandomPassword "planted"',
    'makes 8 characters',
  ),
  ...['ANY /{proxy+}', 'GET /{proxy+}', 'ANY /test', 'ANY /{id}', '$default'].map((key) =>
    plant(
      'no open route over a protected one',
      `an open ${key} beside GET /test`,
      route(key),
      'aws:apigatewayv2/route:Route "planted"',
      `${key} is open to anyone, and takes what GET /test does not`,
    ),
  ),
  plant(
    'no open route over a protected one',
    'a quick-created $default beside GET /test',
    inputs('Api', { target: 'arn:aws:lambda:x' }),
    HTTP_API,
    '$default is open to anyone, and takes what GET /test does not',
  ),
  plant(
    'no open route over a protected one',
    'a route for any token over one with a scope',
    route('ANY /{proxy+}', { authorizationType: 'JWT' }),
    'aws:apigatewayv2/route:Route "planted"',
    'ANY /{proxy+} is open to any token, and takes what GET /test does not',
  ),
  plant(
    'production, any token',
    'a route that changes state with any token and without a reason',
    route('POST /orders', { authorizationType: 'JWT' }),
    'aws:apigatewayv2/route:Route "planted"',
    'POST /orders may change state with any token',
  ),
  plant(
    'TLS of today',
    'a domain with TLS 1.0',
    plus('aws:apigatewayv2/domainName:DomainName', { domainNameConfiguration: { securityPolicy: 'TLS_1_0' } }),
    'aws:apigatewayv2/domainName:DomainName "planted"',
    'speaks TLS_1_0',
  ),
  ...Object.entries(SECRETS).flatMap(([title, text]) => [
    plant('secrets are marked', `${title} in a variable`, variable(text), FUNCTION, 'environment.variables.SETTING'),
    plant('secrets are marked', `${title} in a handler`, code(`const x = '${text}';`), FUNCTION, 'code.archive.index'),
  ]),
  plant(
    'secrets are marked',
    'a personal access token that its name reveals',
    inputs('Function', { environment: { variables: { GH_PAT: 'hunter2' } } }),
    FUNCTION,
    'environment.variables.GH_PAT',
  ),
  plant(
    'production, confirmation prompt',
    'a client that skips the confirmation prompt',
    inputs('Client', { skipNonVerifiableCallbackUriConfirmationPrompt: 'true' }),
    CLIENT,
    'shows no confirmation',
  ),
  plant(
    'production, access log',
    'a stage without an access log',
    inputs('Stage', { accessLogSettings: undefined }),
    STAGE,
    'has no access log',
  ),
  ...['$context.authorizer.claims.email', '$context.path'].map((name) =>
    plant(
      'production, access log',
      `${name} in the access log`,
      inputs('Stage', { accessLogSettings: { format: `{"x":"${name}"}` } }),
      STAGE,
      `holds ${name}`,
    ),
  ),
  plant(
    'production, identitySource',
    'a token in the query string',
    inputs('Authorizer', { identitySources: ['$request.querystring.token'] }),
    'aws:apigatewayv2/authorizer:Authorizer "api"',
    'reads the token from the URL',
  ),
  plant(
    'production, cors',
    'cookies over plain HTTP',
    inputs('Api', { corsConfiguration: { allowOrigins: ['http://a.example'], allowCredentials: true } }),
    HTTP_API,
    'lets http://a.example send cookies',
  ),
  ...planted('production, throttle', STAGE, [
    ['a stage without a throttle', inputs('Stage', { defaultRouteSettings: undefined }), 'has no throttle'],
    [
      "a stage with the account's throttle",
      inputs('Stage', { defaultRouteSettings: { throttlingBurstLimit: 5000, throttlingRateLimit: 10_000 } }),
      'has no throttle',
    ],
  ]),
  plant('production, alarms', 'a stage without an alarm', withoutReasons(without('MetricAlarm')), STAGE, '5xx'),
  plant(
    'production, alarms',
    'an alarm that never goes off',
    withoutReasons(
      plus('aws:cloudwatch/metricAlarm:MetricAlarm', {
        namespace: 'AWS/ApiGateway',
        metricName: '5xx',
        threshold: 1_000_000,
        alarmActions: ['arn:aws:sns:eu-central-1:123456789012:on-call'],
      }),
    ),
    'aws:cloudwatch/metricAlarm:MetricAlarm "planted"',
    'can hardly fire',
  ),
  plant(
    'production, alarms',
    'an alarm without an action',
    withoutReasons(
      plus('aws:cloudwatch/metricAlarm:MetricAlarm', {
        namespace: 'AWS/ApiGateway',
        metricName: '5xx',
        threshold: 5,
        alarmActions: [],
      }),
    ),
    STAGE,
    '5xx',
  ),
  ...planted('production, handlers', FUNCTION, [
    ['a function without a reserved concurrency', withoutReasons((all) => all), 'nothing bounds how many of it'],
    [
      'a function whose concurrency is not bounded',
      withoutReasons(inputs('Function', { reservedConcurrentExecutions: -1 })),
      'nothing bounds how many of it',
    ],
  ]),
  plant(
    'production, domain',
    "an API at AWS's own address",
    withoutReasons((all) => all),
    HTTP_API,
    "callers use AWS's address",
  ),
  plant(
    'production, userAccess',
    'a resource server whose user access is not written',
    output({ accepted: {} }),
    'auth0:index/resourceServer:ResourceServer "auth0"',
    'nothing says that it should',
  ),
  plant(
    'exceptions are needed',
    'an exception that nothing needs',
    output({ exceptions: { tokenLifetime: 'the nightly import takes hours' } }),
    'the stack',
    'nothing needs the exception tokenLifetime',
  ),
  plant(
    'production, declared roles',
    'a function whose role the program does not declare',
    inputs('Function', { role: 'arn:aws:iam::123456789012:role/admin' }),
    FUNCTION,
    'no rule can judge its role arn:aws:iam::123456789012:role/admin',
  ),
  plant(
    'production, logRetention',
    'logs that are kept for ever',
    inputs('LogGroup', { retentionInDays: undefined }),
    'aws:cloudwatch/logGroup:LogGroup "api"',
    'for ever',
  ),
];

/** The shipped stack has reasons for having no alarm, domain and reserved concurrency yet. */
function withoutReasons(change: Planted['plant']): Planted['plant'] {
  return (all) => output({ exceptions: {} })(change(all));
}
