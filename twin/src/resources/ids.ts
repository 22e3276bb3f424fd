import { UserError } from '../common/user-error.ts';
import type { Identity } from './identity.ts';

type Inputs = Readonly<Record<string, unknown>>;

/** The account that the twin's ARNs name; AWS uses it in its own examples. */
export const ACCOUNT = '123456789012';

interface Naming {
  readonly name: string;
  readonly inputs: Inputs;
  readonly identity: Identity;
  readonly region: string;
}

interface CloudOutputs {
  readonly id: string;
  /** Only the outputs that this program may read; the inputs come back by themselves. */
  readonly outputs?: Inputs;
}

/** Type to what its cloud fills in. A type that is absent here is refused, so that nothing is silently left out. */
const TYPES: Readonly<Record<string, (naming: Naming) => CloudOutputs>> = {
  'auth0:index/resourceServer:ResourceServer': ({ name, identity }) => ({ id: identity.hex(`api ${name}`, 24) }),
  'auth0:index/resourceServerScopes:ResourceServerScopes': ({ inputs }) => ({
    id: text(inputs, 'resourceServerIdentifier'),
  }),
  'auth0:index/client:Client': ({ name, inputs, identity }) => {
    const random = identity.alphanumeric(`client ${name}`, 32);
    // Source: https://auth0.com/docs/get-started/applications/third-party-applications/security-controls
    const clientId = inputs['isFirstParty'] === false ? `tpc_${random}` : random;
    return { id: clientId, outputs: { clientId } };
  },
  'auth0:index/clientCredentials:ClientCredentials': ({ name, inputs, identity }) => ({
    id: text(inputs, 'clientId'),
    outputs: { clientSecret: optional(inputs, 'clientSecret') ?? identity.alphanumeric(`secret ${name}`, 64) },
  }),
  'auth0:index/clientGrant:ClientGrant': ({ name, identity }) => ({
    id: `cgr_${identity.alphanumeric(`grant ${name}`, 16)}`,
  }),
  'auth0:index/connection:Connection': ({ name, identity }) => ({
    id: `con_${identity.alphanumeric(`connection ${name}`, 16)}`,
  }),
  'auth0:index/connectionClients:ConnectionClients': ({ inputs }) => ({ id: text(inputs, 'connectionId') }),
  'auth0:index/role:Role': ({ name, identity }) => ({ id: `rol_${identity.alphanumeric(`role ${name}`, 16)}` }),
  'auth0:index/rolePermissions:RolePermissions': ({ inputs }) => ({ id: text(inputs, 'roleId') }),
  'auth0:index/user:User': ({ name, identity }) => {
    const userId = `auth0|${identity.hex(`user ${name}`, 24)}`;
    return { id: userId, outputs: { userId } };
  },
  'auth0:index/userRoles:UserRoles': ({ inputs }) => ({ id: text(inputs, 'userId') }),
  'auth0:index/tenant:Tenant': ({ name, identity }) => ({ id: identity.hex(`tenant ${name}`, 26) }),
  'random:index/randomPassword:RandomPassword': ({ name, inputs, identity }) => ({
    id: 'none',
    outputs: { result: identity.password(`password ${name}`, passwordShape(inputs)) },
  }),
  'aws:apigatewayv2/api:Api': ({ name, identity, region }) => {
    const id = identity.lower(`http api ${name}`, 10);
    return {
      id,
      outputs: {
        apiEndpoint: `https://${id}.execute-api.${region}.amazonaws.com`,
        executionArn: `arn:aws:execute-api:${region}:${ACCOUNT}:${id}`,
        arn: `arn:aws:apigateway:${region}::/apis/${id}`,
      },
    };
  },
  'aws:apigatewayv2/authorizer:Authorizer': ({ name, identity }) => ({ id: identity.lower(`authorizer ${name}`, 6) }),
  'aws:apigatewayv2/integration:Integration': ({ name, identity }) => ({
    id: identity.lower(`integration ${name}`, 7),
  }),
  'aws:apigatewayv2/route:Route': ({ name, identity }) => ({ id: identity.lower(`route ${name}`, 7) }),
  'aws:apigatewayv2/stage:Stage': ({ inputs }) => ({ id: text(inputs, 'name') }),
  'aws:lambda/function:Function': ({ name, inputs, identity, region }) => {
    const functionName = optional(inputs, 'name') ?? `${name}-${identity.hex(`function ${name}`, 7)}`;
    const arn = `arn:aws:lambda:${region}:${ACCOUNT}:function:${functionName}`;
    return { id: functionName, outputs: { name: functionName, arn } };
  },
  'aws:apigatewayv2/domainName:DomainName': ({ name, inputs, identity, region }) => ({
    id: text(inputs, 'domainName'),
    outputs: {
      domainNameConfiguration: {
        ...(inputs['domainNameConfiguration'] as Inputs),
        targetDomainName: `d-${identity.lower(`domain ${name}`, 10)}.execute-api.${region}.amazonaws.com`,
        hostedZoneId: `Z${identity.alphanumeric(`zone of ${name}`, 13).toUpperCase()}`,
      },
    },
  }),
  'aws:apigatewayv2/apiMapping:ApiMapping': ({ name, identity }) => ({ id: identity.lower(`mapping ${name}`, 6) }),
  'aws:acm/certificate:Certificate': ({ name, inputs, identity, region }) => {
    const hex = (label: string, length: number): string => identity.hex(`${label} ${name}`, length);
    const arn = `arn:aws:acm:${region}:${ACCOUNT}:certificate/${hex('certificate', 32)}`;
    const domainName = text(inputs, 'domainName');
    const option = {
      domainName,
      resourceRecordName: `_${hex('proof', 32)}.${domainName}.`,
      resourceRecordType: 'CNAME',
      resourceRecordValue: `_${hex('value', 32)}.acm-validations.aws.`,
    };
    return { id: arn, outputs: { arn, domainValidationOptions: [option] } };
  },
  'aws:acm/certificateValidation:CertificateValidation': ({ inputs }) => ({ id: text(inputs, 'certificateArn') }),
  'aws:route53/record:Record': ({ inputs }) => {
    const fqdn = text(inputs, 'name').replace(/\.$/, '');
    return { id: `${text(inputs, 'zoneId')}_${fqdn}_${text(inputs, 'type')}`, outputs: { fqdn } };
  },
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': ({ name, identity }) => ({
    id: `${name}-${identity.hex(`metric filter ${name}`, 7)}`,
  }),
  'aws:cloudwatch/metricAlarm:MetricAlarm': ({ name, identity, region }) => {
    const id = `${name}-${identity.hex(`alarm ${name}`, 7)}`;
    return { id, outputs: { arn: `arn:aws:cloudwatch:${region}:${ACCOUNT}:alarm:${id}` } };
  },
  'aws:lambda/permission:Permission': ({ name }) => ({ id: name }),
  'aws:iam/role:Role': ({ name, inputs, identity }) => {
    const roleName = optional(inputs, 'name') ?? `${name}-${identity.hex(`iam role ${name}`, 7)}`;
    return { id: roleName, outputs: { name: roleName, arn: `arn:aws:iam::${ACCOUNT}:role/${roleName}` } };
  },
  'aws:iam/rolePolicy:RolePolicy': ({ name, inputs }) => ({ id: `${text(inputs, 'role')}:${name}` }),
  'aws:cloudwatch/logGroup:LogGroup': ({ name, inputs, identity, region }) => {
    const groupName = optional(inputs, 'name') ?? `${name}-${identity.hex(`log group ${name}`, 7)}`;
    return {
      id: groupName,
      outputs: { name: groupName, arn: `arn:aws:logs:${region}:${ACCOUNT}:log-group:${groupName}` },
    };
  },
};

/**
 * What the cloud would have answered to the registration of a resource.
 * @throws UserError for a type that nobody here knows
 */
export function cloudOutputs(type: string, naming: Naming): CloudOutputs {
  const make = TYPES[type];
  if (make !== undefined) return make(naming);
  throw new UserError(
    `The program declares ${type} "${naming.name}", which the twin does not imitate. Nothing is served, because leaving it out could let in what AWS or Auth0 would refuse.`,
  );
}

/** Source: https://www.pulumi.com/registry/packages/random/api-docs/randompassword/ (its defaults). */
function passwordShape(inputs: Inputs): { length: number; classes: { characters: string; least: number }[] } {
  const classes = [
    { flag: 'lower', least: 'minLower', characters: 'abcdefghijklmnopqrstuvwxyz' },
    { flag: 'upper', least: 'minUpper', characters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
    { flag: 'numeric', least: 'minNumeric', characters: '0123456789' },
    {
      flag: 'special',
      least: 'minSpecial',
      characters: optional(inputs, 'overrideSpecial') ?? '!@#$%&*()-_=+[]{}<>:?',
    },
  ];
  return {
    length: Number(inputs['length']),
    classes: classes
      .filter(({ flag }) => inputs[flag] !== false)
      .map(({ least, characters }) => ({ characters, least: Number(inputs[least] ?? 0) })),
  };
}

function text(inputs: Inputs, key: string): string {
  const value = inputs[key];
  if (typeof value !== 'string') throw new UserError(`An input ${key} is missing or not a text.`);
  return value;
}

function optional(inputs: Inputs, key: string): string | undefined {
  const value = inputs[key];
  return typeof value === 'string' ? value : undefined;
}
