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
}

/** What every declaration of the AWS side needs: the tree it hangs in, and what to declare. */
export interface Within extends ApiSideArgs {
  readonly component: pulumi.Resource;
  readonly name: string;
}
