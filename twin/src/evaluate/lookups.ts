import type { types } from '@pulumi/aws';
import { UserError } from '../common/user-error.ts';
import { ACCOUNT_ID, type Inputs, type RecordedResource } from '../resources/resource.ts';
import { TYPE } from '../resources/tokens.ts';

interface Around {
  readonly region: string;
  /** The tenant's domain. */
  readonly tenant: string;
  readonly resources: readonly RecordedResource[];
}

const LOOKUPS: Readonly<Record<string, (args: Inputs, around: Around) => Inputs>> = {
  'aws:index/getCallerIdentity:getCallerIdentity': () => ({
    id: ACCOUNT_ID,
    accountId: ACCOUNT_ID,
    arn: `arn:aws:iam::${ACCOUNT_ID}:user/twin`,
    userId: 'AIDATWIN',
  }),
  'aws:index/getRegion:getRegion': ({ region: requested }, { region }) => {
    const name = typeof requested === 'string' ? requested : region;
    return { id: name, name, region: name, description: name, endpoint: `ec2.${name}.amazonaws.com` };
  },
  'aws:index/getPartition:getPartition': () => ({
    id: 'aws',
    partition: 'aws',
    dnsSuffix: 'amazonaws.com',
    reverseDnsPrefix: 'com.amazonaws',
  }),
  'aws:iam/getPolicyDocument:getPolicyDocument': (args) => {
    const json = JSON.stringify({ Version: '2012-10-17', Statement: statementsOf(args['statements']) });
    return { id: 'policy', json, minifiedJson: json };
  },
  'auth0:index/getClient:getClient': ({ clientId, name }, around) => {
    const found = declared(around, TYPE.client, 'client', ({ id, inputs }) =>
      clientId === undefined ? inputs['name'] === name : id === clientId,
    );
    const secret = around.resources.find(
      ({ type, inputs }) => type === TYPE.clientCredentials && inputs['clientId'] === found.id,
    )?.outputs['clientSecret'];
    return { ...found.inputs, id: found.id, clientId: found.id, clientSecret: secret ?? null };
  },
  'auth0:index/getResourceServer:getResourceServer': ({ identifier, resourceServerId }, around) => {
    const found = declared(around, TYPE.resourceServer, 'API', ({ id, inputs }) =>
      identifier === undefined ? id === resourceServerId : inputs['identifier'] === identifier,
    );
    return { ...found.inputs, id: found.id, resourceServerId: found.id };
  },
  // A setting that the program does not declare is unknown here, and so absent.
  'auth0:index/getTenant:getTenant': (_, { tenant, resources }) => {
    if (tenant === '') throw new UserError('the tenant has no domain; set auth0:domain or AUTH0_DOMAIN');
    const { inputs } = resources.find(({ type }) => type === TYPE.tenant) ?? {};
    return { ...inputs, id: tenant, domain: tenant, managementApiIdentifier: `https://${tenant}/api/v2/` };
  },
};

/**
 * Returns the result of a provider function.
 * @throws UserError for an unknown function, or one about a resource that the program does not declare
 */
export function lookUp(token: string, args: Inputs, around: Around): Inputs {
  const answer = LOOKUPS[token];
  if (answer === undefined) {
    const known = Object.keys(LOOKUPS).map((name) => name.split(':').at(-1));
    throw new UserError(`the twin does not emulate this provider function; it has ${known.join(', ')}`, {
      code: 'not-emulated',
    });
  }
  return answer(args, around);
}

function declared(
  { resources }: Around,
  type: string,
  what: string,
  matches: (resource: RecordedResource) => boolean,
): RecordedResource {
  const found = resources.find((resource) => resource.type === type && matches(resource));
  if (found === undefined) {
    throw new UserError(`no such ${what} is declared before this call; pass the resource, or dependsOn`);
  }
  return found;
}

type Statement = types.input.iam.GetPolicyDocumentStatement;

/** Source: https://www.pulumi.com/registry/packages/aws/api-docs/iam/getpolicydocument/ */
function statementsOf(statements: unknown): Inputs[] {
  if (!Array.isArray(statements)) return [];
  // JSON leaves out what is undefined.
  return (statements as readonly Statement[]).map((statement) => ({
    Sid: statement.sid,
    Effect: statement.effect ?? 'Allow',
    Principal:
      statement.principals && Object.fromEntries(statement.principals.map((each) => [each.type, each.identifiers])),
    Action: statement.actions,
    NotAction: statement.notActions,
    Resource: statement.resources,
    NotResource: statement.notResources,
    Condition:
      statement.conditions &&
      Object.fromEntries(statement.conditions.map((each) => [each.test, { [each.variable]: each.values }])),
  }));
}
