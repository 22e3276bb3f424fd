import { z } from 'zod';
import { whyBroad } from '../../../limits/iam-actions.ts';
import { NETWORK_ACTIONS } from '../../../limits/vpc.ts';
import { ENCRYPTED } from '../common/encrypted.ts';
import { parsedJson } from '../common/shapes.ts';
import { acceptedOf } from './accepted.ts';
import { ofType, valueOf, type Finding, type Registered, type RegisteredResource, type Rule } from './rule.ts';
import { TYPE } from '../resources/tokens.ts';

/** AWS's managed policies for a function's log, network and event sources. */
const FOR_FUNCTIONS =
  /^arn:aws[a-z-]*:iam::aws:policy\/service-role\/AWSLambda(BasicExecution|VPCAccessExecution|DynamoDBExecution|KinesisExecution|SQSQueueExecution)Role$/;

const list = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value].flat());

const statement = z
  .object({
    Effect: z.string(),
    Action: z.preprocess(list, z.array(z.string())),
    Resource: z.preprocess(list, z.array(z.string())),
    NotAction: z.unknown(),
    NotResource: z.unknown(),
    Principal: z.unknown(),
    NotPrincipal: z.unknown(),
    Condition: z.unknown(),
  })
  .partial();
const document = z.object({ Statement: z.preprocess(list, z.array(statement)) });

/** Returns the statements with `Allow`; undefined for a policy that cannot be read. */
function allowed(policy: unknown): readonly z.infer<typeof statement>[] | undefined {
  const value = typeof policy === 'string' ? parsedJson(policy) : policy;
  return document.safeParse(value).data?.Statement.filter(({ Effect }) => Effect !== 'Deny');
}

function functionRoles(all: Registered): readonly RegisteredResource[] {
  const used = ofType(all, TYPE.function).map(({ inputs }) => inputs['role']);
  return ofType(all, TYPE.iamRole).filter((role) => used.includes(valueOf(role, 'arn')));
}

/** Returns the resources of a type that name one of these roles in `role` or `roles`. */
function about(all: Registered, type: string, roles = functionRoles(all)): readonly RegisteredResource[] {
  const names = roles.flatMap((role) => [role.id, valueOf(role, 'name'), valueOf(role, 'arn')]);
  return ofType(all, type).filter(({ inputs }) =>
    [...list(inputs['role']), ...list(inputs['roles'])].some((name) => names.includes(name)),
  );
}

function assumed(all: Registered): Finding[] {
  return functionRoles(all).flatMap((resource) => {
    const statements = allowed(resource.inputs['assumeRolePolicy']);
    if (statements === undefined) return [{ resource, message: 'its assumeRolePolicy cannot be read' }];
    const foreign = statements.find(({ Principal, NotPrincipal }) => {
      const services = z.strictObject({ Service: z.preprocess(list, z.array(z.string())) }).safeParse(Principal).data;
      return NotPrincipal !== undefined || services?.Service.every((name) => name === 'lambda.amazonaws.com') !== true;
    });
    return foreign === undefined
      ? []
      : [
          {
            resource,
            message: `${foreign.Principal === undefined ? 'every principal outside NotPrincipal' : JSON.stringify(foreign.Principal)} may assume it, not only Lambda`,
          },
        ];
  });
}

/** Returns one finding for each role, because the SDK's CallbackFunction attaches nine policies by itself. */
function managed(all: Registered): Finding[] {
  const own = ownPolicies(all).map((policy) => valueOf(policy, 'arn'));
  return functionRoles(all).flatMap((resource) => {
    const attached = [TYPE.iamRolePolicyAttachment, TYPE.iamPolicyAttachment].flatMap((type) =>
      about(all, type, [resource]).map(({ inputs }) => inputs['policyArn']),
    );
    const unfit = [...list(resource.inputs['managedPolicyArns']), ...attached.filter((arn) => !own.includes(arn))]
      .map(String)
      .filter((arn) => !FOR_FUNCTIONS.test(arn));
    const hint = unfit.some((arn) => arn.endsWith(':policy/AmazonCognitoPowerUser'))
      ? ' (a CallbackFunction attaches these unless you set its policies or its role)'
      : '';
    const message = `it has managed policies whose statements are not written here: ${unfit.join(', ')}${hint}`;
    return unfit.length === 0 ? [] : [{ resource, message }];
  });
}

/** Rejects, in production, a role whose policy the rules cannot read. */
function undeclared(all: Registered): Finding[] {
  if (all.outputs['production'] !== true) return [];
  const known = [...functionRoles(all).map((role) => valueOf(role, 'arn')), ...Object.keys(acceptedOf(all))];
  return ofType(all, TYPE.function)
    .filter(({ inputs }) => !known.includes(inputs['role']))
    .map((resource) => ({
      resource,
      message: `the rules cannot read the policy of its role ${String(resource.inputs['role'])}: declare the role in the program, or give a reason under its ARN in the output accepted`,
    }));
}

/** Returns the declared policies, whose statements are checked like a role's own. */
function ownPolicies(all: Registered): readonly RegisteredResource[] {
  return ofType(all, TYPE.iamPolicy);
}

/** Returns the policies of functions' roles, each with the resource that contains it. */
function documents(all: Registered): readonly (readonly [RegisteredResource, unknown])[] {
  return [
    ...[...about(all, TYPE.iamRolePolicy), ...ownPolicies(all)].map(
      (resource) => [resource, resource.inputs['policy']] as const,
    ),
    ...functionRoles(all).flatMap((role) =>
      list(role.inputs['inlinePolicies']).map((inline) => [role, (inline as { policy?: unknown }).policy] as const),
    ),
  ];
}

const declared = z.array(
  z.object({ actions: z.array(z.string()), resources: z.array(z.string()), conditions: z.unknown().optional() }),
);
const OWN_LOG = /^arn:aws[a-z-]*:logs:[^:]*:[^:]*:log-group:[^*]+:\*$/;

/** Returns whether a statement allows only writing a log, or sending traces, for which AWS has no resource. */
function isOwnLog(actions: readonly string[], resources: readonly string[]): boolean {
  if (actions.every((action) => /^xray:Put(TraceSegments|TelemetryRecords)$/.test(action))) return true;
  return (
    actions.every((action) => /^logs:(CreateLogStream|PutLogEvents)$/.test(action)) &&
    resources.every((arn) => OWN_LOG.test(arn))
  );
}

/** Allows a program with the output `declaredStatements` only these statements and those for its own log. */
function undeclaredStatements(all: Registered): Finding[] {
  const output = all.outputs['declaredStatements'];
  // Only Pulumi can read an encrypted output.
  if (output === undefined || output === ENCRYPTED) return [];
  const { data } = declared.safeParse(output);
  if (data === undefined) return [{ message: 'its output declaredStatements cannot be read' }];
  const known = data.map(({ actions, resources, conditions }) => JSON.stringify([actions, resources, conditions]));
  return documents(all).flatMap(([resource, policy]) =>
    (allowed(policy) ?? [])
      .filter(
        ({ Action: actions = [], Resource: resources = [], Condition, NotAction, NotResource }) =>
          NotAction !== undefined ||
          NotResource !== undefined ||
          (!isOwnLog(actions, resources) &&
            !isNetwork(actions, resources) &&
            !known.includes(JSON.stringify([actions, resources, Condition]))),
      )
      .map(({ Action = ['every action'] }) => ({
        resource,
        message: `it allows ${Action.join(', ')} by a statement that contract and stack file do not declare`,
      })),
  );
}

/** Returns whether a statement allows exactly what Lambda needs for a VPC; AWS has no narrower resource for this. */
function isNetwork(actions: readonly string[], resources: readonly string[]): boolean {
  return JSON.stringify([actions.toSorted(), resources]) === JSON.stringify([NETWORK_ACTIONS, ['*']]);
}

function broad(all: Registered): Finding[] {
  const reasons = acceptedOf(all);
  return documents(all).flatMap(([resource, policy]) => {
    // A state exported without --show-secrets encrypts the whole policy if a part of it is secret.
    if (policy === ENCRYPTED) return [{ resource, message: 'its policy is encrypted, so the rules cannot read it' }];
    const statements = allowed(policy);
    if (statements === undefined) return [{ resource, message: 'its policy cannot be read' }];
    return statements.flatMap(({ Action: actions = [], Resource: resources = [], NotAction, NotResource }) => {
      if (NotAction !== undefined || NotResource !== undefined) {
        return [{ resource, message: 'it allows everything except what a statement excludes' }];
      }
      if (isNetwork(actions, resources)) return [];
      return actions
        .filter((action) => !Object.hasOwn(reasons, action))
        .flatMap((action) => whyBroad(action, resources) ?? [])
        .map((why) => ({ resource, message: `${why}, and no reason is given for it` }));
    });
  });
}

/** The rules on what functions may do. */
export const ROLE_RULES: readonly Rule[] = [
  {
    name: 'production, declared roles',
    says: "In production the program declares each function's role, or gives a reason.",
    check: undeclared,
  },
  { name: 'Lambda alone', says: "Only Lambda can assume a function's role.", check: assumed },
  {
    name: 'no managed policy',
    says: "A function's role has only the managed policies that AWS made for functions.",
    check: managed,
  },
  {
    name: 'narrow statements',
    says: "A function's role allows actions by name on named resources, unless a reason is given.",
    check: broad,
  },
  {
    name: 'declared statements',
    says: "A function's role allows only what contract and stack file declare, its own log and traces, and the network interfaces of a VPC.",
    check: undeclaredStatements,
  },
];
