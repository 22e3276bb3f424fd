import type * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Settings } from '../../settings.ts';
import type { Bundles } from './bundle.ts';
import type { Contract } from '../contract/define-contract.ts';

/** What the API is to be. */
export interface ApiSideArgs {
  readonly contract: Contract;
  readonly settings: Settings;
  readonly bundles: Bundles;
  readonly issuer: string;
  readonly audience: pulumi.Input<string>;
  readonly secondAudience: pulumi.Input<string> | undefined;
  /** What a second API takes from the first; absent for the first. */
  readonly shared?: {
    /** By the key of the handler. */
    readonly functions: ReadonlyMap<string, aws.lambda.Function>;
    /** The name of its domain, once that exists. */
    readonly domainName: pulumi.Input<string>;
  };
}

/** Returns the suffix of a second API's names at AWS, or an empty string for the first API. */
export function suffixOf({ shared }: ApiSideArgs): string {
  return shared === undefined ? '' : '-second';
}

/** What every declaration of the AWS side needs: the tree it hangs in, and what to declare. */
export interface Within extends ApiSideArgs {
  readonly component: pulumi.Resource;
  readonly name: string;
}
