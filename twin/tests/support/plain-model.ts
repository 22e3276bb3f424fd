import type { Authorizer, HttpApi, Route } from '../../src/model/http-api.ts';
import type { Model } from '../../src/model/model.ts';
import type { Tenant } from '../../src/model/tenant.ts';
import { localApi, routeOf } from './local-api.ts';
import { AUDIENCE, plainTenant } from './plain-tenant.ts';

/** The authorizer that trusts the plain tenant. */
export const plainAuthorizer = (change: Partial<Authorizer> = {}): Authorizer => ({
  name: 'jwt',
  issuer: 'https://tenant.eu.auth0.com/',
  audiences: [AUDIENCE],
  identitySource: { from: 'header', name: 'Authorization' },
  ...change,
});

/** Routes by their keys: the scopes that each needs, or `public`. */
export const plainRoutes = (
  all: Readonly<Record<string, readonly string[] | 'public'>>,
  authorizer = plainAuthorizer(),
): Route[] =>
  Object.entries(all).map(([key, scopes]) => (scopes === 'public' ? routeOf(key) : routeOf(key, authorizer, scopes)));

/** The parts of a model with one API. */
const apisOf = (api: HttpApi): Pick<Model, 'api' | 'apis'> => ({ api, apis: [api] });

/** Returns a model without a program: the plain tenant, and an API with a route that needs `read`. */
export const plainModel = (
  tenant: Partial<Tenant> = {},
  routes: readonly Route[] = plainRoutes({ 'GET /': ['read'] }),
): Model => ({
  ...apisOf(localApi(routes)),
  stack: 'dev',
  environments: [],
  encrypted: [],
  tenant: plainTenant(tenant),
  claims: {},
  exceptions: {},
  violations: [],
  registered: { resources: [], outputs: {}, secretOutputs: [] },
  notEmulated: [],
  examplePaths: {},
  exampleBodies: {},
  hash: '',
});
