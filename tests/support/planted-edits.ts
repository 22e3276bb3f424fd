import { contract } from '../../contract.ts';
import type { Contract } from '../../program/contract/define-contract.ts';
import type { ProblemCode } from '../../program/user-error.ts';
import { changed, inputs, type Planted } from './planted.ts';
import type { Changes } from './program.ts';

/**
 * An unsafe edit that a hurried colleague might make. A list of edits says what catches them, and when: contract and
 * settings before anything is declared, the rules at the preview, the twin at its start, the compiler, the linter, or the
 * access report by a difference that a reviewer reads.
 */
export interface Edit {
  readonly id: string;
  readonly edit: string;
}

const HANDLER = contract.handlers['test'];
const withHandler = (more: object): Contract => ({ ...contract, handlers: { test: { ...HANDLER, ...more } as never } });
export const withRoutes = (routes: Contract['routes']): Contract => ({
  ...contract,
  routes: { ...contract.routes, ...routes },
});

export const CONTRACT: readonly (Edit & { readonly contract: Contract; readonly code: ProblemCode })[] = [
  { id: 'C03', edit: 's3:*t* on every resource', contract: statement('s3:*t*'), code: 'invalid' },
  {
    id: 'C04',
    edit: 'iam:CreateAccessKey on every resource',
    contract: statement('iam:CreateAccessKey'),
    code: 'invalid',
  },
  {
    id: 'C13',
    edit: 'a route without scopes',
    contract: withRoutes({ 'GET /test': { handler: 'test', scopes: [] } as never }),
    code: 'invalid',
  },
  {
    id: 'C14',
    edit: 'an undeclared scope',
    contract: withRoutes({ 'GET /test': { handler: 'test', scopes: ['read:users'] } }),
    code: 'undeclared',
  },
];

const CLIENT = { name: 'test-app', party: 'first', grants: ['client_credentials'], permissions: ['read:user'] };

const PARTNER = {
  name: 'partner',
  type: 'web',
  grants: ['authorization_code'],
  callbacks: ['https://partner.example.net/callback'],
};

export const SETTINGS: readonly (Edit & {
  readonly values: Changes;
  readonly code: ProblemCode;
  readonly engine?: true;
})[] = [
  {
    id: 'S10',
    edit: "Auth0's secret in plain text",
    values: { 'auth0:clientSecret': 'plain' },
    code: 'insecure',
    engine: true,
  },
  {
    id: 'S10 b',
    edit: "AWS's key in plain text",
    values: { 'aws:secretKey': 'plain' },
    code: 'insecure',
    engine: true,
  },
  {
    id: 'new 5a',
    edit: 'a base path that another stack has the domain for, with a zone of its own',
    values: {
      'api:exceptions': undefined,
      'api:domain': { name: 'api.example.com', basePath: 'v1', existing: true, hostedZoneId: 'Z0123456789ABCDEFGHIJ' },
    },
    code: 'conflict',
  },
  {
    id: 'new 4a',
    edit: 'a second issuer at the base path of the first',
    values: {
      'api:exceptions': undefined,
      'api:domain': { name: 'api.example.com', basePath: 'v1', hostedZoneId: 'Z0123456789ABCDEFGHIJ' },
      'api:secondIssuer': { domain: 'login.example.com', basePath: 'v1' },
    },
    code: 'duplicate',
  },
  {
    id: 'new 4b',
    edit: 'a second audience that is the first',
    values: { 'api:audience': 'https://api.example.com', 'api:secondAudience': 'https://api.example.com' },
    code: 'duplicate',
  },
  { id: 'S11', edit: 'auth0:debug', values: { 'auth0:debug': true }, code: 'insecure', engine: true },
  {
    id: 'S15',
    edit: 'iam:*e* from the stack file',
    values: { 'api:handlers': { test: { statements: [{ actions: ['iam:*e*'], resources: ['*'] }] } } },
    code: 'invalid',
  },
  {
    id: 'S16',
    edit: 'an exception whose reason says nothing',
    values: { 'api:exceptions': { passwordGrant: '..........' } },
    code: 'invalid',
  },
];

/** Nothing is wrong with these by themselves: a reviewer decides, and the report must differ. */
export const REPORT: readonly (Edit & {
  readonly values?: Changes;
  readonly contract?: Contract;
  readonly before?: Changes;
})[] = [
  {
    id: 'C01',
    edit: 'a route made public',
    contract: withRoutes({ 'GET /test': { handler: 'test', scopes: 'public' } }),
  },
  {
    id: 'C02',
    edit: 'DELETE guarded by read:user',
    contract: withRoutes({ 'DELETE /users/{id}': { handler: 'test', scopes: ['read:user'] } }),
  },
  {
    id: 'C11',
    edit: 'a role with another permission',
    contract: { ...contract, roles: { reader: ['read:user', 'write:user'] } },
  },
  {
    id: 'C12',
    edit: 'a route forwarded to a stranger',
    contract: withRoutes({ 'GET /test': { forward: 'https://webhook.site/x', scopes: ['read:user'] } }),
  },
  { id: 'S01', edit: 'the audience of another team', values: { 'api:otherAudiences': ['https://other.example.com'] } },
  { id: 'S02', edit: "another tenant's issuer", values: { 'api:issuerDomain': 'login.other.example' } },
  {
    id: 'S09',
    edit: 'a client with another permission',
    values: { 'api:clients': [{ ...CLIENT, permissions: ['read:user', 'write:user'] }] },
  },
  { id: 'S18', edit: 'the domain of another tenant', values: { 'auth0:domain': 'other.eu.auth0.com' } },
  {
    id: 'S19',
    edit: 'the audience of dev',
    values: { 'api:audience': 'https://test-api-for-jwt-authorizer.example.com' },
  },
  {
    id: 'D04',
    edit: "a partner's client as a first party",
    before: { 'api:clients': [CLIENT, { ...PARTNER, party: 'third', permissions: [] }] },
    values: { 'api:clients': [CLIENT, { ...PARTNER, party: 'first' }] },
  },
  { id: 'S07', edit: 'production: false', values: { 'api:production': false, 'api:exceptions': undefined } },
];

/** Edits of the program's code that the report shows, or that the twin refuses to start with. */
export const CODE: readonly (Edit & { readonly plant: Planted['plant']; readonly by: 'report' | 'twin' })[] = [
  {
    id: 'A03',
    edit: 'another scope on each route',
    plant: inputs('Route', { authorizationScopes: ['read:user', 'write:user'] }),
    by: 'report',
  },
  {
    id: 'T03',
    edit: 'a client grant of every permission',
    plant: inputs('ClientGrant', { scopes: ['read:user', 'write:user'] }),
    by: 'report',
  },
  {
    id: 'P01',
    edit: 'an output that lists every route as public, and no authorizer',
    plant: (all) =>
      inputs('Route', { authorizationType: 'NONE', authorizerId: undefined, authorizationScopes: undefined })({
        ...all,
        outputs: { ...all.outputs, publicRoutes: ['GET /test'] },
      }),
    by: 'report',
  },
  {
    id: 'T15',
    edit: 'every permission for every role',
    plant: changed('RolePermissions', ({ inputs: all }) => {
      const [one] = all['permissions'] as readonly object[];
      return { inputs: { ...all, permissions: ['read:user', 'write:user'].map((name) => ({ ...one, name })) } };
    }),
    by: 'report',
  },
  { id: 'T13', edit: 'HS256', plant: inputs('ResourceServer', { signingAlg: 'HS256' }), by: 'twin' },
  {
    id: 'D09',
    edit: 'an authorizer that reads two headers',
    plant: inputs('Authorizer', { identitySources: ['$request.header.A', '$request.header.B'] }),
    by: 'twin',
  },
];

function statement(action: string): Contract {
  return withHandler({ statements: [{ actions: [action], resources: ['*'] }] });
}
