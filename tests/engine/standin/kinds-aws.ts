import { routeShape } from '../../../limits/route-key.ts';
import { refers, type Change, type Kind } from './kind.ts';
import { ofType, valueOf } from './services.ts';

const API = 'aws:apigatewayv2/api:Api';
const AUTHORIZER = 'aws:apigatewayv2/authorizer:Authorizer';
const FUNCTION = 'aws:lambda/function:Function';
const ROLE = 'aws:iam/role:Role';
const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup';

const STAGE = 'aws:apigatewayv2/stage:Stage';
const DOMAIN = 'aws:apigatewayv2/domainName:DomainName';
const INTEGRATION = 'aws:apigatewayv2/integration:Integration';

/** What of AWS the program uses. A new resource type is a line here, besides its outputs in `twin/src/resources/`. */
export const AWS: Readonly<Record<string, Kind>> = {
  [API]: { fixed: ['protocolType'] },
  [AUTHORIZER]: {
    autonamed: true,
    fixed: ['apiId'],
    within: 'apiId',
    // "ConflictException: Cannot delete authorizer '…', is referenced in route: …" (anomalyco/sst#5586).
    held: true,
    refers: [refers(API, 'apiId')],
    refuses: ({ inputs }) =>
      inputs['authorizerType'] === 'JWT' && inputs['jwtConfiguration'] === undefined
        ? 'BadRequestException: a JWT authorizer needs issuer and audience'
        : undefined,
  },
  [INTEGRATION]: {
    fixed: ['apiId', 'integrationType', 'integrationSubtype'],
    within: 'apiId',
    held: true,
    refers: [refers(API, 'apiId')],
  },
  'aws:apigatewayv2/route:Route': {
    fixed: ['apiId'],
    within: 'apiId',
    unique: ['apiId', 'routeKey'],
    refers: [
      refers(API, 'apiId'),
      refers(AUTHORIZER, 'authorizerId'),
      {
        type: INTEGRATION,
        by: 'id',
        values: ({ target }) => (typeof target === 'string' ? [target.replace('integrations/', '')] : []),
      },
    ],
    refuses: (change) => withoutAuthorizer(change) ?? conflictingVariable(change),
  },
  [STAGE]: {
    fixed: ['apiId', 'name'],
    within: 'apiId',
    unique: ['apiId', 'name'],
    // A stage that a domain is mapped to cannot be deleted.
    held: true,
    refers: [
      refers(API, 'apiId'),
      {
        type: LOG_GROUP,
        by: 'arn',
        values: ({ accessLogSettings }) =>
          [(accessLogSettings as { destinationArn?: string } | undefined)?.destinationArn ?? []].flat(),
      },
    ],
    // Without the block the provider sends zeros when the state has other limits, as after a removal or a refresh. AWS
    // then answers 429, and no difference is shown (terraform-provider-aws#14742).
    absent: { defaultRouteSettings: { throttlingBurstLimit: 0, throttlingRateLimit: 0 } },
    refuses: settingsOfNoRoute,
  },
  [DOMAIN]: { fixed: ['domainName'], unique: ['domainName'], held: true, fills: ['domainNameConfiguration'] },
  'aws:apigatewayv2/apiMapping:ApiMapping': {
    // The provider replaces a mapping for another API (terraform-provider-aws, apigatewayv2/api_mapping.go).
    fixed: ['apiId', 'domainName'],
    within: 'domainName',
    unique: ['domainName', 'apiMappingKey'],
    refers: [refers(API, 'apiId'), refers(STAGE, 'stage'), refers(DOMAIN, 'domainName')],
  },
  'aws:acm/certificate:Certificate': { fixed: ['domainName', 'validationMethod'] },
  'aws:acm/certificateValidation:CertificateValidation': {
    fixed: 'all',
    property: true,
    refers: [
      refers('aws:acm/certificate:Certificate', 'certificateArn', 'arn'),
      refers('aws:route53/record:Record', 'validationRecordFqdns', 'fqdn'),
    ],
  },
  'aws:route53/record:Record': { fixed: ['zoneId', 'name', 'type'], unique: ['zoneId', 'name', 'type'] },
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': {
    autonamed: true,
    fixed: ['name', 'logGroupName'],
    refers: [refers(LOG_GROUP, 'logGroupName', 'name')],
  },
  'aws:cloudwatch/metricAlarm:MetricAlarm': { autonamed: true, fixed: ['name'] },
  [FUNCTION]: {
    autonamed: true,
    fixed: ['name', 'packageType'],
    unique: ['name'],
    refers: [
      refers(ROLE, 'role', 'arn'),
      {
        type: LOG_GROUP,
        by: 'name',
        values: ({ loggingConfig }) => [(loggingConfig as { logGroup?: string } | undefined)?.logGroup ?? []].flat(),
      },
    ],
  },
  'aws:lambda/permission:Permission': {
    fixed: ['action', 'function', 'qualifier', 'principal', 'sourceArn', 'statementId'],
    within: 'function',
    refers: [
      // A function that is named by its ARN was there before.
      {
        type: FUNCTION,
        by: 'name',
        values: ({ function: name }) => (String(name).startsWith('arn:') ? [] : [name]),
      },
    ],
  },
  // IAM refuses to delete a role that still has an inline policy (DeleteConflict).
  [ROLE]: { autonamed: true, fixed: ['name', 'path'], unique: ['name'], held: true },
  'aws:iam/rolePolicy:RolePolicy': {
    autonamed: true,
    fixed: ['name', 'role'],
    property: true,
    refers: [refers(ROLE, 'role', 'name')],
  },
  [LOG_GROUP]: { fixed: ['name'], unique: ['name'] },
};

/** The message is AWS's own (anomalyco/sst#4097). */
function withoutAuthorizer({ inputs, resources }: Change): string | undefined {
  if (inputs['authorizationType'] !== 'JWT') return undefined;
  const authorizer = ofType(resources, AUTHORIZER).find(({ id }) => id === inputs['authorizerId']);
  const fits =
    authorizer !== undefined &&
    authorizer.within === inputs['apiId'] &&
    valueOf(authorizer, 'authorizerType') === 'JWT';
  return fits
    ? undefined
    : 'BadRequestException: Invalid authorizer ID specified. Setting the authorization type to JWT requires a valid JWT authorizer.';
}

/** Only the captured case: two names in one path (plutomi/plutomi#271). A changed route counts with its new key alone. */
function conflictingVariable({ inputs, before, resources }: Change): string | undefined {
  const key = String(inputs['routeKey']);
  const other = ofType(resources, 'aws:apigatewayv2/route:Route')
    .filter((route) => route.within === inputs['apiId'] && route.id !== before?.id)
    .map((route) => String(valueOf(route, 'routeKey')))
    .find((known) => known !== key && routeShape(known) === routeShape(key));
  return other === undefined
    ? undefined
    : `ConflictException: The provided route key "${key}" has a conflicting variable on the same hierarchical level as "${other}"`;
}

/** "NotFoundException: Unable to find Route by key … within the provided RouteSettings" */
function settingsOfNoRoute({ inputs, resources }: Change): string | undefined {
  const keys = ofType(resources, 'aws:apigatewayv2/route:Route')
    .filter(({ within }) => within === inputs['apiId'])
    .map((route) => valueOf(route, 'routeKey'));
  const settings = (inputs['routeSettings'] ?? []) as readonly { readonly routeKey: string }[];
  const missing = settings.find(({ routeKey }) => !keys.includes(routeKey));
  return missing && `NotFoundException: Unable to find Route by key ${missing.routeKey}`;
}
