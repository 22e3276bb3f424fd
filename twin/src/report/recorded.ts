import { ENCRYPTED } from '../common/encrypted.ts';
import type { Throttle } from '../model/http-api.ts';
import type { Model } from '../model/model.ts';
import { clientNames } from '../model/names.ts';
import { TYPE } from '../resources/tokens.ts';
import { acceptedOf, isSecretOutput } from '../rules/accepted.ts';
import { declared, input, inputItems, texts, variableItems, withoutIds, type Item } from './reading.ts';
import { assumedItems, rightItems } from './rights.ts';

/** The facts that the report records from the model, by name. `ENCRYPTED` replaces a secret. */
export const RECORDED = {
  production: ({ registered: { outputs } }) =>
    typeof outputs['production'] === 'boolean' ? [{ is: outputs['production'] ? 'on' : 'off' }] : [],
  protection: ({ registered: { resources } }) => {
    const kind = (type: string): string => type.split(':').at(-1) ?? type;
    const exposed = resources.filter(({ protect }) => !protect).map(({ type }) => kind(type));
    return distinct(resources.map(({ type }) => kind(type)).filter((name) => !exposed.includes(name)));
  },
  accepted: ({ registered }) =>
    isSecretOutput(registered, 'accepted')
      ? [{ is: ENCRYPTED }]
      : Object.entries(acceptedOf(registered)).map(([of, is]) => ({ of, is })),
  identitySource: (model) => unnamed(inputItems(model, TYPE.authorizer, 'identitySources')),
  policies: ({ tenant }) =>
    tenant.resourceServers.flatMap(({ identifier: of, clientPolicy, userPolicy, enforcePolicies }) =>
      [`clients: ${clientPolicy}`, `users: ${userPolicy}`, `RBAC: ${enforcePolicies ? 'on' : 'off'}`].map((is) => ({
        of,
        is,
      })),
    ),
  parties: ({ stack, tenant }) =>
    clientNames(tenant, stack).map(({ declared: client, name }) => ({
      of: name,
      is: client.firstParty ? 'first party' : 'third party',
    })),
  userGrants: ({ stack, tenant }) =>
    clientNames(tenant, stack).flatMap(({ declared: client, name }) =>
      tenant.grants
        .filter(({ clientId, subjectType }) => clientId === client.clientId && subjectType === 'user')
        .flatMap(({ audience, scopes }) => scopes.map((scope) => ({ of: name, is: `${scope} of ${audience}` }))),
    ),
  permissions: ({ tenant }) =>
    tenant.resourceServers.flatMap(({ identifier: of, scopes }) => scopes.toSorted().map((is) => ({ of, is }))),
  database: (model) =>
    ['disableSignup', 'bruteForceProtection', 'passwordPolicy'].flatMap((key) =>
      inputItems(model, TYPE.connection, `options.${key}`, (text) => `${key}: ${text}`),
    ),
  clientKeys: ({ tenant, stack }) =>
    clientNames(tenant, stack).flatMap(({ name: of, declared: { keys = [] } }) =>
      keys.map(({ kid, algorithm, expiresAt }) => {
        const until = expiresAt === undefined ? '' : `, until ${expiresAt}`;
        return { of, is: `${kid} (${algorithm}${until})` };
      }),
    ),
  rights: rightItems,
  managedPolicies: (model) => [
    ...inputItems(model, TYPE.iamRole, 'managedPolicyArns'),
    ...inputItems(model, TYPE.iamRolePolicyAttachment, 'policyArn'),
    ...inputItems(model, TYPE.iamPolicyAttachment, 'policyArn'),
  ],
  assumed: assumedItems,
  boundaries: (model) => inputItems(model, TYPE.iamRole, 'permissionsBoundary'),
  invokers: (model) =>
    declared(model, TYPE.permission).flatMap((resource) => {
      const [principal = '', source = 'anywhere'] = ['principal', 'sourceArn'].flatMap((key) =>
        texts(input(resource, key)),
      );
      const isOwn = principal === 'apigateway.amazonaws.com' && withoutIds(source, model) !== source;
      return isOwn ? [] : [{ of: resource.name, is: withoutIds(`${principal} from ${source}`, model) }];
    }),
  layers: (model) => inputItems(model, TYPE.function, 'layers'),
  variables: variableItems,
  cors: ({ api: { cors } }) => [
    ...(cors?.allowCredentials === true ? [{ is: 'credentials' }] : []),
    ...(cors?.allowMethods ?? []).map((method) => ({ is: `method ${method}` })),
    ...(cors?.allowHeaders ?? []).map((header) => ({ is: `header ${header}` })),
    ...(cors?.exposeHeaders ?? []).map((header) => ({ is: `reading ${header}` })),
  ],
  addresses: (model) => [
    ...declared(model, TYPE.apiMapping).map((resource) => ({
      is: ['domainName', 'apiMappingKey'].flatMap((key) => texts(input(resource, key))).join('/'),
    })),
    ...declared(model, TYPE.api).flatMap((resource) => {
      const stage = model.apis.find(({ name }) => name === resource.name)?.stage.name ?? '$default';
      const isOff = input(resource, 'disableExecuteApiEndpoint') === true;
      return isOff ? [] : [{ is: stage === '$default' ? 'execute-api' : `execute-api/${stage}` }];
    }),
  ],
  truststores: (model) => inputItems(model, TYPE.domainName, 'mutualTlsAuthentication.truststoreUri'),
  throttle: ({ api: { stage } }) => [
    ...throttleItems(stage.name, stage.throttle),
    ...[...stage.routeThrottles].flatMap(([of, throttle]) => throttleItems(of, throttle)),
  ],
  retention: (model) =>
    declared(model, TYPE.logGroup).map((resource) => {
      const [days = '0'] = texts(input(resource, 'retentionInDays'));
      return { of: resource.name, is: days === '0' ? 'forever' : `${days} days` };
    }),
} as const satisfies Record<string, (model: Model) => readonly Item[]>;

export type RecordedFact = keyof typeof RECORDED;

function throttleItems(of: string, { rate, burst }: Throttle): Item[] {
  const parts = [
    ...(rate === undefined ? [] : [`${rate} requests/s`]),
    ...(burst === undefined ? [] : [`burst ${burst}`]),
  ];
  return parts.length === 0 ? [] : [{ of, is: parts.join(', ') }];
}

function unnamed(items: readonly Item[]): Item[] {
  return distinct(items.map(({ is }) => is));
}

function distinct(all: readonly string[]): Item[] {
  return [...new Set(all)].toSorted().map((is) => ({ is }));
}
