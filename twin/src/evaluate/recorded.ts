import { createHash } from 'node:crypto';
import { byText } from '../common/order.ts';
import { textsOf } from '../common/texts-of.ts';
import type { RecordedResource } from '../resources/resource.ts';

/** What a program registered, or a state contains. */
export interface Recorded {
  readonly project: string;
  readonly stack: string;
  /** The providers' configuration without credentials, and the tenant's custom domain. */
  readonly providers: {
    readonly auth0: {
      readonly domain: string;
      readonly issuerDomain: string | undefined;
      /** Another domain of the tenant: tokens requested there have this domain as their issuer. */
      readonly secondIssuerDomain?: string | undefined;
    };
    /** `defaultTags`: whether the provider tags every resource. */
    readonly aws: { readonly region: string; readonly defaultTags: boolean };
  };
  /** The paths of encrypted values in the stack file, each replaced with `ENCRYPTED`. */
  readonly encrypted: readonly string[];
  readonly environments: readonly string[];
  /** Sorted by type and name, since registration order may vary. */
  readonly resources: readonly RecordedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly secretOutputs: readonly string[];
  readonly hash: string;
}

/** The parts of a recording. `issuerDomain` overrides the domain in the stack's outputs. */
type Parts = Omit<Recorded, 'providers' | 'hash'> & {
  readonly auth0: { readonly domain: string; readonly issuerDomain?: string };
  readonly aws: Recorded['providers']['aws'];
};

export function recordedOf(parts: Parts): Recorded {
  const { project, stack, encrypted, environments, outputs, secretOutputs } = parts;
  const { domain, issuerDomain = issuerHost(outputs['issuer'], domain) } = parts.auth0;
  const secondIssuerDomain = issuerHost(textsOf(outputs['secondIssuer'])['issuer'], '');
  const providers = { auth0: { domain, issuerDomain, secondIssuerDomain }, aws: parts.aws };
  const resources = parts.resources.toSorted((a, b) => byText(a.type, b.type) || byText(a.name, b.name));
  // A resource's line does not affect what is served.
  const served = [providers, resources.map((resource) => ({ ...resource, source: undefined })), outputs];
  const hash = createHash('sha256').update(JSON.stringify(served)).digest('hex');
  return { project, stack, encrypted, environments, providers, resources, outputs, secretOutputs, hash };
}

/** Returns the tenant's custom domain from the stack's issuer output, if it has one. */
function issuerHost(issuer: unknown, domain: string): string | undefined {
  const host = typeof issuer === 'string' ? /^https:\/\/([^/\s]+)\/$/.exec(issuer)?.[1] : undefined;
  return host === domain ? undefined : host;
}
