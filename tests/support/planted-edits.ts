import { contract } from '../../contract.ts';
import type { Contract } from '../../program/contract/define-contract.ts';
import { changed, inputs, type Planted } from './planted.ts';
import type { Changes } from './program.ts';

// Unsafe edits that a hurried colleague might make, by their ids. Those that the rules, the contract check or the settings
// reject have their ids in the tables of those tests, as comments; those that the compiler rejects are in contract.types.ts.

const withRoutes = (routes: Contract['routes']) => ({ contract: { ...contract, routes } });
const values = (changes: Changes) => ({ values: changes });
const CLIENT = { name: 'test-app', party: 'first', grants: ['client_credentials'], permissions: ['read:user'] };
const PARTNER = {
  name: 'partner',
  type: 'web',
  grants: ['authorization_code'],
  callbacks: ['https://partner.example.net/callback'],
};

/** Nothing is wrong with these by themselves: a reviewer decides, and the report must differ. */
export const REPORT: Readonly<
  Record<string, { readonly values?: Changes; readonly contract?: Contract; readonly before?: Changes }>
> = {
  'C01, a route made public': withRoutes({ 'GET /test': { handler: 'test', scopes: 'public' } }),
  'C02, DELETE guarded by read:user': withRoutes({
    ...contract.routes,
    'DELETE /users/{id}': { handler: 'test', scopes: ['read:user'] },
  }),
  'C11, a role with another permission': { contract: { ...contract, roles: { reader: ['read:user', 'write:user'] } } },
  'C12, a route forwarded to a stranger': withRoutes({
    'GET /test': { forward: 'https://webhook.site/x', scopes: ['read:user'] },
  }),
  'S01, the audience of another team': values({ 'api:otherAudiences': ['https://other.example.com'] }),
  "S02, another tenant's issuer": values({ 'api:issuerDomain': 'login.other.example' }),
  'S07, production: false': values({ 'api:production': false, 'api:exceptions': undefined }),
  'S09, a client with another permission': values({
    'api:clients': [{ ...CLIENT, permissions: ['read:user', 'write:user'] }],
  }),
  'S18, the domain of another tenant': values({ 'auth0:domain': 'other.eu.auth0.com' }),
  'S19, the audience of dev': values({ 'api:audience': 'https://test-api-for-jwt-authorizer.example.com' }),
  "D04, a partner's client as a first party": {
    before: { 'api:clients': [CLIENT, { ...PARTNER, party: 'third', permissions: [] }] },
    values: { 'api:clients': [CLIENT, { ...PARTNER, party: 'first' }] },
  },
};

/** Edits of the program's code that the report shows. */
export const CODE: Readonly<Record<string, Planted['plant']>> = {
  'A03, another scope on each route': inputs('Route', { authorizationScopes: ['read:user', 'write:user'] }),
  'T03, a client grant of every permission': inputs('ClientGrant', { scopes: ['read:user', 'write:user'] }),
  'P01, an output that lists every route as public, and no authorizer': (all) =>
    inputs('Route', { authorizationType: 'NONE', authorizerId: undefined, authorizationScopes: undefined })({
      ...all,
      outputs: { ...all.outputs, publicRoutes: ['GET /test'] },
    }),
  'T15, every permission for every role': changed('RolePermissions', ({ inputs: own }) => {
    const [permission] = own['permissions'] as readonly object[];
    return { inputs: { ...own, permissions: ['read:user', 'write:user'].map((name) => ({ ...permission, name })) } };
  }),
};

/** Edits of the program's code that the twin refuses to start with. */
export const NOT_SERVED: Readonly<Record<string, Planted['plant']>> = {
  'T13, HS256': inputs('ResourceServer', { signingAlg: 'HS256' }),
  'D09, an authorizer that reads two headers': inputs('Authorizer', {
    identitySources: ['$request.header.A', '$request.header.B'],
  }),
};
