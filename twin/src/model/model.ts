import { textsOf } from '../common/texts-of.ts';
import { ENCRYPTED } from '../common/encrypted.ts';
import { apisOf } from './apis-of.ts';
import type { HttpApi, Route } from './http-api.ts';
import { lookupOf, notEmulated } from '../resources/lookup.ts';
import type { Recorded } from '../evaluate/recorded.ts';
import { UserError } from '../common/user-error.ts';
import { exceptionsOf, isSecretOutput } from '../rules/accepted.ts';
import { violationsOf, type Violation } from '../rules/rules.ts';
import { tenantOf } from './tenant-of.ts';
import { asSecondIssuer, type Tenant } from './tenant.ts';

export interface Model {
  readonly stack: string;
  /** The paths of encrypted values in the stack file, each replaced by a placeholder. */
  readonly encrypted: readonly string[];
  /** The Pulumi ESC environments that the stack file names; the twin does not read them. */
  readonly environments: readonly string[];
  readonly tenant: Tenant;
  readonly api: HttpApi;
  /** The custom claims that the program names in its outputs: claim to source; `ENCRYPTED` for a secret output. */
  readonly claims: Readonly<Record<string, string>>;
  readonly apis: readonly HttpApi[];
  /** The exceptions: the key of the stack file, or of a route, to the reason; `ENCRYPTED` for a secret output. */
  readonly exceptions: Readonly<Record<string, string>>;
  readonly violations: readonly Violation[];
  readonly registered: Pick<Recorded, 'resources' | 'outputs' | 'secretOutputs'>;
  /** Declared parts that have no local effect, as the start screen names them. */
  readonly notEmulated: readonly string[];
  readonly examplePaths: Readonly<Record<string, string>>;
  /** Route key to an example body, as JSON. */
  readonly exampleBodies: Readonly<Record<string, string>>;
  readonly hash: string;
}

/** Returns a path that matches a route: the contract's example, or `x` for each parameter. */
export function pathTo({ routeKey, match }: Route, { examplePaths }: Pick<Model, 'examplePaths'>): string {
  const made = match.kind === 'path' ? routeKey.replace(/^\S+ /, '').replace(/\{[^}]*\}/g, 'x') : '/';
  return ownValue(examplePaths, routeKey) ?? made;
}

/** Returns the object's own value under a key, not an inherited one. */
export function ownValue(texts: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(texts, key) ? texts[key] : undefined;
}

function bodiesOf(output: unknown): Readonly<Record<string, string>> {
  const isObject = typeof output === 'object' && output !== null;
  return isObject ? Object.fromEntries(Object.entries(output).map(([key, body]) => [key, JSON.stringify(body)])) : {};
}

const ENCRYPTED_OUTPUT: Readonly<Record<string, string>> = { [ENCRYPTED]: ENCRYPTED };

/** Returns a model for each API, with the tenant as the issuer that this API trusts. */
export function eachApi(model: Model): Model[] {
  const { issuerDomain } = model.tenant;
  return model.apis.map((api) => {
    const second = asSecondIssuer(model.tenant);
    const trusts = (domain: string): boolean => api.issuers.includes(`https://${domain}/`);
    const tenant = trusts(second.issuerDomain) && !trusts(issuerDomain) ? second : model.tenant;
    return { ...model, api, tenant };
  });
}

/**
 * Returns the model of the registered resources.
 * @throws UserError for anything that the twin would have to guess or leave out
 */
export function modelOf(recorded: Recorded): Model {
  const lookup = lookupOf(recorded.resources);
  const apis = apisOf(lookup, recorded.providers.aws.region);
  return {
    stack: recorded.stack,
    encrypted: recorded.encrypted,
    environments: recorded.environments,
    tenant: tenantOf(lookup, tenantNames(recorded, apis), recorded.outputs['audience']),
    claims: isSecretOutput(recorded, 'claims') ? ENCRYPTED_OUTPUT : textsOf(recorded.outputs['claims']),
    api: apis[0],
    apis,
    exceptions: isSecretOutput(recorded, 'exceptions') ? ENCRYPTED_OUTPUT : exceptionsOf(recorded),
    violations: violationsOf(recorded),
    registered: recorded,
    notEmulated: notEmulated(recorded.resources, recorded.providers.aws.defaultTags),
    examplePaths: textsOf(recorded.outputs['examplePaths']),
    exampleBodies: bodiesOf(recorded.outputs['exampleBodies']),
    hash: recorded.hash,
  };
}

/**
 * Returns the tenant's domains. If the program declares nothing in the tenant, the authorizer's issuer names the domain.
 */
function tenantNames(
  { providers: { auth0 }, resources }: Recorded,
  apis: readonly HttpApi[],
): Recorded['providers']['auth0'] {
  const hasTenant = resources.some(({ type }) => type.startsWith('auth0:'));
  if (!hasTenant && apis.every(({ apiId }) => apiId === '')) {
    throw new UserError('The program declares no HTTP API and nothing in Auth0, so there is nothing to serve.');
  }
  if (auth0.domain !== '') return auth0;
  if (hasTenant) {
    throw new UserError(
      'The tenant is unknown, because the stack file has no auth0:domain. Add --config auth0:domain=your-tenant.eu.auth0.com',
    );
  }
  const [issuer] = apis.flatMap(({ issuers }) => issuers);
  return { ...auth0, domain: issuer === undefined ? 'tenant.invalid' : new URL(issuer).host };
}
