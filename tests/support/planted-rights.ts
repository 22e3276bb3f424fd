import {
  CLIENT,
  HTTP_API,
  inputs,
  output,
  planted,
  plus,
  rowsOf,
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
const assumable = (Principal: unknown): Inputs => ({
  assumeRolePolicy: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal }),
});
const allows = (Action: unknown, Resource: unknown = '*'): Inputs => ({
  policy: policy({ Effect: 'Allow', Action, Resource }),
});
const route = (routeKey: string, more: Inputs = {}): Planted['plant'] => {
  return (all) =>
    plus('aws:apigatewayv2/route:Route', {
      apiId: all.resources.find(({ type }) => type.endsWith('/api:Api'))?.id,
      routeKey,
      authorizationType: 'NONE',
      ...more,
    })({ ...all, outputs: { ...all.outputs, publicRoutes: [routeKey] } });
};
const database = (options: Inputs): Inputs => ({
  strategy: 'auth0',
  options: { disableSignup: true, bruteForceProtection: true, passwordPolicy: 'good', ...options },
});
const DATABASE = 'auth0:index/connection:Connection "planted"';
const MADE_ROUTE = 'aws:apigatewayv2/route:Route "planted"';
const ALARM = { namespace: 'AWS/ApiGateway', metricName: '5xx' };
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:on-call';

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
  ...planted('Lambda alone', ROLE, {
    'a role that an account may assume': [assumable({ AWS: '123456789012' }), 'may assume it'],
    'a role that a second service may assume': [
      assumable({ Service: ['lambda.amazonaws.com', 'ec2.amazonaws.com'] }),
      'may assume it',
    ],
    'a role that everyone may assume': [assumable('*'), '"*" may assume it'],
    'a trust policy that cannot be read': [{ assumeRolePolicy: 5 }, 'cannot be read'],
  }),
  ...planted('no managed policy', ROLE, {
    'AdministratorAccess on a role': [
      { managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
      'policy/AdministratorAccess',
    ],
    'AdministratorAccess attached to a role': [
      (all) =>
        plus(ATTACHMENT, {
          role: all.resources.find(({ type }) => type === 'aws:iam/role:Role')?.id,
          policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
        })(all),
      'policy/AdministratorAccess',
    ],
  }),
  ...planted('narrow statements', POLICY, {
    ...rowsOf(BROAD, ([title, actions, resources, says]) => [
      `a role with ${title}`,
      [allows(actions, resources), says],
    ]),
    'a role with everything but some actions': [
      { policy: policy({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }) },
      'everything except what',
    ],
    'a policy that cannot be read': [{ policy: undefined }, 'cannot be read'],
    'a policy that is encrypted in a state': [{ policy: '(encrypted)' }, 'encrypted, so the rules cannot read it'],
    "a part of what Lambda needs for a VPC, in a statement of the code's own": [
      allows('ec2:CreateNetworkInterface', '*'),
      'ec2:CreateNetworkInterface writes, and its resource is *',
    ],
  }),
  ...planted('narrow statements', ROLE, {
    'an inline policy on a role': [{ inlinePolicies: [allows('*')] }, '* has a wildcard'],
  }),
  ...planted('declared statements', POLICY, {
    'a narrow statement that only the code has': [
      allows('dynamodb:GetItem', 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders'),
      'it allows dynamodb:GetItem by a statement',
    ],
    "the log of another function in a role's policy": [
      allows('logs:PutLogEvents', 'arn:aws:logs:eu-central-1:123456789012:log-group:*'),
      'it allows logs:PutLogEvents by a statement',
    ],
  }),
  ...planted('declared statements', 'the stack', {
    'an output declaredStatements that it cannot read': [
      output({ declaredStatements: { all: true } }),
      'its output declaredStatements cannot be read',
    ],
  }),
  ...planted('closed databases', DATABASE, {
    'an open sign-up': [database({ disableSignup: false }), 'anyone may sign up; set options.disableSignup to true'],
    "Auth0's default sign-up": [database({ disableSignup: undefined }), 'anyone may sign up'],
    "Auth0's default password policy": [
      database({ passwordPolicy: undefined }),
      'policy is none; set options.passwordPolicy to good',
    ],
    'a weak password policy': [database({ passwordPolicy: 'none' }), 'policy is none'],
    'a database that lets passwords be guessed': [
      database({ bruteForceProtection: false }),
      'guessed passwords is off',
    ],
  }),
  ...planted('closed databases', 'auth0:index/attackProtection:AttackProtection "planted"', {
    'a tenant that lets passwords be guessed': [
      { bruteForceProtection: { enabled: false } },
      'turns bruteForceProtection off',
    ],
  }),
  ...planted('long secrets', 'auth0:index/clientCredentials:ClientCredentials "auth0-test-app"', {
    'a short secret of a client': [{ clientSecret: 'hunter2' }, 'has 7 characters'],
  }),
  ...planted('long secrets', 'random:index/randomPassword:RandomPassword "planted"', {
    'a short generated password': [{ length: 8 }, 'makes 8 characters'],
  }),
  ...planted('no open route over a protected one', HTTP_API, {
    'a quick-created $default beside GET /test': [
      { target: 'arn:aws:lambda:x' },
      '$default is open to anyone, and matches what the protected GET /test does not',
    ],
  }),
  ...planted('no open route over a protected one', MADE_ROUTE, {
    // R02
    ...rowsOf(['ANY /{proxy+}', 'GET /{proxy+}', 'ANY /test', 'ANY /{id}', '$default'], (key) => [
      `an open ${key} beside GET /test`,
      [route(key), `${key} is open to anyone, and matches what the protected GET /test does not`],
    ]),
    // R03
    'a route for any token over one with a scope': [
      route('ANY /{proxy+}', { authorizationType: 'JWT' }),
      'ANY /{proxy+} is open to any token, and matches what the protected GET /test does not',
    ],
  }),
  ...planted('production, any token', MADE_ROUTE, {
    // R01
    'a route that changes state with any token and without a reason': [
      route('POST /orders', { authorizationType: 'JWT' }),
      'POST /orders may change state with any token',
    ],
  }),
  ...planted('TLS 1.2 or newer', 'aws:apigatewayv2/domainName:DomainName "planted"', {
    'a domain with TLS 1.0': [{ domainNameConfiguration: { securityPolicy: 'TLS_1_0' } }, 'speaks TLS_1_0'],
  }),
  // C06 to C08, C15
  ...Object.entries(SECRETS).flatMap(([title, text]) =>
    planted('secrets are marked', FUNCTION, {
      [`${title} in a variable`]: [{ environment: { variables: { SETTING: text } } }, 'environment.variables.SETTING'],
      [`${title} in a handler`]: [{ code: { archive: { 'index.mjs': `const x = '${text}';` } } }, 'code.archive.index'],
    }),
  ),
  ...planted('production, confirmation prompt', CLIENT, {
    'a client that skips the confirmation prompt': [
      { skipNonVerifiableCallbackUriConfirmationPrompt: 'true' },
      'shows no confirmation',
    ],
  }),
  ...planted('production, access log', STAGE, {
    'a stage without an access log': [{ accessLogSettings: undefined }, 'has no access log'],
    ...rowsOf(['$context.authorizer.claims.email', '$context.path'], (name) => [
      `${name} in the access log`,
      [{ accessLogSettings: { format: `{"x":"${name}"}` } }, `holds ${name}`],
    ]),
  }),
  ...planted('production, identitySource', 'aws:apigatewayv2/authorizer:Authorizer "api"', {
    // S03
    'a token in the query string': [
      { identitySources: ['$request.querystring.token'] },
      'reads the token from the URL',
    ],
  }),
  ...planted('production, cors', HTTP_API, {
    // S04
    'cookies over plain HTTP': [
      { corsConfiguration: { allowOrigins: ['http://a.example'], allowCredentials: true } },
      'lets http://a.example send cookies',
    ],
  }),
  ...planted('production, throttle', STAGE, {
    // new 1
    'a stage without a throttle': [{ defaultRouteSettings: undefined }, 'has no throttle'],
    "a stage with the account's throttle": [
      { defaultRouteSettings: { throttlingBurstLimit: 5000, throttlingRateLimit: 10_000 } },
      'has no throttle',
    ],
  }),
  ...planted('production, alarms', STAGE, {
    // new 2
    'a stage without an alarm': [withoutReasons(without('MetricAlarm')), '5xx'],
    'an alarm without an action': [
      withoutReasons(plus('aws:cloudwatch/metricAlarm:MetricAlarm', { ...ALARM, threshold: 5, alarmActions: [] })),
      '5xx',
    ],
  }),
  ...planted('production, alarms', 'aws:cloudwatch/metricAlarm:MetricAlarm "planted"', {
    // D06
    'an alarm that never goes off': [
      withoutReasons(
        plus('aws:cloudwatch/metricAlarm:MetricAlarm', { ...ALARM, threshold: 1_000_000, alarmActions: [TOPIC] }),
      ),
      'can hardly fire',
    ],
  }),
  ...planted('production, handlers', FUNCTION, {
    'a function without a reserved concurrency': [withoutReasons((all) => all), 'it has no reserved concurrency'],
    'a function whose concurrency is not bounded': [
      withoutReasons(inputs('Function', { reservedConcurrentExecutions: -1 })),
      'it has no reserved concurrency',
    ],
  }),
  ...planted('production, domain', HTTP_API, {
    "an API at AWS's own address": [withoutReasons((all) => all), "callers use AWS's address"],
  }),
  ...planted('production, userAccess', 'auth0:index/resourceServer:ResourceServer "auth0"', {
    'a resource server whose user access is not written': [output({ accepted: {} }), 'does not explicitly allow that'],
  }),
  ...planted('exceptions are needed', 'the stack', {
    'an exception that nothing needs': [
      output({ exceptions: { tokenLifetime: 'the nightly import takes hours' } }),
      'nothing needs the exception tokenLifetime',
    ],
  }),
  ...planted('production, declared roles', FUNCTION, {
    'a function whose role the program does not declare': [
      { role: 'arn:aws:iam::123456789012:role/admin' },
      'the rules cannot read the policy of its role arn:aws:iam::123456789012:role/admin',
    ],
  }),
  ...planted('production, logRetention', 'aws:cloudwatch/logGroup:LogGroup "api"', {
    'logs that are kept forever': [{ retentionInDays: undefined }, 'forever'],
  }),
];

/** The shipped stack has reasons for having no alarm, domain and reserved concurrency yet. */
function withoutReasons(change: Planted['plant']): Planted['plant'] {
  return (all) => output({ exceptions: {} })(change(all));
}
