import { refers, type Change, type Kind } from './kind.ts';
import { ofType, valueOf } from './world.ts';

const API = 'aws:apigatewayv2/api:Api';
const AUTHORIZER = 'aws:apigatewayv2/authorizer:Authorizer';
const FUNCTION = 'aws:lambda/function:Function';
const ROLE = 'aws:iam/role:Role';
const LOG_GROUP = 'aws:cloudwatch/logGroup:LogGroup';

const INTEGRATION = 'aws:apigatewayv2/integration:Integration';

/** What of AWS the program uses. A new resource type is a line here, besides its outputs in `graph/ids.ts`. */
export const AWS: Readonly<Record<string, Kind>> = {
  [API]: { fixed: ['protocolType'] },
  [AUTHORIZER]: {
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
    refuses: withoutAuthorizer,
  },
  'aws:apigatewayv2/stage:Stage': {
    fixed: ['apiId', 'name'],
    within: 'apiId',
    unique: ['apiId', 'name'],
    refers: [refers(API, 'apiId')],
    refuses: settingsOfNoRoute,
  },
  [FUNCTION]: {
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
    fixed: ['action', 'function', 'principal', 'sourceArn', 'statementId'],
    within: 'function',
    refers: [refers(FUNCTION, 'function', 'name')],
  },
  // IAM refuses to delete a role that still has an inline policy (DeleteConflict).
  [ROLE]: { fixed: ['name', 'path'], unique: ['name'], held: true },
  'aws:iam/rolePolicy:RolePolicy': { fixed: ['name', 'role'], property: true, refers: [refers(ROLE, 'role', 'name')] },
  [LOG_GROUP]: { fixed: ['name'], unique: ['name'] },
};

/** The message is AWS's own (anomalyco/sst#4097). */
function withoutAuthorizer({ inputs, things }: Change): string | undefined {
  if (inputs['authorizationType'] !== 'JWT') return undefined;
  const authorizer = ofType(things, AUTHORIZER).find(({ id }) => id === inputs['authorizerId']);
  const fits =
    authorizer !== undefined &&
    authorizer.within === inputs['apiId'] &&
    valueOf(authorizer, 'authorizerType') === 'JWT';
  return fits
    ? undefined
    : 'BadRequestException: Invalid authorizer ID specified. Setting the authorization type to JWT requires a valid JWT authorizer.';
}

/** "NotFoundException: Unable to find Route by key … within the provided RouteSettings" */
function settingsOfNoRoute({ inputs, things }: Change): string | undefined {
  const keys = ofType(things, 'aws:apigatewayv2/route:Route')
    .filter(({ within }) => within === inputs['apiId'])
    .map((route) => valueOf(route, 'routeKey'));
  const settings = (inputs['routeSettings'] ?? []) as readonly { readonly routeKey: string }[];
  const missing = settings.find(({ routeKey }) => !keys.includes(routeKey));
  return missing && `NotFoundException: Unable to find Route by key ${missing.routeKey}`;
}
