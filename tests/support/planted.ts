import type { Registered, RegisteredResource } from '@auth0-http-api/twin';

export type Inputs = RegisteredResource['inputs'];

/** The type is given whole, or by its last word. */
const isOf = ({ type }: RegisteredResource, kind: string): boolean => `:${type}`.endsWith(`:${kind}`);

/** Everything as it was, but for the one resource of a type. */
export const changed =
  (kind: string, change: (resource: RegisteredResource) => Partial<RegisteredResource>) =>
  (all: Registered): Registered => ({
    ...all,
    resources: all.resources.map((resource) =>
      isOf(resource, kind) ? { ...resource, ...change(resource) } : resource,
    ),
  });
export const inputs = (kind: string, change: Inputs) =>
  changed(kind, (resource) => ({ inputs: { ...resource.inputs, ...change } }));
export const jwt = (change: Inputs) =>
  changed('Authorizer', ({ inputs: all }) => ({
    inputs: { ...all, jwtConfiguration: { ...(all['jwtConfiguration'] as Inputs), ...change } },
  }));
export const without =
  (kind: string) =>
  (all: Registered): Registered => ({
    ...all,
    resources: all.resources.filter((resource) => !isOf(resource, kind)),
  });
export const plus =
  (type: string, own: Inputs, rest: Partial<RegisteredResource> = {}) =>
  (all: Registered): Registered => {
    const name = 'planted';
    const resource = { type, name, id: name, inputs: own, secretInputs: [], outputs: {}, protect: false };
    return { ...all, resources: [...all.resources, { ...resource, ...rest }] };
  };
export const output =
  (values: Inputs) =>
  (all: Registered): Registered => ({ ...all, outputs: { ...all.outputs, ...values } });
export const API_ID = (all: Registered): string => all.resources.find(({ type }) => type.endsWith(':Api'))?.id ?? '';
export const secretOf = (all: Registered): string =>
  String(all.resources.find(({ type }) => type.endsWith(':ClientCredentials'))?.outputs['clientSecret']);

export interface Planted {
  readonly rule: string;
  readonly title: string;
  /** Of stack prod, where every rule applies. */
  readonly plant: (all: Registered) => Registered;
  readonly resource: string;
  readonly says: string;
}

/** By title what is planted, and what the rule says. Inputs change those of the resource, or make it if it is "planted". */
type Rows = Readonly<Record<string, readonly [change: Inputs | Planted['plant'], says: string]>>;

export const rowsOf = <T>(all: readonly T[], row: (item: T) => readonly [title: string, Rows[string]]): Rows =>
  Object.fromEntries(all.map(row));

/** Violations of a rule by a resource. */
export const planted = (rule: string, resource: string, rows: Rows): readonly Planted[] => {
  const [type = '', name] = resource.split(' ');
  const withInputs = (own: Inputs): Planted['plant'] => (name === '"planted"' ? plus(type, own) : inputs(type, own));
  return Object.entries(rows).map(([title, [change, says]]) => {
    return { rule, title, plant: typeof change === 'function' ? change : withInputs(change), resource, says };
  });
};

export const ROUTE = 'aws:apigatewayv2/route:Route "GET /test"';
export const HTTP_API = 'aws:apigatewayv2/api:Api "api"';
export const AUTHORIZER = 'aws:apigatewayv2/authorizer:Authorizer "api"';
export const SERVER = 'auth0:index/resourceServer:ResourceServer "auth0"';
export const CLIENT = 'auth0:index/client:Client "auth0-test-app"';
export const CREDENTIALS = 'auth0:index/clientCredentials:ClientCredentials "auth0-test-app"';
export const GRANT = 'auth0:index/clientGrant:ClientGrant "auth0-test-app"';
export const FUNCTION = 'aws:lambda/function:Function "api-test"';
export const PERMISSION = 'aws:lambda/permission:Permission "api-test"';
