import { z } from 'zod';
import { functionOfUri, parseFunctionArn } from '../../../limits/function-arn.ts';
import { each, ofType, valueOf, type Finding, type Registered, type RegisteredResource, type Rule } from './rule.ts';
import { TYPE } from '../resources/tokens.ts';

const permissionInputs = z.object({
  action: z.string(),
  function: z.string(),
  principal: z.string(),
  sourceArn: z.string().default(''),
});
const integrationInputs = z.object({ integrationType: z.string(), integrationUri: z.string() });

function invokePermissions(all: Registered): Finding[] {
  const granted = ofType(all, TYPE.permission).map(({ inputs: { function: name, qualifier } }) =>
    typeof qualifier === 'string' ? `${String(name)}:${qualifier}` : name,
  );
  const apis = ofType(all, TYPE.api).map((api) => `${String(valueOf(api, 'executionArn'))}/`);
  const functions = ofType(all, TYPE.function);
  const count = (names: readonly unknown[]): number => granted.filter((name) => names.includes(name)).length;
  const calls = [
    ...ofType(all, TYPE.integration).map(({ inputs }) => ({ uri: inputs['integrationUri'], api: inputs['apiId'] })),
    ...ofType(all, TYPE.api).map(({ id, inputs }) => ({ uri: inputs['target'], api: id })),
  ].map(({ uri, api }) => ({ arn: functionOfUri(String(uri)), api }));
  const called = new Set(calls.map(({ arn }) => arn));
  // A function needs one permission for each API that calls it.
  const wrong = (found: number, arn: string): string | undefined => {
    const needed = new Set(calls.filter((call) => call.arn === arn).map(({ api }) => api)).size;
    const count = needed === 1 ? 'one' : `${needed}, one for each API`;
    return found === needed ? undefined : `its function has ${found} invoke permissions, where it needs ${count}`;
  };
  /** The ARN suffixes of the function's versions and aliases that an API calls. */
  const qualifiersOf = (resource: RegisteredResource): string[] => {
    const arn = String(valueOf(resource, 'arn'));
    return [...called].filter((uri) => uri === arn || uri.startsWith(`${arn}:`)).map((uri) => uri.slice(arn.length));
  };
  return [
    // A function without an API may have other callers.
    ...functions.flatMap((resource) =>
      qualifiersOf(resource).flatMap((qualifier) => {
        const names = ['name', 'arn'].map((key) => `${String(valueOf(resource, key))}${qualifier}`);
        const message = wrong(count(names), `${String(valueOf(resource, 'arn'))}${qualifier}`);
        return message === undefined ? [] : [{ resource, message }];
      }),
    ),
    // An existing function, called by its ARN.
    ...each(TYPE.integration, integrationInputs, (inputs) => {
      const arn = functionOfUri(inputs.integrationUri);
      const unqualified = parseFunctionArn(arn)?.unqualified ?? arn;
      const declared = functions.some((resource) => valueOf(resource, 'arn') === unqualified);
      return inputs.integrationType !== 'AWS_PROXY' || declared ? undefined : wrong(count([arn]), arn);
    })(all),
    ...each(TYPE.permission, permissionInputs, ({ action, principal, sourceArn }) => {
      if (principal !== 'apigateway.amazonaws.com' || action !== 'lambda:InvokeFunction') {
        return `it lets ${principal} do ${action}; only API Gateway may invoke its function`;
      }
      return apis.some((api) => sourceArn.startsWith(api)) ? undefined : 'it lets undeclared APIs invoke its function';
    })(all),
  ];
}

/** The rules on who may call a function. */
export const PERMISSION_RULES: readonly Rule[] = [
  {
    name: 'one invoke permission',
    says: 'Each function has one invoke permission, for the declared API and no other caller.',
    check: invokePermissions,
  },
];
