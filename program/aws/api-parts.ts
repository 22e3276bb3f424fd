import type * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Settings } from '../../settings.ts';
import type { Bundles } from '../bundle/bundle.ts';
import type { Contract } from '../contract/define-contract.ts';

export interface ApiSideArgs {
  readonly contract: Contract;
  readonly settings: Settings;
  readonly bundles: Bundles;
  readonly issuer: string;
  readonly audience: pulumi.Input<string>;
  readonly secondAudience: pulumi.Input<string> | undefined;
  /** What a second API shares with the first; absent for the first. */
  readonly shared?: {
    /** Handler key to function. */
    readonly functions: ReadonlyMap<string, aws.lambda.Function>;
    /** The first API's domain name, known once the domain exists. */
    readonly domainName: pulumi.Input<string>;
  };
}

/** Returns the suffix of a second API's AWS names, or an empty string for the first API. */
export function suffixOf({ shared }: ApiSideArgs): string {
  return shared === undefined ? '' : '-second';
}

/** The arguments and the parent component of each declaration. */
export interface Within extends ApiSideArgs {
  readonly component: pulumi.Resource;
  readonly name: string;
}
