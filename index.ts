import type * as pulumi from '@pulumi/pulumi';
import { ApiSide } from './api.ts';
import { Auth0Side } from './auth0.ts';
import { contract as shipped } from './contract.ts';
import { bundleHandlers, sourceMapsOf } from './program/bundle/bundle.ts';
import { checkContract, type Contract } from './program/contract/define-contract.ts';
import { outputs } from './program/outputs.ts';
import { readSettings } from './settings.ts';

const root = new URL('./', import.meta.url);

/**
 * Declares both sides and returns the stack's outputs. Called by Pulumi's engine, the twin and the tests.
 * @param contract a test's own; the engine and the twin pass none
 */
export default async function program(contract: Contract = shipped): Promise<Record<string, pulumi.Input<unknown>>> {
  checkContract(contract, root);
  const settings = readSettings(contract, root);
  // Bundled before any declaration, so that a bundling error cannot leave half an update behind.
  const bundles = await bundleHandlers(contract, root, sourceMapsOf(settings));
  const tenant = new Auth0Side('auth0', { contract, settings });
  const { issuer, audience, secondAudience } = tenant;
  const api = new ApiSide('api', { contract, settings, bundles, issuer, audience, secondAudience });
  return outputs(contract, settings, tenant, api);
}
