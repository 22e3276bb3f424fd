import { violationsOf } from '@auth0-http-api/twin/rules';
import { PolicyPack } from '@pulumi/policy';
import deserialize from '@pulumi/policy/deserialize.js';
import { inputsOf, registeredOf, type Inputs } from './registered.ts';

// Keeps secrets marked: the SDK unwraps them unless its second argument is true.
const sdk = deserialize as unknown as {
  deserializeProperties: (properties: unknown, keepSecrets: boolean) => Record<string, unknown>;
};
const { deserializeProperties } = sdk;
sdk.deserializeProperties = (properties) => deserializeProperties(properties, true);

/** The inputs of each resource by URN: a stack policy sees only outputs. */
const inputsByUrn = new Map<string, Inputs>();

new PolicyPack('auth0-http-api', {
  enforcementLevel: 'mandatory',
  policies: [
    {
      name: 'inputs',
      description: 'Reads the inputs of each resource for the rules.',
      validateResource: async ({ urn, props }) => {
        inputsByUrn.set(urn, await inputsOf(props));
      },
    },
    {
      name: 'rules',
      description: 'The rules over registered resources hold (twin/src/rules).',
      validateStack: async ({ resources }, report) => {
        const registered = await registeredOf(resources, inputsByUrn);
        const { 'api:production': configured } = JSON.parse(process.env['PULUMI_CONFIG'] || '{}') as Record<
          string,
          string
        >;
        // Trust the stack file over an output, which may have been edited.
        const production = configured === undefined ? {} : { production: configured === 'true' };
        const judged = { ...registered, outputs: { ...registered.outputs, ...production } };
        for (const { rule, resource, message } of violationsOf(judged)) {
          const found = registered.resources.find(({ type, name }) => `${type} "${name}"` === resource);
          report(`${rule}: ${resource}: ${message}`, found?.urn);
        }
        const isProduction = registered.outputs['production'] === true;
        if (configured !== undefined && isProduction !== (configured === 'true')) {
          report(
            `production is protected: the stack file has api:production: ${configured}, but the output production differs`,
          );
        }
      },
    },
  ],
});
