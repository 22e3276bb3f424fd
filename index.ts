import type * as pulumi from '@pulumi/pulumi';
import { ApiSide } from './api.ts';
import { Auth0Side } from './auth0.ts';
import { contract } from './contract.ts';
import { bundleHandlers, sourceMapsOf } from './program/aws/bundle.ts';
import { checkContract } from './program/contract/define-contract.ts';
import { outputs } from './program/outputs.ts';
import { readSettings } from './settings.ts';

const root = new URL('./', import.meta.url);

/** Settings, then Auth0, then the API, then the outputs. The engine calls it; so do the twin and the tests. */
export default async function program(): Promise<Record<string, pulumi.Input<unknown>>> {
  checkContract(contract, root);
  const settings = readSettings(contract, root);
  // Before anything is declared: handlers that cannot be bundled must not leave half an update behind.
  const bundles = await bundleHandlers(contract, root, sourceMapsOf(settings));
  const tenant = new Auth0Side('auth0', { contract, settings });
  const { issuer, audience, secondAudience } = tenant;
  const api = new ApiSide('api', { contract, settings, bundles, issuer, audience, secondAudience });
  return outputs(contract, settings, tenant, api);
}
